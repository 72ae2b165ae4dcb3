"""Every page wholly in one language, apart from what is data."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import World

from .conftest import QUARTER, text_of

ADDRESSES = [
    "/",
    "/lines/network/",
    "/groups/networks/",
    "/targets/stations/",
    "/targets/posts/",
    "/targets/centre/",
    "/agencies/",
    "/agencies/bureau/",
    "/districts/",
    "/districts/310101/",
    "/quarter/",
    "/ledger/",
    "/ledger/1/",
    "/explore/",
]
PRINTED_ADDRESS = re.compile(r"/[a-z0-9/]*\?plan=\S*")
HASHED_LINES = re.compile(rb'<pre class="canonical">.*?</pre>', re.DOTALL)
# the plan's number, a reason that a person wrote, and the name of the other language
DATA = re.compile(r"测〔2021〕1号|数据核实后更正|本季度无新增|中文")
LATIN = re.compile(r"[A-Za-z_]{3,}")
NAMES = {"nib_tracker", "English", "Supervisor", "Reporter", "Approver", "Bureau", "East", "West", "bureau", "partner",
         "east", "west", "stations", "posts", "share", "centre", "network", "networks",
         "CSV", "Excel", "PNG", "SVG", "SHA", "UTF"}  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("known_at", ["", "&known_at=2021-05-01", "&known_at=never"])
def test_an_english_page_has_no_chinese_words(reported: World, english: Client, address: str, known_at: str) -> None:
    page = DATA.sub("", text_of(english.get(address + QUARTER + known_at)))
    assert not re.findall(r"[\u4e00-\u9fff]+", page)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("known_at", ["", "&known_at=2021-05-01", "&known_at=never"])
def test_a_chinese_page_has_no_english_words(reported: World, reader: Client, address: str, known_at: str) -> None:
    response = reader.get(address + QUARTER + known_at)
    response.content = HASHED_LINES.sub(b"", response.content)
    page = PRINTED_ADDRESS.sub("", re.sub(r"\b[0-9a-f]{8,64}\b", "", text_of(response)))
    assert not set(LATIN.findall(page)) - NAMES


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_its_language(reported: World, reader: Client, language: str) -> None:
    reader.post("/language/", {"language": language, "next": "/"})
    response = reader.get("/" + QUARTER)
    assert f'<html lang="{language}">' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_the_sign_in_page_is_ours(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "用户名" in page and 'autocomplete="current-password"' in page
