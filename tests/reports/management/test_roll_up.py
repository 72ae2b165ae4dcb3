"""`manage.py roll_up`."""

import pytest
from django.core.management import CommandError, call_command

from reports.models import Progress, RollupState


def state() -> list[tuple]:
    return list(Progress.objects.order_by("target", "period").values_list())


def test_it_brings_progress_up_to_date_and_a_rebuild_gives_the_same(acting, capsys):
    acting.accept(acting.submitted())
    call_command("roll_up")
    assert "Rolled up: 4 targets, as of block 1." in capsys.readouterr().out
    first = [row[1:] for row in state()]
    call_command("roll_up")
    assert "Rolled up: 0 targets" in capsys.readouterr().out
    call_command("roll_up", "--rebuild", "--plan", "small")
    assert "Rolled up: 4 targets" in capsys.readouterr().out
    assert [row[1:] for row in state()] == first


def test_an_unknown_plan_is_told_with_those_there_are(world):
    with pytest.raises(CommandError, match=r"no plan 'big'\. Plans: small"):
        call_command("roll_up", "--rebuild", "--plan", "big")


def test_a_plan_alone_means_nothing(world):
    with pytest.raises(CommandError, match="goes with --rebuild"):
        call_command("roll_up", "--plan", "small")


def test_a_target_that_fails_is_named_and_the_others_are_done(world, capsys):
    world.stations.bound = "unknown"  # the database has no list of bounds, so an old release could leave one
    world.stations.save()
    with pytest.raises(CommandError, match="1 targets could not be rolled up"):
        call_command("roll_up")
    assert "stations: ValueError" in capsys.readouterr().err
    assert RollupState.objects.filter(failed_at__isnull=True).count() == 3
