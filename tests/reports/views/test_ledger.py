"""`/ledger/`, its blocks, its export, its verification, and the way back to a printed page."""

from __future__ import annotations

import csv
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from reports.models import LedgerCheck
from reports.selectors import ledger as selector
from reports.services import ledger_checks, rollup
from reports.views.ledger import printed_address
from targets.models import AdjustmentQuestion, Commitment
from targets.services.adjustments import answer
from tests.factories import PlanFactory, World, at
from tests.history import WEB, accepted
from tests.reports.services.test_ledger import unguarded

from .conftest import QUARTER, text_of

# person, roles with state, plans with quarters, trust; agencies, blocks, how many, checks
STATEMENTS = 8
BLOCK_STATEMENTS = 8  # the first four; block, and as it was hashed (two), its figures
PAGE = "/ledger/" + QUARTER


def numbers(response) -> list[int]:
    """Of the blocks listed, in their order."""
    return [int(one) for one in re.findall(r'<th scope="row"><a href="/ledger/(\d+)/', response.content.decode())]


def test_blocks_stand_newest_first_with_all_that_was_decided(reported: World, english: Client) -> None:
    page = english.get(PAGE)
    assert numbers(page) == [5, 4, 3, 2, 1]
    block = reported.plan.periods.first().submissions.get(agency=reported.east).acceptances.get()
    assert f"#2 2021-04-11 12:00 east Q1 2021 1 Supervisor Approver-East — {block.hash[:12]}" in text_of(page)
    assert block.hash in page.content.decode(), "in full, to be copied"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("agency=east", [2]),
        ("agency=bureau&of=2021Q1", [5, 4, 1]),
        ("of=2021Q2", []),
        ("from=2021-04-11&to=2021-04-12", [3, 2]),
        ("from=2021-04-13", [5, 4]),
        ("to=2021-04-10", [1]),
        ("to=2020-01-01", []),
        ("by=supervisor", [5, 4, 3, 2, 1]),
        ("by=auditor", []),
        ("target=posts", [3, 2]),
        ("text=nothing+of+the+kind", []),
        ("find=2", [2]),
        ("find=%234", [4]),
        ("find=9999", []),
        ("before=3", [2, 1]),
        ("known_at=3", [3, 2, 1]),
        ("known_at=2021-04-11&agency=bureau", [1]),
    ],
)
def test_the_filters_are_in_the_address(reported: World, english: Client, asked: str, found: list[int]) -> None:
    response = english.get(f"{PAGE}&{asked}")
    assert numbers(response) == found
    assert found or "No block matches." in text_of(response)


def test_a_block_is_found_by_how_its_hash_begins(reported: World, english: Client) -> None:
    block = reported.plan.periods.first().submissions.get(agency=reported.west).acceptances.get()
    assert numbers(english.get(f"{PAGE}&find={block.hash[:9]}")) == [3]
    assert numbers(english.get(f"{PAGE}&find=3-{block.hash[:9]}")) == [3]
    assert numbers(english.get(f"{PAGE}&find=2-{block.hash[:9]}")) == [], "another block's hash"


def test_a_reason_is_found_by_a_part_of_it(acting, english: Client) -> None:
    acting.accept(acting.submitted(), reason="会议纪要第三条")
    assert numbers(english.get(f"{PAGE}&text=第三")) == [1]
    assert numbers(english.get(f"{PAGE}&text=第四")) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("agency=nobody", "There is no agency “nobody” to choose"),
        ("of=1999Q1", "The plan has no quarter “1999Q1”"),
        ("by=nobody", "There is nobody of the user name “nobody”"),
        ("by=%00", "There is nobody of the user name"),
        ("target=nothing", "There is no target “nothing”"),
        ("find=zz", "“zz” is neither a number (#349) nor the beginning of a hash"),
        ("from=yesterday", "The day “yesterday” cannot be read"),
        ("to=9999-12-31", "The day “9999-12-31” cannot be read"),
        ("from=2021-05-01&to=2021-04-01", "The first day lies after the last"),
        ("before=-1", "The page “-1” is not there"),
        ("before=" + "9" * 30, "is not there"),
        ("text=" + "x" * 101, "cannot be looked for"),
    ],
)
def test_what_cannot_be_used_is_said_and_left_out(reported: World, english: Client, asked: str, said: str) -> None:
    response = english.get(f"{PAGE}&{asked}")
    assert response.status_code == 200 and said in text_of(response)
    assert numbers(response) == [5, 4, 3, 2, 1]


def test_pages_follow_each_other_without_a_gap(reported: World, english: Client, monkeypatch) -> None:
    monkeypatch.setattr(selector, "PAGE", 2)
    walked, address = [], PAGE + "&by=supervisor"
    while address:
        response = english.get(address)
        walked.append(numbers(response))
        older = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
        address = "/ledger/" + older[1].replace("&amp;", "&") if older else ""
    assert walked == [[5, 4], [3, 2], [1]]


