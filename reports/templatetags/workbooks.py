"""What the packet page says about workbooks."""

from __future__ import annotations

from typing import NamedTuple

from django import template

from agencies.models import User
from agencies.roles import Can

from ..models import Submission, Workbook

register = template.Library()
SHOWN = 5


class Uploads(NamedTuple):
    """Whether the reader may upload a workbook for a packet, and the newest ones."""

    may_enter: bool
    newest: list[Workbook]


@register.simple_tag
def uploads(packet: Submission, reader: User) -> Uploads:
    """The newest workbooks of a packet, for those who enter it; no statement for others."""
    if not reader.can(Can.ENTER, packet.agency_id):
        return Uploads(False, [])
    found = Workbook.objects.visible_to(reader).filter(submission=packet).select_related("uploaded_by")
    return Uploads(True, list(found.defer("rows")[:SHOWN]))
