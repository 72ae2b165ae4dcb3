"""The operator's site: Django's admin, entered by capability and through the one sign-in page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .roles import Can

OURS = {"agencies", "targets", "reports"}


class OperatorSite(admin.AdminSite):
    """Open to whoever may operate the system; nobody gets in by a flag on their account."""

    site_header = _("nib_tracker: operation")
    site_title = _("nib_tracker: operation")
    index_title = _("People, plans, ledger")

    def register(self, model_or_iterable: Any, admin_class: type | None = None, **options: Any) -> None:
        """The product's own rows only: addresses, keys and sessions of people are not the operator's to edit."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        for model in models:
            if model._meta.app_label in OURS:
                super().register(model, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.is_authenticated and user.can(Can.OPERATE)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The ordinary sign-in page, with its limits; who is signed in but may not operate is told so."""
        if request.user.is_authenticated:
            raise PermissionDenied(gettext("Only operators may enter here."))
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The ordinary page, which asks who is there, tells the person and writes an audit row."""
        return redirect("account_change_password")


class Unchangeable:
    """Rights of what the operator may look at and nobody may change here, superusers included."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True  # the site lets only operators in

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Unchangeable, admin.ModelAdmin):
    """Rows to look at."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page offers: Django lets any column be asked for, and so guessed, also those not shown."""
        offered = [one if isinstance(one, str) else one[0] for one in self.get_list_filter(request)]
        offered += [self.date_hierarchy] if self.date_hierarchy else []
        named = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return named and super().lookup_allowed(lookup, value, request)


class ReadOnlyInline(Unchangeable, admin.TabularInline):
    """Rows to look at on the page of what they belong to."""

    extra = 0


class Kept(ReadOnly):
    """What the operator may add and change, and nobody may delete: the ledger and the audit log name it."""

    fixed: tuple[str, ...] = ()  # natural keys: read-only once the row is there

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))
