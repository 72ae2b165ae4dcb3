"""Which messages code and templates ask for, read without gettext tools: Python by its syntax tree, templates
by Django's own conversion of a template into calls of gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

APPS = ("agencies", "targets", "reports", "nib_tracker")
# Name of the call -> positions of (msgid, plural, context) among its arguments.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0, None, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, None, 0)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 2, 0)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@dataclass
class Message:
    """One message as the sources ask for it."""

    msgid: str
    plural: str | None
    context: str | None
    occurrences: list[tuple[str, str]] = field(default_factory=list)  # (file, line)

    @property
    def where(self) -> str:
        file, line = self.occurrences[0]
        return f"{file}:{line}"

    def entry(self) -> polib.POEntry:
        """An untranslated entry for a message file."""
        entry = polib.POEntry(msgid=self.msgid, msgctxt=self.context, occurrences=self.occurrences)
        if self.plural:
            entry.msgid_plural, entry.msgstr_plural = self.plural, {0: ""}
        if re.search(r"%(\(\w+\))?[sd]", self.msgid):
            entry.flags.append("python-format")
        return entry

    def same_placeholders(self, text: str) -> bool:
        """Whether a translation fills in the same values; a plural may leave out its count."""
        mine, its = set(PLACEHOLDER.findall(self.plural or self.msgid)), set(PLACEHOLDER.findall(text))
        return its <= mine if self.plural else its == mine


def wanted(root: Path) -> dict[tuple[str | None, str], Message]:
    """Every message of the sources under `root`, by (context, msgid), in the order of files and lines."""
    found: dict[tuple[str | None, str], Message] = {}
    for path in _files(root):
        for message in _read(path, str(path.relative_to(root))):
            known = found.setdefault((message.context, message.msgid), message)
            known.plural = known.plural or message.plural
            if known is not message:
                known.occurrences += message.occurrences
    return found


def _files(root: Path) -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in sorted((root / app).rglob("*.py")) if "migrations" not in path.parts)
        yield from sorted((root / app).rglob("*.html"))
    yield from sorted(path for path in (root / "templates").rglob("*.*") if path.suffix in (".html", ".txt"))


def _read(path: Path, name: str) -> Iterator[Message]:
    text = path.read_text()
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        text = _readable_by_python(templatize(text, origin=name))
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, ast.Call):
            yield from _from_call(node, name)


def _readable_by_python(templatized: str) -> str:
    """Keep the calls of gettext only, one a line, on the lines where they stand in the template.

    templatize() is made for xgettext: around the calls it leaves X's where the template had text.
    """
    call = re.compile(r"\b(?:n?p?gettext|_)\((?:[^()'\"]|u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\")*\)", re.DOTALL)
    lines = []
    for found in call.finditer(templatized):
        number = templatized.count("\n", 0, found.start())
        lines += [""] * (number - len(lines))
        joined = found.group().replace("\n", " ")
        lines[number:] = [f"{lines[number]}; {joined}" if number < len(lines) else joined]
    return "\n".join(lines)


def _from_call(node: ast.Call, name: str) -> Iterator[Message]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in CALLS:
        return
    msgid, plural, context = (_text(node, position) for position in CALLS[called])
    if msgid:
        yield Message(msgid, plural, context, [(name, str(node.lineno))])


def _text(node: ast.Call, position: int | None) -> str | None:
    if position is None or position >= len(node.args):
        return None
    argument = node.args[position]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
