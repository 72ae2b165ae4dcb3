"""Where a webhook goes, and which events it wants."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import OutboxEvent
from ..rules.addresses import LONGEST


class WebhookForm(forms.Form):
    """The service checks the address."""

    url = forms.CharField(
        label=_("Address of the receiver"),
        help_text=_("Begins with https:// and carries no user name and no password."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=OutboxEvent.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
