"""`/agencies` and `/districts`: who answers for the plan's targets, and for which part of the city."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from ..models import Agency, District
from ..roles import Can
from . import params
from .paging import rows_of
from .problems import bad_parameter
from .schema import Operation
from .views import ListView


class AgencyRow(serializers.Serializer):
    """One body that answers for targets."""

    code = serializers.CharField(help_text="Natural key.")
    name = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    short_name = serializers.CharField()
    kind = serializers.ChoiceField(Agency.Kind.choices)
    district = serializers.CharField(allow_null=True, help_text="GB/T 2260 code; null for the whole city.")


class AgencyList(ListView):
    row = AgencyRow
    filters = (
        params.choice("kind", "Of this kind.", Agency.Kind.values),
        params.code("district", "Of this district (GB/T 2260 code)."),
    )
    operations = {"GET": Operation("list_agencies", "Agencies", answers={200: rows_of(AgencyRow)})}

    def rows(self) -> QuerySet:
        found = Agency.objects.visible_to(self.request.user)
        code = self.wanted["district"]
        if code and not District.objects.filter(code=code).exists():
            facts = {"name": "district", "value": code}
            raise bad_parameter("district", _("%(name)s: there is no “%(value)s”.") % facts)
        asked = {name: self.wanted[name] for name in ("kind", "district") if self.wanted[name]}
        return found.filter(**asked)

    def told(self, rows: list[Agency]) -> list[dict[str, Any]]:
        return [
            {
                "code": row.code,
                "name": row.name,
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "short_name": row.short_name,
                "kind": row.kind,
                "district": row.district_id,
            }
            for row in rows
        ]


class DistrictRow(serializers.Serializer):
    """One district of the city."""

    code = serializers.CharField(help_text="GB/T 2260 code, for example 310115.")
    name = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class DistrictList(ListView):
    row = DistrictRow
    operations = {"GET": Operation("list_districts", "Districts", answers={200: rows_of(DistrictRow)})}

    def rows(self) -> QuerySet:
        districts = District.objects.all()
        return districts if self.request.user.can(Can.READ_PROGRESS) else districts.none()

    def told(self, rows: list[District]) -> list[dict[str, Any]]:
        return [{"code": row.code, "name": row.name, "name_zh": row.name_zh, "name_en": row.name_en} for row in rows]
