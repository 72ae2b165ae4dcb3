"""Small pieces of the list of evidence."""

from __future__ import annotations

from django import template
from django.conf import settings

from ..models import Evidence
from ..rules.evidence import MAX_FILE_MB, MAX_PIECES, MEGABYTE, host_of
from ..rules.file_types import TYPES, ending_of

register = template.Library()


@register.simple_tag
def evidence_limits() -> dict[str, object]:
    """What can be added: `accept` for a file field, megabytes of a file, megabytes at once, pieces of a line."""
    return {
        "accept": ",".join(f".{ending}" for ending in TYPES),
        "file_mb": MAX_FILE_MB,
        "total_mb": settings.MAX_UPLOAD_BODY // MEGABYTE,
        "pieces": MAX_PIECES,
    }


@register.filter
def host(piece: Evidence) -> str:
    """Where a link leads."""
    return host_of(piece.url)


@register.filter
def ending(piece: Evidence) -> str:
    """ "PDF" for a file 报告.pdf."""
    return ending_of(piece.title).upper()
