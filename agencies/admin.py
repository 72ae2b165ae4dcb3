"""People, memberships and agencies for the operator; the audit log to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Agency, AgencyGroup, AuditEvent, District, Membership, User
from .site import Kept, ReadOnly

admin.site.unregister(Group)  # rights come from memberships alone


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["agency"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class PersonAdmin(Kept, UserAdmin):
    """A person leaves by losing `is_active`; the ledger goes on naming them."""

    fixed = ("username",)
    inlines = [MembershipInline]
    list_display = ["username", "display_name", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["username", "display_name", "email"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "email", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "display_name", "password1", "password2"]})]


@admin.register(Agency)
class AgencyAdmin(Kept):
    """Agencies come with plan packs; here their names and rules are kept."""

    fixed = ("code",)
    list_display = ["code", "name_zh", "short_name_zh", "kind", "district", "two_people"]
    list_filter = ["kind", "two_people"]
    search_fields = ["code", "name_zh", "name_en", "short_name_zh"]
    list_select_related = ["district"]


@admin.register(AgencyGroup)
class AgencyGroupAdmin(ReadOnly):
    list_display = ["code", "name_zh", "name_en"]


@admin.register(District)
class DistrictAdmin(ReadOnly):
    list_display = ["code", "name_zh", "name_en", "position"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ["at", "actor", "door", "action", "subject", "reason"]
    list_filter = ["door", "action"]
    search_fields = ["subject"]
    date_hierarchy = "at"
    list_select_related = ["actor"]
    show_full_result_count = False
