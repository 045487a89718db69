"""Every page, wide and narrow, light and dark, by keyboard: nothing to complain about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e import steps
from tests.e2e.accessibility import faults_by_keyboard, faults_of
from tests.e2e.backstage import Backstage
from tests.e2e.browser import Look, Window
from tests.e2e.images import push_index
from tests.e2e.looks import inspect
from tests.e2e.pages import GONE, OF_ALICE, OF_AN_ADMINISTRATOR_WITH_AN_APP, OF_EVERYBODY
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack


@pytest.fixture(scope="module")
def alice(people: People, stack: Stack, browser: Browser) -> Person:
    """Someone with an image for two platforms, a long name, and an empty repository."""
    alice = people.make("alice")
    alice.login()
    push_index(alice, "several")
    push_index(alice, "a-name-that-goes-on-and-on-and-on/and-further-down-still")
    window = Window(browser, stack.origin, Look())
    window.log_in(alice)
    steps.create_repository(window, "empty", "Nothing here yet, but a description of full length")
    steps.change_visibility(window, f"{alice.name}/several", "Public")
    steps.create_repository(window, "gone", "In the trash")
    steps.trash_repository(window, f"{alice.name}/gone")
    window.close()
    return alice


@pytest.fixture(scope="module")
def window_of_anyone(stack: Stack, browser: Browser) -> Iterator[Window]:
    window = Window(browser, stack.origin, Look())
    yield window
    window.close()


@pytest.fixture(scope="module")
def window_of_alice(alice: Person, stack: Stack, browser: Browser) -> Iterator[Window]:
    """Confirmed a moment ago."""
    window = Window(browser, stack.origin, Look())
    window.log_in(alice)
    steps.confirm(window, alice)
    yield window
    window.close()


HOOKED = """
from accounts.models import User
from index.models import Promotion, Repository, Webhook, WebhookDelivery
from index.webhooks.secrets import encrypt, make_secret
user = User.objects.get(username=name)
several, empty = (Repository.objects.get(name=f"{name}/{one}") for one in ("several", "empty"))
webhook = Webhook.objects.create(
    namespace=user.namespace, repository=several, name="ci", url="https://hooks.example.com/a/path",
    encrypted_secret=encrypt(make_secret()), created_by=user)
delivery = WebhookDelivery.objects.create(webhook=webhook, kind="ping", body="{}", state="failed")
promotion = Promotion.objects.create(
    source=several, source_name=several.name, target=empty, digest="sha256:" + "0" * 64,
    target_tag="promoted", state="waiting", requested_by="user:0", requested_by_name="gone")
