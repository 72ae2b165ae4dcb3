"""Message files without gettext tools: what the sources ask for, what is missing, what is compiled."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from nib_tracker.launch.messages import collect, compile_messages, complaints
from nib_tracker.launch.msgids import wanted

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source tree with one Python file, one template and an empty Chinese message file."""
    write(tmp_path / "reports/views/overview.py", '_("Behind")\nngettext("%(n)s row", "%(n)s rows", 2)\n')
    template = '{% load i18n %}\n<p title="{% translate "Due" %}">don\'t (yet)</p>\n'
    template += "{% blocktranslate trimmed %}\n  {{ n }} of {{ all }}\n{% endblocktranslate %}\n"
    write(tmp_path / "templates/overview.html", template)
    write(po(tmp_path), HEADER)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def po(root: Path) -> Path:
    return root / "locale/zh_Hans/LC_MESSAGES/django.po"


def translate(root: Path, **texts: str) -> None:
    entries = [f'msgid "{msgid}"\nmsgstr "{text}"\n' for msgid, text in texts.items()]
    po(root).write_text("\n".join([HEADER, *entries]))


def test_sources_are_read_without_gettext_tools(root: Path) -> None:
    assert {(message.msgid, message.plural, message.where) for message in wanted(root).values()} == {
        ("Behind", None, "reports/views/overview.py:1"),
        ("%(n)s row", "%(n)s rows", "reports/views/overview.py:2"),
        ("Due", None, "templates/overview.html:2"),
        ("%(n)s of %(all)s", None, "templates/overview.html:3"),
    }


def test_missing_untranslated_unused_and_misfilled_messages_are_told(root: Path) -> None:
    translate(root, Behind="", Due="到期", Gone="没有了")
    with po(root).open("a") as file:
        file.write('\nmsgid "%(n)s of %(all)s"\nmsgstr "共%(all)s项"\n')
    told = "\n".join(complaints(root))
    assert "django.po: missing: reports/views/overview.py:2 '%(n)s row'" in told
    assert "django.po: not translated: reports/views/overview.py:1 'Behind'" in told
    assert "django.po: no source uses it any more: 'Gone'" in told
    assert "django.po: placeholders differ: templates/overview.html:3 '%(n)s of %(all)s'" in told
    assert "Due" not in told


def test_collecting_adds_what_is_new_and_keeps_what_is_translated(root: Path) -> None:
    translate(root, Due="到期", Gone="没有了")
    assert collect(root) == {po(root): (3, 1)}
    assert collect(root) == {po(root): (0, 0)}
    text = po(root).read_text()
    assert 'msgid "Due"\nmsgstr "到期"' in text
    assert "Gone" not in text


def test_compiled_when_missing_or_older_and_only_then(root: Path) -> None:
    translate(root, Due="到期")
    compiled = po(root).with_suffix(".mo")
    assert compile_messages(root) == [po(root)]
    assert compile_messages(root) == []
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Due") == "到期"
    newer = compiled.stat().st_mtime + 10
    os.utime(po(root), (newer, newer))
    assert compile_messages(root) == [po(root)]
