"""Every code with which the API says no, its HTTP status and its title: the one list, from which the document is made.

Codes of what a service refuses are registered by the app that owns them.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_noop


class Code(NamedTuple):
    """`title` is a msgid: what this code means in general, whatever the call was."""

    status: int
    title: str


CODES: dict[str, Code] = {
    # who calls
    "key_missing": Code(401, gettext_noop("The call carries no key.")),
    "key_unknown": Code(401, gettext_noop("The key is not known.")),
    "key_expired": Code(401, gettext_noop("The key has expired.")),
    "key_revoked": Code(401, gettext_noop("The key was revoked, or its system was disconnected.")),
    "token_refused": Code(401, gettext_noop("The token of the identity service cannot be used.")),
    "network_not_allowed": Code(403, gettext_noop("The key may not be used from this address.")),
    "scope_missing": Code(403, gettext_noop("The key's system may not do this.")),
    "rate_limited": Code(429, gettext_noop("Too many calls.")),
    # what is called
    "not_found": Code(404, gettext_noop("There is no such thing, or this key may not know of it.")),
    "method_not_allowed": Code(405, gettext_noop("The address does not take this method.")),
    "not_acceptable": Code(406, gettext_noop("The answer cannot be given in the form that was asked for.")),
    "bad_parameter": Code(400, gettext_noop("A parameter of the address cannot be used.")),
    "bad_cursor": Code(400, gettext_noop("The cursor is not one that this list gave out.")),
    # what is sent
    "unsupported_media_type": Code(415, gettext_noop("The body is of a kind that is not taken here.")),
    "bad_encoding": Code(400, gettext_noop("The body is not UTF-8.")),
    "bad_json": Code(400, gettext_noop("The body is not JSON.")),
    "bad_csv": Code(400, gettext_noop("The body is not the CSV that is expected here.")),
    "bad_form": Code(400, gettext_noop("The body is not the form that is expected here.")),
    "bad_body": Code(422, gettext_noop("The body does not say what is needed.")),
    "length_required": Code(411, gettext_noop("The call does not say how long its body is.")),
    "body_too_large": Code(413, gettext_noop("The body is too large.")),
    "too_many_rows": Code(413, gettext_noop("The body has too many rows.")),
    "body_cut_short": Code(400, gettext_noop("The body ended before its end.")),
    # sending again
    "bad_idempotency_key": Code(400, gettext_noop("The Idempotency-Key cannot be used.")),
    "idempotency_key_reused": Code(422, gettext_noop("The Idempotency-Key was used for another call.")),
    # ours
    "failed": Code(500, gettext_noop("This failed and nothing was changed; the error is in the operator's log.")),
    "unavailable": Code(503, gettext_noop("This cannot be done at the moment; send it again later.")),
}


def register(codes: dict[str, Code]) -> None:
    """Adds codes of another app. A code means one thing: registering another meaning is a programming error."""
    for code, meaning in codes.items():
        if CODES.setdefault(code, meaning) != meaning:
            raise ValueError(f"{code} is {CODES[code]} already")
