"""Every refusal has its words."""

from __future__ import annotations

import re

import pytest

from reports.refusals import SENTENCES
from reports.rules.windows import RefusalCode
from reports.services.refused import Refused
from tests.factories import at


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_a_sentence(code):
    named = dict.fromkeys(re.findall(r"%\((\w+)\)", SENTENCES[code]), "x")
    named |= {name: at("2021-04-01").isoformat() for name in named if name.endswith("_at")}
    named |= {"why": "negative"} if "why" in named else {}
    assert str(Refused(code, **named)), code
