"""What a pack trusts: targets and districts whose figures need no person."""

from __future__ import annotations

import pytest

from agencies.models import AuditEvent
from targets.models import Assignment
from tests.targets.packing import SMALL, TUESDAY, changed, dumped, load

pytestmark = pytest.mark.django_db


def test_trust_comes_and_goes_with_the_file() -> None:
    trusted = changed(("share: 0.5", "share: 0.5, trusted: true"))
    load(trusted)
    named = Assignment.objects.filter(trusted=True)
    assert set(named.values_list("target__code", "district")) == {("chargers", "310101"), ("chargers", "310104")}
    assert dumped() == trusted
    load(SMALL, TUESDAY)
    assert not named.exists()
    assert dumped() == SMALL
    event = AuditEvent.objects.get(action="plan.loaded", at=TUESDAY)
    assert event.before["target chargers, assignment 310104"]["trusted"] in (True, "true")


def test_one_district_alone_can_be_trusted() -> None:
    both = "{role: district, units: [各区政府], reports: true, counts: true, share: 0.5}"
    apart = both.replace("各区政府", "东区政府").replace("0.5}", "0.5, trusted: true}")
    text = changed((both, f"{apart}\n              - {both.replace('各区政府', '西区政府')}"))
    load(text)
    assert [one.district_id for one in Assignment.objects.filter(trusted=True)] == ["310101"]
    assert dumped() == text
