"""`/system`: who is calling, what it may do, and until when its key is valid."""

from __future__ import annotations

from django.utils.timezone import localtime
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ..roles import Scope
from .schema import Operation
from .views import ApiView, tagged


class SystemKeyRow(serializers.Serializer):
    """The key of this call."""

    begins_with = serializers.CharField(help_text="How it can be told from others without showing it.")
    expires_at = serializers.DateTimeField(help_text="From then on it is refused. After a rotation it is earlier.")


class SystemRow(serializers.Serializer):
    """The connected system that calls."""

    name = serializers.CharField()
    account = serializers.CharField(help_text="How figures and the ledger name it, as `entered_by` and `submitted_by`.")
    agency = serializers.CharField(help_text="Code of the agency for which it speaks.")
    scopes = serializers.ListField(child=serializers.ChoiceField([str(scope) for scope in Scope]))
    networks = serializers.ListField(
        child=serializers.CharField(), help_text="From where it may call, as CIDR; empty: from anywhere."
    )
    key = SystemKeyRow(allow_null=True, help_text="Null for a token of the central identity service.")


class CallingSystem(ApiView):
    """For who sets up a system, and for a night job that warns in time of a key that ends."""

    operations = {
        "GET": Operation(
            "read_system", "The system that calls", None, {200: SystemRow},
            words="The first call to try: any key will do, whatever it may do.", tag="system",
        ),
    }  # fmt: skip

    def get(self, request: Request) -> Response:
        system, key = request.auth, request.auth.came_with
        told_key = key and {"begins_with": str(key)[:-1], "expires_at": localtime(key.expires_at).isoformat()}
        return tagged(
            request,
            {
                "name": system.name,
                "account": system.user.username,
                "agency": system.agency.code,
                "scopes": [str(scope) for scope in system.scopes],
                "networks": system.networks,
                "key": told_key,
            },
        )
