"""Forms about members of an agency, about joining it, and about its connected systems."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .models import Invitation, System, User
from .roles import Can
from .services.systems import MOST_DAYS, VALID_DAYS, networks_of
from .wording import SCOPES


class InvitationForm(forms.Form):
    """Who is to join, and as what."""

    display_name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Invitation.ROLES)


class RoleForm(forms.Form):
    """The role that a member is to have."""

    role = forms.ChoiceField(choices=Invitation.ROLES)


class SystemForm(forms.Form):
    """What a connected system is called, what it may do, and from where. The service checks all of it."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the system may do.")},
    )
    networks = forms.CharField(
        label=_("Addresses that it calls from"),
        help_text=_("One network a line, like 10.20.0.0/16 or 10.20.3.4. Empty: from anywhere."),
        required=False,
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    oauth_client = forms.CharField(
        label=_("Client at the central identity service"),
        help_text=_("Its tokens are then taken besides the key. Empty: the key alone."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (settings.API_OAUTH_ISSUER and by.can(Can.OPERATE)):
            del self.fields["oauth_client"]

    def clean_networks(self) -> list[str]:
        """Each by itself, however they were separated."""
        try:
            return networks_of(re.split(r"[\s,;，；、]+", self.cleaned_data["networks"]))
        except forms.ValidationError as refused:
            raise forms.ValidationError(refused.messages) from refused

    @staticmethod
    def of(system: System) -> dict[str, Any]:
        """A system as the form shows it."""
        return {
            "name": system.name,
            "scopes": system.scopes,
            "networks": "\n".join(system.networks),
            "oauth_client": system.oauth_client,
        }


def _days() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Days for which its key is valid"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=VALID_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class NewSystemForm(SystemForm):
    """A system and its first key."""

    days = _days()


class KeyForm(forms.Form):
    """Another key. `newest` is the newest that the person knew of."""

    days = _days()
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NewPersonForm(forms.Form):
    """User name and password of somebody who accepts an invitation. The service checks both."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("password1") and typed.get("password1") != typed.get("password2"):
            self.add_error("password2", gettext("The two passwords differ."))
        return typed


class PersonForm(forms.ModelForm):
    """A person as the operator keeps them. No password: the person sets it by a link."""

    class Meta:
        model = User
        fields = ["username", "display_name", "email", "is_active"]

    def clean_email(self) -> str:
        """Two people with one address could open each other's accounts by it."""
        email = self.cleaned_data["email"].lower()
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("Another person has this e-mail address."))
        return email

    def clean_username(self) -> str:
        username = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("This user name is taken. Choose another one."))
        return username
