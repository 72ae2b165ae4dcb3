"""Parts that the filters of several pages have in common.

Each takes what an address sent; what cannot be used adds a sentence to `complaints`.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
MAX_NUMBER = 2**63 - 1


def short(sent: str) -> str:
    """As a sentence quotes it."""
    return sent.replace("\x00", "")[:40] + ("…" if len(sent) > 40 else "")


def text(sent: str, most: int, complaints: list[str]) -> str:
    """A text to look for, of at most so many characters; empty: unusable or not sent."""
    if "\x00" not in sent and len(sent) <= most:
        return sent
    complaints.append(gettext("“%(value)s” cannot be looked for and was left out.") % {"value": short(sent)})
    return ""


def day(sent: str, complaints: list[str]) -> date | None:
    """A day like 2021-09-30; None: unusable or not sent."""
    try:
        read = date.fromisoformat(sent) if sent else None
    except ValueError:
        read = date.max
    if read is None or FIRST_DAY <= read <= LAST_DAY:
        return read
    sentence = gettext("The day “%(value)s” cannot be read and was left out; write it like 2021-09-30.")
    complaints.append(sentence % {"value": short(sent)})
    return None


def days(first: str, last: str, complaints: list[str]) -> tuple[date | None, date | None]:
    """Both days, or neither where they stand the wrong way round."""
    since, until = day(first, complaints), day(last, complaints)
    if since and until and since > until:
        complaints.append(gettext("The first day lies after the last; both were left out."))
        return None, None
    return since, until


def before(sent: str, complaints: list[str]) -> int | None:
    """The number below which a page begins; None: the newest page."""
    if sent == "":
        return None
    if sent.isascii() and sent.isdecimal() and len(sent) < 20 and int(sent) <= MAX_NUMBER:
        return int(sent)
    complaints.append(gettext("The page “%(value)s” is not there; the newest is shown.") % {"value": short(sent)})
    return None
