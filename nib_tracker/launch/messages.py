"""Message files: compiled in pure Python (no gettext tools), collected and checked against code and templates."""

from __future__ import annotations

from pathlib import Path

import polib

from nib_tracker.launch.msgids import Message, wanted
from nib_tracker.launch.places import ROOT

WRAP = 110


def sources(root: Path = ROOT) -> list[Path]:
    """The message files in git: locale/LANGUAGE/LC_MESSAGES/*.po."""
    return sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def compile_messages(root: Path = ROOT) -> list[Path]:
    """Write every .mo that is older than its .po or missing; returns those written."""
    stale = [path for path in sources(root) if _is_stale(path)]
    for path in stale:
        # Beside and renamed: a server that starts in this moment reads the old file or the new one.
        part = path.with_suffix(".mo.part")
        polib.pofile(str(path)).save_as_mofile(str(part))
        part.replace(path.with_suffix(".mo"))
    return stale


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns


def collect(root: Path = ROOT) -> dict[Path, tuple[int, int]]:
    """Bring every django.po in step with the sources; returns per file how many entries were added and dropped.

    A new entry is empty until somebody translates it; one that no source uses any more is dropped.
    """
    messages = wanted(root)
    return {path: _update(path, messages) for path in sources(root) if path.name == "django.po"}


def _update(path: Path, messages: dict[tuple[str | None, str], Message]) -> tuple[int, int]:
    catalogue = polib.pofile(str(path), wrapwidth=WRAP)
    present = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    dropped = [entry for key, entry in present.items() if key not in messages]
    added = [messages[key].entry() for key in messages if key not in present]
    for entry in dropped:
        catalogue.remove(entry)
    catalogue.extend(added)
    for entry in catalogue:
        if (entry.msgctxt, entry.msgid) in messages:
            entry.occurrences = messages[entry.msgctxt, entry.msgid].occurrences
    catalogue.save(str(path))
    return len(added), len(dropped)


def complaints(root: Path = ROOT) -> list[str]:
    """One line per message that a language lacks, leaves unfinished, or translates with other placeholders."""
    messages = wanted(root)
    found = [line for path in sources(root) if path.name == "django.po" for line in _complaints(path, messages, root)]
    return found or ([] if sources(root) else ["locale/ holds no message file"])


def _complaints(path: Path, messages: dict[tuple[str | None, str], Message], root: Path) -> list[str]:
    catalogue = polib.pofile(str(path))
    present = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    name = path.relative_to(root)
    lines = [
        f"{name}: {_fault(present.get(key), message)}: {message.where} {message.msgid!r}"
        for key, message in messages.items()
        if _fault(present.get(key), message)
    ]
    unused = [entry for key, entry in present.items() if key not in messages]
    return lines + [f"{name}: no source uses it any more: {entry.msgid!r}" for entry in unused]


def _fault(entry: polib.POEntry | None, message: Message) -> str:
    if entry is None:
        return "missing"
    texts = list(entry.msgstr_plural.values()) if message.plural else [entry.msgstr]
    if "fuzzy" in entry.flags or not all(texts) or not texts:
        return "not translated"
    if any(not message.same_placeholders(text) for text in texts):
        return "placeholders differ"
    return ""