answer = [webhook.pk, str(delivery.pk), promotion.pk]
"""
SET_UP_APP = """
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from accounts.models import User
user = User.objects.get(username=name)
TOTP.activate(user, generate_totp_secret())
RecoveryCodes.activate(user)
"""
# Shown to administrators alone, and not yet: other tests look at other pages meanwhile.
MAKE_WORK = """
from datetime import timedelta
from django.utils import timezone
from accounts.flows.organizations import create_organization
from accounts.models import Announcement, User
from index.models import Report, Repository
create_organization(f"{name}-works", owner=User.objects.get(username=name))
begins_at = timezone.now() + timedelta(days=1)
Announcement.objects.create(text="Work on Sunday.", audience="administrators", begins_at=begins_at)
repository = Repository.objects.get(name=reported)
Report.objects.create(repository=repository, kind="spam", text="It is an advertisement.")
"""


@pytest.fixture(scope="module")
def chief(
    people: People, alice: Person, backstage: Backstage, stack: Stack, browser: Browser
) -> Iterator[tuple[Window, Person]]:
    """An administrator with work, and a window of theirs; the app is set up once they are in."""
    chief = people.make("chief")
    people.promote(chief, administrator=True)
    window = Window(browser, stack.origin, Look())
    window.log_in(chief)
    steps.confirm(window, chief)
    backstage.run(SET_UP_APP, name=chief.name)
    backstage.run(MAKE_WORK, name=chief.name, reported=f"{alice.name}/several")
    yield window, chief
    window.close()
    people.promote(chief, administrator=False)


@pytest.mark.parametrize("name", OF_EVERYBODY)
def test_pages_for_everybody(name: str, alice: Person, window_of_anyone: Window) -> None:
    inspect(window_of_anyone, OF_EVERYBODY[name].replace("ALICE", alice.name), name)


@pytest.mark.parametrize("name", OF_ALICE)
def test_pages_for_people_who_are_logged_in(
    name: str, alice: Person, window_of_alice: Window
) -> None:
    inspect(window_of_alice, OF_ALICE[name].replace("ALICE", alice.name), name)


@pytest.mark.parametrize("name", OF_AN_ADMINISTRATOR_WITH_AN_APP)
def test_pages_of_administrators_and_of_people_with_two_factors(
    name: str, alice: Person, chief: tuple[Window, Person]
) -> None:
    window, person = chief
    path = OF_AN_ADMINISTRATOR_WITH_AN_APP[name].replace("ALICE", alice.name)
    inspect(window, path.replace("CHIEF", person.name), name)


def test_pages_of_a_webhook_and_of_a_promotion(
    alice: Person, backstage: Backstage, window_of_alice: Window
) -> None:
    webhook, delivery, promotion = backstage.run(HOOKED, name=alice.name)
    inspect(window_of_alice, f"/webhooks/{webhook}", "webhook")
    inspect(window_of_alice, f"/webhooks/{webhook}/change", "webhook-change")
    inspect(window_of_alice, f"/webhooks/{webhook}/deliveries/{delivery}", "delivery")
    inspect(window_of_alice, f"/r/{alice.name}/several/-/promotions/{promotion}", "promotion")


def test_pages_on_the_way_in(
    people: People, chief: tuple[Window, Person], browser: Browser
) -> None:
    of_chief, person = chief
    window = Window(browser, of_chief.origin, Look())
    steps.sign_up(window, people.newcomer("nelly"))
    inspect(window, "/accounts/confirm-email/", "verify")
    window.page.get_by_role("button", name="Not now: log out").click()
    window.page.wait_for_url("**/accounts/login/")
    main = window.page.get_by_role("main")
    for password in ("wrong river", person.password):
        main.locator("input[name=login]").fill(person.name)
        main.locator("input[name=password]").fill(password)
        main.get_by_role("button", name="Log in", exact=True).click()
        window.page.wait_for_load_state()
        assert faults_of(window.page) == []
    window.page.get_by_role("heading", name="Second factor").wait_for()
    inspect(window, "/accounts/2fa/authenticate/", "second-factor")
    window.close()


@pytest.mark.parametrize("name", GONE)
def test_pages_of_what_is_not_there(name: str, alice: Person, window_of_anyone: Window) -> None:
    path, status = GONE[name]
    inspect(window_of_anyone, path.replace("ALICE", alice.name), name, status)


BAD = """<!doctype html><title>x</title><header class="site-header"></header><footer></footer>
<nav><a href="/"></a></nav><main><h1>One</h1><h3>Three</h3><input id="a"><table><tr><th>x</table>
<div id="a"></div><p aria-describedby="none">x</p><button style="width:9px;height:9px;padding:0">
</button><a href="/x" style="outline:0">unseen</a></main>"""


def test_the_checks_themselves_find_what_is_wrong(stack: Stack, browser: Browser) -> None:
    window = Window(browser, stack.origin, Look())
    window.page.set_content(BAD)
    found = " ".join(faults_of(window.page))
    for fault in (
        "has no name: <a", "has no name: <input", "has no name: <button", "has no scope",
        "a table without a name", "a nav without a name", "skips a level", "an id twice",
        "leads nowhere", "smaller than 24 px",
    ):  # fmt: skip
        assert fault in found
    assert "shows no focus" in " ".join(faults_by_keyboard(window.page))
    window.close()
