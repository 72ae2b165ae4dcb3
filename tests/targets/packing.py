"""Loading plan packs in tests: the small one, with edits, and what the database says of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agencies.models import AuditEvent
from targets.models import Plan
from targets.packs import read_pack, write_pack
from targets.selectors.packs import plan_pack
from targets.services.changes import Changes
from targets.services.packs import load_pack

ROOT = Path(__file__).parents[2]
SHANGHAI = ROOT / "fixtures" / "shanghai_2020_2022.yaml"
SMALL = (ROOT / "tests" / "targets" / "small_pack.yaml").read_text(encoding="utf-8")
MONDAY = datetime(2021, 5, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LOADED_ON = MONDAY.date()
TUESDAY = datetime(2021, 5, 4, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def load(text: str, at: datetime = MONDAY) -> Changes:
    return load_pack(read_pack(text), at=at, by=None, door=AuditEvent.Door.COMMAND)


def changed(*edits: tuple[str, str]) -> str:
    text = SMALL
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} should stand once in small_pack.yaml"
        text = text.replace(old, new)
    return text


def dumped(code: str = "small-plan", on: date = LOADED_ON) -> str:
    return write_pack(plan_pack(Plan.objects.get(code=code), on))
