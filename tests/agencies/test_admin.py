"""The operator's site: who gets in, and that the ledger can be read and nothing else."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agencies.models import Membership, User
from agencies.services.people import add_person
from reports.models import Acceptance
from reports.services import rollup
from tests.factories import small_plan
from tests.reports.conftest import Acting

READ_ONLY = [
    "reports_acceptance", "reports_figure", "reports_progress", "reports_rollupstate", "reports_submission",
    "reports_extension", "reports_reportingperiod", "agencies_auditevent", "targets_plan", "targets_target",
    "targets_publishedfigure",
]  # fmt: skip


@pytest.fixture
def world(db):
    return small_plan()


@pytest.fixture
def ledger(world):
    acting = Acting(world)
    acting.accept(acting.submitted())
    return world


@pytest.fixture
def operator(world, client):
    client.force_login(world.operator)
    return client


def test_every_list_and_form_opens_for_the_operator(ledger, operator):
    for model, model_admin in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        if not model.__module__.startswith(("agencies", "targets", "reports")):
            continue
        assert operator.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
        first = model.objects.order_by("pk").first()
        if first is not None:
            assert operator.get(reverse(f"admin:{name}_change", args=[first.pk])).status_code == 200, name
        assert model_admin.get_actions(operator.get("/admin/").wsgi_request) == {}, f"{name} has bulk actions"


@pytest.mark.parametrize("who", ["reporter", "approver", "supervisor", "plan_manager", "auditor"])
def test_nobody_else_gets_in(world, client, who):
    user = getattr(world, who)
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_in_is_by_the_one_sign_in_page(client, db):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_is_read_only_stays_so_for_superusers(ledger, client, name):
    ledger.operator.is_staff = ledger.operator.is_superuser = True
    ledger.operator.save()
    client.force_login(ledger.operator)
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    model = next(model for model in admin.site._registry if model._meta.db_table == name)
    if (first := model.objects.order_by("pk").first()) is not None:
        assert client.post(reverse(f"admin:{name}_delete", args=[first.pk]), {"post": "yes"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_change", args=[first.pk]), {}).status_code == 403
        assert model.objects.filter(pk=first.pk).exists()


def test_a_roll_up_that_failed_is_shown_with_its_error(world, operator):
    world.stations.bound = "unknown"
    world.stations.save()
    rollup.roll_up()
    shown = operator.get("/admin/reports/rollupstate/?failed_at__isempty=0").content.decode()
    assert "ValueError" in shown
    assert world.stations.name_zh in shown
    assert world.posts.name_zh not in shown


def test_a_username_is_fixed_once_it_is_given(world, operator):
    reporter = world.reporter
    shown = operator.get(reverse("admin:agencies_user_change", args=[reporter.pk])).content.decode()
    assert 'name="username"' not in shown
    assert 'name="display_name"' in shown
    assert "is_superuser" not in shown


def test_nobody_is_deleted_because_the_ledger_names_them(ledger, operator):
    address = reverse("admin:agencies_user_delete", args=[ledger.reporter.pk])
    assert operator.post(address, {"post": "yes"}).status_code == 403
    assert Acceptance.objects.get().submitted_by == ledger.approver


def test_a_person_is_added_with_roles_once(world):
    for _ in range(2):
        user = add_person("new", display_name="新人", roles=[("reporter", world.bureau), ("auditor", None)])
    assert User.objects.filter(username="new").count() == 1
    assert Membership.objects.filter(user=user).count() == 2
    assert not user.has_usable_password()


def test_a_changed_name_is_on_the_next_page(ledger, client):
    reader = Client()
    reader.force_login(ledger.supervisor)
    address = "/targets/stations/?plan=small&period=2021Q1"
    assert ledger.bureau.short_name_zh in reader.get(address).content.decode()
    client.force_login(ledger.operator)
    form = client.get(f"/admin/agencies/agency/{ledger.bureau.pk}/change/").context["adminform"].form
    typed = {name: "" if value is None else value for name, value in form.initial.items()}
    response = client.post(
        f"/admin/agencies/agency/{ledger.bureau.pk}/change/", typed | {"short_name_zh": "市新名委", "two_people": ""}
    )
    assert response.status_code == 302, response.content.decode()
    assert "市新名委" in reader.get(address).content.decode(), "no page that was kept under the old name"


@pytest.mark.parametrize(
    "guess",
    [
        "agencies/user/?password__startswith=pbkdf2", "agencies/auditevent/?reason__contains=同意",
        "agencies/auditevent/?after__value=31234.5", "reports/figure/?value__gt=31234", "reports/figure/?reason__gt=a",
        "reports/progress/?value__gt=31234", "reports/submission/?entries__value=31234.5",
    ],
)  # fmt: skip
def test_what_is_not_shown_cannot_be_guessed_by_filters(ledger, operator, guess):
    assert operator.get(f"/admin/{guess}").status_code in (302, 400), "refused, whatever the answer would be"


@pytest.mark.parametrize(
    "offered",
    [
        "agencies/user/?is_active__exact=1&memberships__role__exact=reporter", "agencies/agency/?kind__exact=bureau",
        "agencies/auditevent/?door__exact=web&at__year=2021&at__month=4", "reports/rollupstate/?failed_at__isempty=1",
        "reports/reportingperiod/?plan__id__exact=1", "reports/submission/?is_sample__exact=0&period__id__exact=1",
    ],
)  # fmt: skip
def test_what_the_lists_offer_to_filter_by_can_be_used(ledger, operator, offered):
    assert operator.get(f"/admin/{offered}").status_code == 200


def test_the_operator_reads_no_figures_and_no_reasons(world, operator):
    acting = Acting(world)
    line = acting.save(world.line(world.stations), value="31234.5", words="含室外站", explanation="核实无误")
    acting.fill(world.packet())
    acting.save(line, value="31234.5", words="含室外站", explanation="核实无误", version=line.version + 1)
    acting.accept(acting.submit(world.packet()), reason="同意入库")
    rollup.roll_up()
    for model in admin.site._registry:
        if model._meta.app_label not in ("agencies", "reports"):
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"admin:{name}_changelist")]
        pages += [reverse(f"admin:{name}_change", args=[pk]) for pk in model.objects.values_list("pk", flat=True)]
        for page in pages:
            shown = operator.get(page).content.decode()
            for content in ("31234", "31,234", "含室外站", "核实无误", "同意入库"):
                assert content not in shown, f"{page} shows {content}"
