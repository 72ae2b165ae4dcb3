"""axe-core on every page around the quarter: in both languages and themes, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from agencies.models import Membership
from agencies.roles import Role
from reports.services import packets
from tests.browser.packets import PacketPage
from tests.browser.windows import Window
from tests.factories import PASSWORD, World
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.browser

SIZES = [pytest.param((1440, "zh-hans"), id="desktop"), pytest.param((390, "en"), id="phone")]
OUTSIDE = ("/accounts/login/", "/accounts/login/?because=idle", "/accounts/password/reset/",
           "/accounts/password/reset/done/", "/accounts/password/reset/key/done/",
           "/accounts/password/reset/key/1-not-a-key/", "/accounts/confirm-email/not-a-key/",
           "/invitations/unknown/")  # fmt: skip
ACCOUNT = ("/accounts/", "/accounts/password/change/", "/accounts/email/", "/accounts/sessions/", "/accounts/2fa/",
           "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/",
           "/accounts/logout/")  # fmt: skip
OFFICE = ("/desk/?plan=small", "/desk/?plan=small&period=2021Q1&text=bureau", "/packets/?plan=small&period=all",
          "/packets/bureau/2021Q1/review/?plan=small", "/packets/bureau/2021Q1/review/?plan=small&order=plan",
          "/packets/bureau/2021Q1/?plan=small", "/audit/", "/members/bureau/", "/nothing-there/")  # fmt: skip
READING = ("/?plan=small&period=2021Q1", "/lines/network/?plan=small&period=2021Q1",
           "/targets/stations/?plan=small&period=2021Q1", "/targets/stations/?plan=small&period=2021Q1&known_at=1",
           "/agencies/bureau/?plan=small&period=2021Q1", "/audit/", "/audit/?from=nonsense&to=2020")  # fmt: skip


@pytest.fixture
def scene(served: None) -> Scene:
    """Everything that an address can name."""
    return make_scene()


@pytest.fixture(params=SIZES)
def seated(request: pytest.FixtureRequest, open_window) -> Callable[..., Window]:
    """seated(user): somebody's window of one of the sizes."""
    width, language = request.param
    return lambda user=None: open_window(user, width=width, language=language)


def assert_all_good(window: Window, *addresses: str) -> None:
    for address in addresses:
        window.open(address)
        window.assert_good()


def test_pages_for_who_is_not_signed_in(scene: Scene, seated) -> None:
    assert_all_good(seated(), *OUTSIDE, f"/invitations/{scene.secret}/")


def test_a_refused_sign_in(scene: Scene, seated) -> None:
    window = seated()
    window.open("/accounts/login/")
    window.page.fill("#id_login", "nobody")
    window.page.fill("#id_password", "wrong")
    window.page.press("#id_password", "Enter")
    window.page.wait_for_selector("[role=alert]")
    window.assert_good()


def test_pages_of_ones_own_account(scene: Scene, seated) -> None:
    window = seated(scene.world.approver)
    window.open("/accounts/2fa/totp/activate/")
    window.assert_good()  # the password is asked again
    window.page.fill("input[name=password]", PASSWORD)
    window.follow("Enter")
    assert_all_good(window, *ACCOUNT)


def test_pages_about_members(scene: Scene, seated) -> None:
    approver = scene.world.approver
    window = seated(approver)
    assert_all_good(window, "/members/bureau/")
    Membership.objects.create(user=approver, agency=scene.world.east, role=Role.APPROVER)
    assert_all_good(window, "/members/", "/desk/")


def test_pages_of_an_agency(scene: Scene, seated) -> None:
    workbook = f"/packets/bureau/2021Q2/workbooks/{scene.workbook.pk}/?plan=small"
    assert_all_good(
        seated(scene.world.reporter), "/packets/?plan=small", "/packets/bureau/2021Q1/?plan=small",
        "/packets/bureau/2021Q2/?plan=small", workbook, "/audit/?subject=small/2021Q1/bureau",
    )  # fmt: skip


def test_pages_of_the_office(scene: Scene, seated) -> None:
    assert_all_good(seated(scene.world.supervisor), *OFFICE)


def test_pages_of_the_auditor_and_of_the_plan_office(scene: Scene, seated) -> None:
    assert_all_good(seated(scene.world.auditor), *READING)
    assert_all_good(seated(scene.world.plan_manager), "/targets/stations/?plan=small&period=2021Q1")


def test_everything_that_can_be_opened_on_the_packets_and_review_pages(scene: Scene, seated) -> None:
    for user, address in (
        (scene.world.approver, "/packets/bureau/2021Q2/?plan=small"),
        (scene.world.approver, "/packets/bureau/2021Q1/?plan=small"),
        (scene.world.supervisor, "/packets/bureau/2021Q1/review/?plan=small"),
        (scene.world.auditor, "/audit/"),
    ):
        window = seated(user)
        window.open(address)
        window.page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
        window.assert_good()


def test_two_peoples_values_side_by_side(quarter: World, seated) -> None:
    packets.open_due_packets(timezone.now())
    first, second = (PacketPage(seated(user), quarter).open() for user in (quarter.reporter, quarter.approver))
    second.field("stations").focus()
    first.type("stations", "5")
    first.saved("stations")
    second.type("stations", "6")
    second.state("stations", "conflict")
    second.window.assert_good()


def test_words_about_what_was_refused_in_a_line_and_in_a_workbook(quarter: World, seated) -> None:
    packets.open_due_packets(timezone.now())
    form = PacketPage(seated(quarter.reporter), quarter).open()
    form.type("stations", "许多")
    form.state("stations", "refused")
    form.type("cells", "5000")
    form.saved("cells")
    form.window.assert_good()
    form.type("stations", "5")
    form.saved("stations")
    form.upload_workbook(form.download_workbook().type("masts", value="many").type("cells", value=None))
    form.window.assert_good()
