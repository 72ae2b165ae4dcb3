"""One line of a packet as fields, and a return with its reason and deadline.

The forms carry text: what can be stored is decided by the service, for every door in the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from django import forms
from django.utils.translation import gettext_lazy

from targets.models.commitment import STAGES
from targets.rules import Combine

from ..models import Entry
from ..rules.numbers import plain_or_none
from ..rules.windows import RefusalCode
from ..services.entries import Input, Line
from ..services.refused import Refused
from ..wording import NOTHING, stage_word

ENTRY_FORM = "entry-form"  # id of the form element that the fields belong to, wherever they stand on the page
NUMBERS = {"value", "numerator", "denominator", "stage", "actual_on"}


class Difference(NamedTuple):
    """One field of a line that two people filled differently."""

    label: str
    theirs: str
    mine: str


class LineForm(forms.Form):
    """The fields that a target needs: a number, numerator and denominator, or stage and date; and words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput)  # what the other fields showed, to tell what was changed
    value = forms.CharField(required=False, label=gettext_lazy("this quarter's value"))
    numerator = forms.CharField(required=False, label=gettext_lazy("numerator"))
    denominator = forms.CharField(required=False, label=gettext_lazy("denominator"))
    stage = forms.ChoiceField(required=False, choices=[("", "—"), *STAGES], label=gettext_lazy("stage"))
    actual_on = forms.CharField(
        required=False, label=gettext_lazy("actual date"), widget=forms.TextInput(attrs={"type": "date"})
    )
    words = forms.CharField(required=False, label=gettext_lazy("note"), widget=forms.Textarea(attrs={"rows": 1}))
    nothing_because = forms.CharField(required=False, label=gettext_lazy("nothing to report, because"))
    explanation = forms.CharField(
        required=False, label=gettext_lazy("explanation"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, entry: Entry, data: Mapping[str, str] | None = None, refused: Refused | None = None) -> None:
        super().__init__(data, prefix=f"line-{entry.pk}", initial=_initial(entry))
        self.entry = entry
        self.refused = refused
        for name in NUMBERS - _asked(entry):
            del self.fields[name]
        described = f"measures-{entry.pk}" if "stage" in self.fields else f"about-{entry.pk} measures-{entry.pk}"
        for name, field in self.fields.items():
            field.widget.attrs |= {"form": ENTRY_FORM, "aria-describedby": described, "data-field": name}
            if name in {"value", "numerator", "denominator"}:
                field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "number"}

    @classmethod
    def again(cls, entry: Entry, data: Mapping[str, str], refused: Refused) -> LineForm:
        """The fields as they were typed, why they were refused, and the version that is stored by now."""
        form = cls(entry, data, refused)
        stored = {form.add_prefix(name): str(form.initial[name]) for name in ("version", "shown")}
        form.data = {**{name: data[name] for name in data}, **stored}
        return form

    @property
    def stored(self) -> str:
        """What the line says now, by field, as JSON for the page's script."""
        return self.initial["shown"]

    @property
    def is_conflict(self) -> bool:
        return self.refused is not None and self.refused.refusal.code == RefusalCode.VERSION_CONFLICT

    def differences(self) -> list[Difference]:
        """Field by field where what was typed is not what somebody else stored meanwhile."""
        theirs, named = _texts(self.entry), [name for name in self.fields if name not in ("version", "shown")]
        typed = Input.of({name: self._text(name) for name in named})
        mine = {name: getattr(typed, name) for name in named}
        return [
            Difference(str(self.fields[name].label), _read(name, theirs[name]), _read(name, mine[name]))
            for name in named
            if mine[name] != theirs[name]
        ]

    def numbers(self) -> list[forms.BoundField]:
        """The fields of the figure itself."""
        return [self[name] for name in self.fields if name in NUMBERS]

    def line(self) -> Line | None:
        """What was typed; None where this person changed nothing, whatever others did to the line meanwhile."""
        typed = {name: self._text(name) for name in Input.__dataclass_fields__}
        if Input.of(typed) == Input.of(self._shown()):
            return None
        return Line(self.entry.pk, Input.of(typed), self.seen())

    def _text(self, name: str) -> str:
        """As sent; what the page did not ask for stays as it was."""
        sent = self.data.get(self.add_prefix(name))
        return self._shown().get(name, "") if sent is None else sent.replace("\r\n", "\n")

    def _shown(self) -> dict[str, str]:
        try:
            shown = json.loads(self.data.get(self.add_prefix("shown"), ""))
            return {str(name): str(text) for name, text in shown.items()}
        except (ValueError, AttributeError, RecursionError):
            return _texts(self.entry)

    def seen(self) -> int:
        """The version of the line that the person was looking at; 0, which no line has, for what cannot be read."""
        sent = self.data.get(self.add_prefix("version"), "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _read(name: str, text: str) -> str:
    """What a field says, for reading beside another."""
    known = name == "stage" and text in dict(STAGES)
    return (stage_word(text) if known else text) or NOTHING


def _asked(entry: Entry) -> set[str]:
    target = entry.assignment.target
    if target.is_milestone:
        return {"stage", "actual_on"}
    return {"numerator", "denominator"} if target.combine == Combine.WEIGHTED else {"value"}


def _texts(entry: Entry) -> dict[str, str]:
    """What the fields of a line show: numbers as plain digits."""
    asked = _asked(entry)
    numbers = {name: plain_or_none(getattr(entry, name)) or "" for name in ("value", "numerator", "denominator")}
    return {
        **{name: text for name, text in numbers.items() if name in asked},
        "stage": entry.stage,
        "actual_on": entry.actual_on.isoformat() if entry.actual_on else "",
        "words": entry.words,
        "nothing_because": entry.nothing_because,
        "explanation": entry.explanation,
    }


def _initial(entry: Entry) -> dict[str, str]:
    texts = _texts(entry)
    return {**texts, "version": str(entry.version), "shown": json.dumps(texts, ensure_ascii=False)}
