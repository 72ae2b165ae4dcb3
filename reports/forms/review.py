"""What the office decides about each line of a packet, and an extension. Text only: the services say what holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

RETURN_DAYS = 10  # offered as the new deadline
ACCEPT, RETURN = "accept", "return"


class Choice(NamedTuple):
    """What was chosen for one line: accept, return or nothing yet; and why it goes back."""

    choice: str = ""
    reason: str = ""


class LastDayForm(forms.Form):
    """A day that something can be done on to its end."""

    until = forms.DateField(widget=forms.DateInput({"type": "date"}))

    def __init__(self, zone: ZoneInfo, today: date, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial={"until": (today + timedelta(days=RETURN_DAYS)).isoformat()})
        self.zone, self.today = zone, today
        self.fields["until"].widget.attrs["min"] = today.isoformat()

    def clean_until(self) -> date:
        until = self.cleaned_data["until"]
        if until < self.today:
            raise forms.ValidationError(gettext("The new deadline has passed already."))
        if until == date.max:  # it has no end
            raise forms.ValidationError(self.fields["until"].error_messages["invalid"])
        return until

    @property
    def deadline(self) -> datetime:
        """The end of the last day."""
        return datetime.combine(self.cleaned_data["until"] + timedelta(days=1), time.min, self.zone)


class DecisionForm(LastDayForm):
    """`line-<id>` (accept, return or nothing) and `reason-<id>` for each line, and one deadline for those returned.

    `action` is decide (what is marked), rest (what is marked, and accept every other submitted line), or for callers
    without the page: accept (all), accept_chosen, return_chosen with `entry` for each line and one `reason`.
    """

    def __init__(self, zone: ZoneInfo, today: date, lines: Collection[int], data: QueryDict | None = None) -> None:
        super().__init__(zone, today, data)
        self.fields["until"].label = gettext("New deadline of returned lines (last day)")
        self.choices = {} if data is None else {line: _choice(data, line) for line in lines}

    def choice(self, line: int) -> Choice:
        return self.choices.get(line, Choice())

    @property
    def accepted(self) -> list[int]:
        return [line for line, chosen in self.choices.items() if chosen.choice == ACCEPT]

    @property
    def returned(self) -> dict[int, str]:
        """Why, by line."""
        return {line: chosen.reason for line, chosen in self.choices.items() if chosen.choice == RETURN}


def _choice(data: QueryDict, line: int) -> Choice:
    marked, named = data.get(f"line-{line}", ""), str(line) in data.getlist("entry")
    action = data.get("action", "")
    chosen = {"accept": ACCEPT, "rest": marked or ACCEPT, "decide": marked}.get(action, "")
    if named and action in ("accept_chosen", "return_chosen"):
        chosen = action.removesuffix("_chosen")
    reason = data.get(f"reason-{line}", data.get("reason", "") if named else "")
    return Choice(chosen if chosen in (ACCEPT, RETURN) else "", reason.replace("\x00", ""))


class ExtensionForm(LastDayForm):
    """Until which day one agency may enter its quarter, and why."""

    reason = forms.CharField(required=False, label=gettext_lazy("Reason for the extension"))

    def __init__(self, zone: ZoneInfo, today: date, data: Mapping[str, str] | None = None) -> None:
        super().__init__(zone, today, data)
        self.fields["until"].label = gettext("Can be entered until (last day)")


PHRASES = (
    gettext_lazy("Please check the unit: the figure does not fit the last quarter."),
    gettext_lazy("Please explain the change against the last quarter."),
    gettext_lazy("Please attach evidence for this figure."),
    gettext_lazy("Please agree the figure with the districts: their sum differs."),
    gettext_lazy("The figure does not follow the definition of the target; please see what is counted."),
    gettext_lazy("The running total cannot fall; please check it or give the reason."),
)
