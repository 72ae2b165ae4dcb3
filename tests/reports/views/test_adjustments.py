"""The plan office answers an open question on the target's page; everybody else only reads it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from targets.models import AdjustmentQuestion
from tests.factories import World, at

from .conftest import QUARTER, text_of

TARGET = "/targets/stations/"
ANSWER = {"action": "adopt", "decision": "沪府〔2021〕9号", "in_force_from": "2021-03-01"}


@pytest.fixture
def question(reported: World) -> AdjustmentQuestion:
    return AdjustmentQuestion.objects.create(
        target=reported.stations,
        asked={"goal": "120", "due_on": "2021-12-31", "aspirational": "true", "bound": "at_least"},
        in_force={"goal": "100", "due_on": "2021-06-30", "aspirational": "false", "bound": "reach"},
        asked_at=at("2021-06-02"),
    )


@pytest.fixture
def office(reported: World, client: Client) -> Client:
    """The plan manager, in English."""
    client.force_login(reported.plan_manager)
    client.cookies["django_language"] = "en"
    return client


def address(question: AdjustmentQuestion) -> str:
    return f"{TARGET}questions/{question.pk}/{QUARTER}"


def answered(office: Client, question: AdjustmentQuestion, **changes: str) -> str:
    """Sends the form; returns the page that it ends on, as it is read."""
    response = office.post(address(question), ANSWER | changes, follow=True)
    assert response.redirect_chain == [(TARGET + QUARTER, 302)], "back to the target, in the same quarter"
    question.refresh_from_db()
    return text_of(response)


def test_the_question_is_said_in_words(question: AdjustmentQuestion, english: Client) -> None:
    page = text_of(english.get(TARGET + QUARTER))
    assert (
        "Goal 100 stations 120 stations Due on 2021-06-30 2021-12-31 Bound reach at least Aspirational no yes" in page
    )
    assert "Adopt" not in page, "only the plan office decides"
    assert "Newer version" not in text_of(english.get(TARGET + QUARTER + "&known_at=2021-06-01")), "not asked then"


def test_the_form_works_without_scripts(question: AdjustmentQuestion, reported: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(reported.plan_manager)
    browser.get(TARGET + QUARTER)  # the second time it comes from the cache, with a token all the same
    html = browser.get(TARGET + QUARTER).content.decode()
    form = re.search(rf'<form [^>]*action="{TARGET}questions/.*?</form>', html, re.DOTALL)[0]
    where = re.search(r'action="([^"]+)"', form)[1].replace("&amp;", "&")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    assert 'min="2021-01-02"' in form, "the day after the terms in force began"
    assert browser.post(where, ANSWER | {"csrfmiddlewaretoken": token}).status_code == 302
    question.refresh_from_db()
    assert question.answer == "adopted"


def test_adopted_terms_stand_beside_the_earlier_ones(question: AdjustmentQuestion, office: Client) -> None:
    page = answered(office, question)
    assert "Adopted. The earlier terms stay on record." in page and "Newer version" not in page
    adopted, earlier = page.index("at least 120 stations · due 2021-12-31"), page.index("100 stations · due 2021-06-30")
    assert adopted < earlier, "the newest first"
    told = page[adopted:earlier]
    assert "in force from 2021-03-01, 沪府〔2021〕9号 decided" in told and "· Plan_Manager" in told


def test_declining_needs_no_day(question: AdjustmentQuestion, office: Client) -> None:
    page = answered(office, question, action="decline", decision="维持原目标", in_force_from="")
    assert "Declined. The terms in force stay as they are." in page and "Newer version" not in page
    assert (question.answer, question.reason) == ("declined", "维持原目标")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"decision": " "}, "Name the document or the minutes that the decision rests on."),
        (
            {"in_force_from": "2021-01-01"},
            "The new terms must come into force after those that have held since 2021-01-01.",
        ),
        ({"in_force_from": ""}, "Give the day from which the new terms are in force."),
        ({"in_force_from": "1 March"}, "The day cannot be read; write it like 2021-09-30."),
        ({"action": "maybe"}, "Choose between adopting and declining."),
    ],
)
def test_a_refusal_is_a_sentence_and_leaves_the_question_open(
    question: AdjustmentQuestion, office: Client, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in answered(office, question, **changes)
    assert question.answer == "open"


def test_the_second_answer_is_told_of_the_first(question: AdjustmentQuestion, office: Client) -> None:
    answered(office, question, action="decline")
    assert "Somebody else has already decided on this adjustment." in answered(office, question)
    assert question.target.commitments.get().in_force_from == date(2021, 1, 1)


@pytest.mark.parametrize("who", ["supervisor", "auditor", "reporter"])
def test_nobody_else_decides(question: AdjustmentQuestion, reported: World, office: Client, who: str) -> None:
    office.force_login(getattr(reported, who))
    response = office.post(address(question), ANSWER)
    assert response.status_code == 403
    assert "Only the plan office can decide on an adjustment." in text_of(response)
    question.refresh_from_db()
    assert question.answer == "open"


@pytest.mark.parametrize("where", ["/targets/posts/questions/{}/", "/targets/stations/questions/999999/"])
def test_a_question_that_the_target_does_not_have_is_not_found(
    question: AdjustmentQuestion, office: Client, where: str
) -> None:
    response = office.post(where.format(question.pk), ANSWER)
    assert response.status_code == 404 and "There is no such adjustment question." in text_of(response)


def test_the_overview_leads_the_plan_office_to_what_it_has_to_decide(
    question: AdjustmentQuestion, reported: World, office: Client
) -> None:
    assert "Adjustments to decide on 1 Target stations Networks" in text_of(office.get("/" + QUARTER))
    assert f'href="{TARGET}?plan=small&amp;period=2021Q1#question"' in office.get("/" + QUARTER).content.decode()
    answered(office, question)
    assert "Adjustments to decide on" not in text_of(office.get("/" + QUARTER))
    office.force_login(reported.auditor)
    assert "Adjustments to decide on" not in text_of(office.get("/" + QUARTER))
