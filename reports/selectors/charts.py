"""What charts are drawn from, and the mark of the state they rest on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, Max, Q
from django.db.models.expressions import RawSQL

from targets.models import Checkpoint, PublishedFigure, Target

from ..models import RollupState
from .moment import Moment
from .state import NAMES

# what figures say and no roll-up computes: names, and what was published elsewhere
BESIDES = f"""concat_ws(':',
    {NAMES},
    (SELECT count(*) FROM targets_publishedfigure), (SELECT max(id) FROM targets_publishedfigure))"""  # noqa: S608 - of constants


class Rolled(NamedTuple):
    """State of the roll-up under one chart. `number`: the newest ledger number its targets were computed from."""

    number: int
    mark: str


def rolled(moment: Moment, among: Q) -> Rolled:
    """One statement; cheap enough to be asked before every answer."""
    targets = Target.objects.filter(among, plan=moment.plan)
    rolled_up = RollupState.objects.filter(target__in=targets).annotate(besides=RawSQL(BESIDES, ()))  # noqa: S611 - a constant
    newest, computed, asked, failed, held, besides = rolled_up.aggregate(
        newest=Max("ledger_number"),
        computed=Max("computed_at"),
        asked=Count("pk", filter=Q(ledger_number__isnull=True)),
        failed=Max("failed_at"),
        held=Count("pk"),
        said=Max("besides"),
    ).values()  # fmt: skip
    times = f"{computed and computed.isoformat()}:{asked}:{failed and failed.isoformat()}:{held}"
    return Rolled(newest or 0, f"{newest}:{times}:{besides}")


def checkpoints_of(target: int) -> list[Checkpoint]:
    """Checkpoints with a value, by day."""
    return list(Checkpoint.objects.filter(target=target, value__isnull=False).order_by("on"))


def published_of(target: int, until: date) -> list[PublishedFigure]:
    """Published figures in the target's own unit up to a day; others have no place on its axes."""
    return list(PublishedFigure.objects.filter(target=target, unit_zh=F("target__unit_zh"), as_of__lte=until))
