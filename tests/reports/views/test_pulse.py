"""The pulse changes when pages change, costs next to nothing and tells nothing."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from reports.services import pulse, rollup
from reports.services.periods import extend
from tests.factories import World, at
from tests.history import accepted
from tests.reports.conftest import WEB

PULSE = "/pulse"


def read(client) -> str:
    response = client.get(PULSE)
    assert response.status_code == 200
    return response.content.decode()


def test_it_is_asked_without_signing_in_and_sets_nothing(world: World, client):
    response = client.get(PULSE)
    assert (response.status_code, response.cookies) == (200, {})
    assert response.headers["Content-Type"] == "text/plain"
    assert len(response.content) == 20 and b"small" not in response.content
    assert client.post(PULSE).status_code == 405


def test_it_costs_no_statement_and_no_session(world: World, client, django_assert_num_queries):
    client.force_login(world.supervisor)
    read(client)
    client.cookies.clear()  # pages ask without them
    with django_assert_num_queries(0):
        read(client)


def test_where_it_is_lost_one_statement_brings_it_back(world: World, client, django_assert_num_queries):
    before = read(client)
    cache.clear()
    with django_assert_num_queries(1):
        assert read(client) == before
    with django_assert_num_queries(0):
        assert read(client) == before


def test_while_somebody_works_it_out_the_others_wait(world: World, client, django_assert_num_queries):
    cache.set(pulse.WORKED_ON, 1, 5)
    with django_assert_num_queries(0):
        assert client.get(PULSE).status_code == 204


def test_who_has_it_gets_304(world: World, client):
    seen = client.get(PULSE).headers["ETag"]
    assert client.get(PULSE, headers={"If-None-Match": seen}).status_code == 304
    assert client.get(PULSE, headers={"If-None-Match": '"old"'}).status_code == 200


@pytest.mark.parametrize("change", ["submitted", "returned", "accepted", "rolled up", "extended"])
def test_it_changes_with_what_pages_show(world, acting, client, django_capture_on_commit_callbacks, change):
    packet = world.packet()
    if change == "extended":
        before, act = read(client), lambda: extend(
            packet.period, world.bureau, until=at("2100-01-01"), reason="x", by=world.supervisor, at=at("2021-05-02"),
            door=WEB,
        )  # fmt: skip
    else:
        acting.fill(packet)
        act = lambda: acting.submit(packet)  # noqa: E731
        if change != "submitted":
            act()
            act = {
                "returned": lambda: acting.give_back(packet),
                "accepted": lambda: acting.accept(packet),
                "rolled up": rollup.roll_up,
            }[change]
        pulse.publish()
        before = read(client)
        connection.run_on_commit.clear()  # as after the commit that never comes in a test
    with django_capture_on_commit_callbacks(execute=True):
        act()
    assert read(client) != before


def test_it_stays_while_nothing_changes(world: World, client):
    accepted(world, world.stations, "40")
    rollup.roll_up()
    before = read(client)
    rollup.roll_up()
    assert read(client) == before


def test_many_changes_in_one_transaction_publish_once(world: World, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        for _ in range(3):
            pulse.beat()
    assert len(callbacks) == 1


def test_a_page_of_now_names_the_state_that_it_was_made_from(world: World, client):
    client.force_login(world.supervisor)
    for page in ("/", "/desk/"):
        assert f'data-seen="{read(client)}"' in client.get(page).content.decode(), page
    assert "data-seen" not in client.get("/?known_at=2021-05-01").content.decode(), "what was known then stays"


def test_a_page_of_now_from_the_cache_names_its_state_too(world: World, client):
    client.force_login(world.supervisor)
    for _ in range(2):
        assert f'data-seen="{read(client)}"' in client.get("/").content.decode()