def test_a_text_is_looked_for_in_a_bounded_part_at_a_time(reported: World, english: Client, monkeypatch) -> None:
    monkeypatch.setattr(selector, "TEXT_SPAN", 2)
    response = english.get(PAGE + "&text=nothing")
    assert "looked for down to block #4" in text_of(response) and "before=4" in response.content.decode()
    assert "looked for down" not in text_of(english.get(PAGE + "&text=nothing&before=3"))


def test_more_than_can_be_counted_is_said_so(reported: World, english: Client, monkeypatch) -> None:
    assert "Blocks 5" in text_of(english.get(PAGE))
    monkeypatch.setattr(selector, "COUNTED", 3)
    assert "Blocks more than 3" in text_of(english.get(PAGE + "&from=2021-01-01"))


def test_blocks_of_other_plans_are_left_out_and_can_be_shown(reported: World, english: Client) -> None:
    other = PlanFactory(code="other", document="他〔2022〕1号", starts_on=date(2019, 1, 1))
    period = reported.periods[0]
    type(period).objects.create(
        plan=other, code="2019Q1", ordinal=8076, starts_on=date(2019, 1, 1), ends_on=date(2019, 3, 31),
        opens_at=at("2019-04-01"), due_at=at("2019-04-15"), grace_until=at("2019-04-20"), closes_at=at("2019-04-30"),
    )  # fmt: skip
    page = english.get("/ledger/?plan=other")
    assert numbers(page) == [] and "one chain for all plans" in text_of(page)
    page = english.get("/ledger/?plan=other&all=1")
    assert numbers(page) == [5, 4, 3, 2, 1] and "测〔2021〕1号" in text_of(page)
    assert numbers(english.get("/ledger/?plan=other&find=4")) == [4], "a number is looked for in the whole chain"
    block = text_of(english.get("/ledger/4/?plan=other"))
    assert "This block belongs to another plan" in block


@pytest.mark.parametrize("asked", ["", "&agency=east&of=2021Q1&from=2021-01-01&to=2021-12-31&text=x&find=2"])
@pytest.mark.parametrize("more", [0, 3])
def test_it_costs_the_same_for_few_and_for_many(
    reported: World, reader: Client, django_assert_num_queries, asked: str, more: int
) -> None:
    for value in range(more):
        accepted(reported, reported.posts, str(20 + value), reported.east, now=at("2021-05-21"))
    with django_assert_num_queries(STATEMENTS):
        reader.get(PAGE + asked)


@pytest.mark.parametrize("number", [2, 4])
def test_a_block_costs_the_same_whatever_is_in_it(
    reported: World, reader: Client, django_assert_num_queries, number: int
) -> None:
    with django_assert_num_queries(BLOCK_STATEMENTS):
        reader.get(f"/ledger/{number}/{QUARTER}")


def test_a_block_says_what_it_replaced_and_that_its_hash_holds(reported: World, english: Client) -> None:
    response = english.get("/ledger/5/" + QUARTER)
    page = text_of(response)
    assert "Target stations bureau Q1 2021 35 stations was 40 stations #1" in page
    assert "数据核实后更正" in page and "Reporter-Bureau" in page
    assert "Recomputed now equal" in page
    assert '"stations","bureau","2021Q1","35"' in response.content.decode().replace("&quot;", '"'), "what was hashed"
    assert "← #4" in page and "#6" not in page
    assert "known_at=5" in response.content.decode()


def test_a_block_that_was_altered_says_so(reported: World, english: Client) -> None:
    with unguarded("reports_figure"), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_figure SET value = 99 WHERE acceptance_id = 5")
    assert "different: this block was altered" in text_of(english.get("/ledger/5/" + QUARTER))


@pytest.mark.parametrize("address", ["/ledger/6/", "/ledger/0/", f"/ledger/{'9' * 25}/", "/ledger/5/?known_at=4"])
def test_a_block_that_is_not_there_is_not_found_in_words(reported: World, english: Client, address: str) -> None:
    response = english.get(address)
    assert response.status_code == 404 and "There is no block #" in text_of(response)


def test_before_anything_was_accepted_it_says_what_comes(world: World, english: Client) -> None:
    assert "Nothing has been accepted yet." in text_of(english.get(PAGE))


def test_the_result_of_a_check_stands_on_the_page(reported: World, english: Client) -> None:
    assert "Not verified yet." in text_of(english.get(PAGE))
    response = english.post("/ledger/verify/" + QUARTER)
    assert response.status_code == 302 and response.url == PAGE
    page = text_of(english.get(PAGE))
    assert "The ledger is being verified" in page and "A check is under way" in page
    assert "Verify now" not in page, "one at a time"
    ledger_checks.work(lambda: at("2021-06-01 02:30"))
    page = text_of(english.get(PAGE))
    assert "Verified up to #5 on 2021-06-01 02:30: all 5 blocks hold." in page and "Verify now" in page


