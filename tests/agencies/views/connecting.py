"""Connected systems on their pages: short ways of making them, and of reading an answer."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from django.utils import timezone

from agencies.models import System
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.factories import World

PAGE = "/members/bureau/systems/"
NEW = f"{PAGE}new/"
TYPED = {"name": "浦东数据平台", "scopes": ["read", "submit"], "networks": "10.20.0.0/16\n10.1.1.1", "days": "30"}
KEY = re.compile(r"nib_[0-9a-f]{8}_[\w-]{43}")


def connect(world: World, name: str = "浦东数据平台", ago: int = 0, **how) -> System:
    facts = {"scopes": [Scope.READ], "by": world.approver, "at": timezone.now() - timedelta(days=ago), "door": Door.WEB}
    return systems.connect(how.pop("agency", world.bureau), name=name, **facts | how)[0]


def words(answer) -> str:
    """What a reader sees of the page's main part."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def shown_key(answer) -> str:
    (key,) = set(KEY.findall(answer.content.decode()))
    return key


def rotation(system: System, **typed: object) -> dict[str, object]:
    form = {"days": "30", "newest": system.keys.first().pk} | typed
    return {f"key-{system.pk}-{name}": value for name, value in form.items()}
