"""The answer to the question whether a target's terms become what a new pack says."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext, gettext_lazy


class AnswerForm(forms.Form):
    """`action` is adopt or decline; only new terms need a day from which they are in force."""

    action = forms.ChoiceField(choices=[("adopt", ""), ("decline", "")])
    decision = forms.CharField(required=False)
    in_force_from = forms.DateField(
        required=False,
        error_messages={"invalid": gettext_lazy("The day cannot be read; write it like 2021-09-30.")},
    )

    def clean(self) -> dict:
        found = super().clean()
        if found.get("action") == "adopt" and "in_force_from" in found and found["in_force_from"] is None:
            self.add_error("in_force_from", gettext("Give the day from which the new terms are in force."))
        return found

    @property
    def adopts(self) -> bool:
        return self.cleaned_data["action"] == "adopt"

    def day(self, today: date) -> date:
        """The day from which the new terms are in force; a refusal needs none and takes today."""
        return self.cleaned_data["in_force_from"] or today

    def sentence(self) -> str:
        """The first thing that is wrong."""
        if "action" in self.errors:
            return gettext("Choose between adopting and declining.")
        return next(str(error) for errors in self.errors.values() for error in errors)
