"""People, memberships and agencies for the operator; the audit log to read.

The operator gives out accounts and roles and cannot act as somebody else: passwords are set by a link in an e-mail to
the person, whose address only they change once they have been in. Every change writes an audit row.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Field, Q, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from .forms import PersonForm
from .models import Agency, AgencyGroup, AuditEvent, District, Membership, User
from .roles import SYSTEM_ROLES
from .services import audit, people
from .site import Kept, ReadOnly


class Audited(Kept):
    """What the operator adds or changes is told by an audit row, with the fields that differ."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        fields = form.changed_data
        old = type(obj).objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        before, after = ({name: one.serializable_value(name) for name in fields} if one else {} for one in (old, obj))
        if before != after:
            facts = {"actor": request.user, "at": timezone.now(), "door": audit.Door.WEB}
            self.tell("changed" if change else "added", obj, **facts, before=before, after=after)

    def tell(self, verb: str, obj: Any, **facts: Any) -> None:
        """Writes the audit row."""
        raise NotImplementedError


# the accounts of connected systems are kept on their own page, which asks what a system may do
ROLES_OF_PEOPLE = [(role, words) for role, words in Membership.ROLES if role not in SYSTEM_ROLES]


class RoleFilter(admin.ChoicesFieldListFilter):
    """By a role that a person may have."""

    def __init__(self, field: Field, *args: Any, **kwargs: Any) -> None:
        of_people = copy(field)
        of_people.choices = ROLES_OF_PEOPLE
        super().__init__(of_people, *args, **kwargs)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["agency"]

    def formfield_for_choice_field(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = [("", "---------"), *ROLES_OF_PEOPLE]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class PersonAdmin(Audited):
    """A person leaves by losing `is_active`; the ledger goes on naming them."""

    fixed = ("username",)
    form = PersonForm
    inlines = [MembershipInline]
    list_display = ["username", "display_name", "email", "is_active", "last_login"]
    list_filter = ["is_active", ("memberships__role", RoleFilter)]
    search_fields = ["username", "display_name", "email"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "display_name", "email", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Accounts of connected systems are no people: nobody writes to them, and their rights are kept elsewhere."""
        return super().get_queryset(request).filter(system=None)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list:
        return self.fieldsets if obj else self.fieldsets[:1]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Who has been in keeps their own address: a link to set a password goes there."""
        kept = super().get_readonly_fields(request, obj)
        return (*kept, "email") if obj and people.has_been_in(obj) else kept

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def tell(self, verb: str, obj: User, **facts: Any) -> None:
        audit.record(f"person.{verb}", obj.username, **facts)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        """One audit row for each role given, changed or taken away."""
        user = form.instance
        before = people.roles_by_membership(user)
        super().save_formset(request, form, formset, change)
        people.note_roles(user, before, by=request.user, at=timezone.now(), door=audit.Door.WEB)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        self._send_link(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/link/", self.admin_site.admin_view(require_POST(self.link)), name="agencies_user_link"),
            path(
                "<int:pk>/second-factor/",
                self.admin_site.admin_view(require_POST(self.second_factor)),
                name="agencies_user_second_factor",
            ),
        ]
        return own + super().get_urls()

    def link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sends the person a link to set a password."""
        if (person := self.get_object(request, str(pk))) is not None:
            self._send_link(request, person)
        return redirect("admin:agencies_user_change", pk)

    def second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Removes the second factors of somebody who lost theirs; a required one is asked for at the next sign-in."""
        if (person := self.get_object(request, str(pk))) is not None:
            people.remove_second_factors(person, by=request.user, at=timezone.now(), door=audit.Door.WEB)
            messages.success(request, gettext("The second factors of %(person)s were removed.") % {"person": person})
        return redirect("admin:agencies_user_change", pk)

    def _send_link(self, request: HttpRequest, person: User) -> None:
        if not person.email or not person.is_active:
            words = gettext("%(person)s has no e-mail address, or may not sign in: no link was sent.")
            messages.warning(request, words % {"person": person})
            return
        people.send_password_link(person, request, by=request.user, at=timezone.now(), door=audit.Door.WEB)
        words = gettext("A link to set a password was sent to %(email)s.")
        messages.success(request, words % {"email": person.email})


@admin.register(Agency)
class AgencyAdmin(Audited):
    """Agencies come with plan packs; here their names and rules are kept."""

    fixed = ("code",)
    list_display = ["code", "name_zh", "short_name_zh", "kind", "district", "two_people", "systems"]
    list_filter = ["kind", "two_people"]
    search_fields = ["code", "name_zh", "name_en", "short_name_zh"]
    list_select_related = ["district"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(connected=Count("systems", filter=Q(systems__ended_at=None)))

    @admin.display(description=_("connected systems"), ordering="connected")
    def systems(self, agency: Agency) -> str:
        """How many there are, and the way to their page."""
        return format_html('<a href="{}">{}</a>', reverse("systems", args=[agency.code]), agency.connected)

    def tell(self, verb: str, obj: Agency, **facts: Any) -> None:
        audit.record(f"agency.{verb}", obj.code, agency=obj, **facts)


@admin.register(AgencyGroup)
class AgencyGroupAdmin(ReadOnly):
    list_display = ["code", "name_zh", "name_en"]


@admin.register(District)
class DistrictAdmin(ReadOnly):
    list_display = ["code", "name_zh", "name_en", "position", "tile_column", "tile_row"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    """Who did what, when and by which door: figures and reasons are not the operator's to read."""

    list_display = fields = ["at", "actor", "door", "action", "subject"]
    list_filter = ["door", "action"]
    search_fields = ["subject"]
    date_hierarchy = "at"
    list_select_related = ["actor"]
    show_full_result_count = False
