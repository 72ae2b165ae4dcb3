"""E-mails: one text in both languages, Chinese first."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

LANGUAGES = ("zh-hans", "en")
logger = logging.getLogger(__name__)


def send(template: str, to: str, context: dict[str, Any]) -> bool:
    """Sends a text template, whose first line is the subject. False where the mail server did not take it."""
    subjects, bodies = zip(*(_in_language(template, context, language) for language in LANGUAGES), strict=True)
    message = EmailMessage(" / ".join(dict.fromkeys(subjects)), "\n\n----\n\n".join(dict.fromkeys(bodies)), to=[to])
    try:
        message.send()
    except (OSError, SMTPException):
        logger.exception("The e-mail “%s” could not be sent.", template)
        return False
    return True


def _in_language(template: str, context: dict[str, Any], language: str) -> tuple[str, str]:
    with override(language):
        subject, _newline, body = render_to_string(template, context).strip().partition("\n")
    return " ".join(subject.split()), body.strip()
