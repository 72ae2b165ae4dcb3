"""`/members/…/systems/`: another key, revoking one, disconnecting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from agencies.models import User
from agencies.services import systems
from tests.agencies.views.connecting import PAGE, connect, rotation, shown_key, words
from tests.factories import World


class TestKeys:
    def test_another_key_is_shown_once(self, world: World, approver: Client) -> None:
        system = connect(world)
        answer = approver.post(f"{PAGE}{system.pk}/key/", rotation(system))
        key = systems.of_key(shown_key(answer))
        assert key.system == system and "no-store" in answer["Cache-Control"]
        assert key.expires_at - key.created_at == timedelta(days=30)
        assert shown_key(answer) not in approver.get(PAGE).content.decode()

    def test_loading_the_answer_again_makes_no_third_key(self, world: World, approver: Client) -> None:
        system = connect(world)
        typed = rotation(system)
        approver.post(f"{PAGE}{system.pk}/key/", typed)
        again = approver.post(f"{PAGE}{system.pk}/key/", typed)
        assert again.status_code == 422 and "A newer key has been made meanwhile" in words(again)
        assert system.keys.count() == 2

    def test_coming_back_to_its_address_leads_to_the_list(self, world: World, approver: Client) -> None:
        assert approver.get(f"{PAGE}{connect(world).pk}/key/").url == PAGE

    @pytest.mark.parametrize("typed", [{"days": "0"}, {"days": "1000"}, {"days": ""}, {"newest": "x"}])
    def test_what_will_not_do_is_said_beside_what_was_typed(self, world: World, approver: Client, typed: dict) -> None:
        other, system = connect(world, "other"), connect(world)
        answer = approver.post(f"{PAGE}{system.pk}/key/", rotation(system, **typed))
        page = answer.content.decode()
        assert answer.status_code == 422 and page.count('<details class="confirm" open>') == 1
        assert (system.keys.count(), other.keys.count()) == (1, 1)

    def test_a_key_is_revoked_and_a_system_disconnected_by_post_alone(self, world: World, approver: Client) -> None:
        system = connect(world)
        revoke, end = f"{PAGE}{system.pk}/keys/{system.keys.get().pk}/revoke/", f"{PAGE}{system.pk}/end/"
        assert [approver.get(one).status_code for one in (revoke, end)] == [405, 405]
        page = approver.get(PAGE).content.decode()
        for address in (revoke, end):
            before = page.partition(f'action="{address}"')[0]
            assert before.rpartition("<details")[2].startswith(' class="confirm"'), "behind a second step"
        assert "is refused from now on" in approver.post(revoke, follow=True).content.decode()
        assert system.keys.get().revoked_at
        assert "was disconnected" in approver.post(end, follow=True).content.decode()
        system.refresh_from_db()
        assert system.ended_at and not User.objects.get(pk=system.user_id).is_active
        assert [approver.post(one).status_code for one in (revoke, end)] == [404, 404], "it has ended already"
