"""Forms about members of an agency and about joining it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .models import Invitation, User


class InvitationForm(forms.Form):
    """Who is to join, and as what."""

    display_name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Invitation.ROLES)


class RoleForm(forms.Form):
    """The role that a member is to have."""

    role = forms.ChoiceField(choices=Invitation.ROLES)


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