def test_a_block_that_does_not_hold_stands_out_with_what_to_do(reported: World, english: Client) -> None:
    with unguarded("reports_figure"), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_figure SET words = 'x' WHERE acceptance_id = 3")
    english.post("/ledger/verify/")
    ledger_checks.work(lambda: at("2021-06-01 02:30"))
    page = text_of(english.get(PAGE))
    assert "Block #3 does not hold (verified on 2021-06-01 02:30)." in page
    assert "its content or its hash was altered" in page and "Accept nothing more" in page


def test_a_check_that_did_not_finish_is_told(reported: World, english: Client) -> None:
    LedgerCheck.objects.create(asked_at=at("2021-06-01 02:30"), seen_at=at("2021-06-01 02:31"))
    page = text_of(english.get(PAGE))
    assert "The check asked for on 2021-06-01 02:30 did not finish" in page and "Verify now" in page


def test_only_who_oversees_packets_is_offered_a_check(reported: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    people = {reported.reporter: False, reported.supervisor: True, reported.auditor: True}
    for user, may in people.items():
        client.force_login(user)
        assert ("Verify now" in text_of(client.get(PAGE))) == may
    for user, may in people.items():
        client.force_login(user)
        assert client.post("/ledger/verify/").status_code == (302 if may else 403)


def test_the_export_takes_the_same_filter(reported: World, english: Client) -> None:
    response = english.get(f"/ledger/export.csv{QUARTER}&target=posts&known_at=2021-04-11")
    assert "ledger-small-2.csv" in response.headers["Content-Disposition"]
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["block"], row["target"], row["scope"], row["value"]) == ("2", "posts", "310101", "12")
    whole = b"".join(english.get(f"/ledger/export.csv{QUARTER}").streaming_content).decode()
    assert len(list(csv.DictReader(whole.splitlines()))) == 5


@pytest.mark.parametrize(
    "printed",
    ["https://evil.example/", "//evil.example/targets/stations/", "/\\evil.example/", "javascript:alert(1)", "/admin/",
     "/desk/", "/accounts/logout/", "/nothing/", "http://[", "/ledger/verify/", "targets/stations/"],
)  # fmt: skip
def test_nothing_but_a_reading_page_is_brought_back(reported: World, english: Client, printed: str) -> None:
    response = english.get("/ledger/", {"reference": "#5", "printed": printed})
    assert response.status_code == 200 and "This is no page of the dashboards." in text_of(response)


def test_a_print_leads_back_to_its_page() -> None:
    found = urlsplit(printed_address("#5+1-abcdef", "/targets/stations/?plan=small&period=2021Q1&known_at=9"))
    assert (found.scheme, found.netloc, found.path) == ("", "", "/targets/stations/")
    assert parse_qs(found.query) == {"plan": ["small"], "period": ["2021Q1"], "known_at": ["5+1-abcdef"]}
    assert printed_address("5", "") == "/?known_at=5"
    assert printed_address("", "/targets/stations/") == "", "without a reference there is nothing to go back to"


def printed(response) -> dict[str, str]:
    """What stands at the head of a print."""
    html = response.content.decode()
    return {
        "reference": re.search(r'<strong class="reference">([^<]+)</strong>', html)[1],
        "printed": re.search(r'<dd class="address">([^<]+)</dd>', html)[1].replace("&amp;", "&"),
    }


def standing(response) -> str:
    """Status, value, goal and completion of every target on an overview."""
    html = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main")]))


def test_a_print_brings_its_numbers_back_after_corrections_and_decisions(reported: World, english: Client) -> None:
    """Print now; accept something newer and change a goal; type the reference: the same numbers, the same statuses."""
    decide(reported, "80", at("2021-05-21"))
    rollup.roll_up()
    before = {path: english.get(path + QUARTER) for path in ("/targets/stations/", "/lines/network/")}
    decide(reported, "200", at("2021-06-02"))
    accepted(reported, reported.stations, "70", now=at("2021-06-03"))
    rollup.roll_up()
    for path, response in before.items():
        print_head = printed(response)
        assert print_head["reference"].startswith("#5+1-") and print_head["printed"] == path + QUARTER
        back = english.get("/ledger/", print_head, follow=True)
        assert facts(back) == facts(response)
        assert facts(english.get(path + QUARTER)) != facts(response), "there is something to tell apart"


def decide(world: World, goal: str, decided_at) -> None:
    question = AdjustmentQuestion.objects.create(
        target=world.stations, asked={"goal": goal}, in_force={"goal": "100"}, asked_at=decided_at
    )
    begins = date(2021, 1, 1 + Commitment.objects.filter(target=world.stations).count())
    answer(
        question.pk,
        adopt=True,
        decision="会议纪要",
        in_force_from=begins,
        by=world.plan_manager,
        at=decided_at,
        door=WEB,
    )


def facts(response) -> list[str]:
    """Amounts, percentages and status words of the page's content, in their order."""
    return re.findall(
        r"[\d.,]+ stations|[\d.]+%|On track|Behind|Far behind|Done|Ahead|Missed|No data", standing(response)
    )
