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
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack

OF_EVERYBODY = {
    "home": "/",
    "explore": "/explore",
    "help": "/help",
    "search": "/search?q=ALICE",
    "search-everything": "/search",
    "search-nothing": "/search?q=nothingofthatkind",
    "search-long": f"/search?q={'w' * 100}",
    "topic": "/explore?topic=bread",
    "user": "/u/ALICE",
    "repository": "/r/ALICE/several",
    "tags": "/r/ALICE/several/-/tags",
    "no-tag": "/r/ALICE/several/-/tags?q=nothing&sort=version",
    "manifest-index": "/r/ALICE/several/-/manifests/multi",
    "manifest": "/r/ALICE/several/-/manifests/amd64",
    "compare": "/r/ALICE/several/-/compare?from=amd64&to=arm64",
    "statistics": "/r/ALICE/several/-/statistics",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "reset-sent": "/accounts/password/reset/done/",
    "reset-link-used-up": "/accounts/password/reset/key/1-used-up/",
    "reset-done": "/accounts/password/reset/key/done/",
    "account-disabled": "/accounts/inactive/",
    "single-sign-on-cancelled": "/accounts/sso/cancelled",
    "mail": "/dev/mail",
}
OF_ALICE = {
    "dashboard": "/",
    "new": "/new",
    "empty": "/r/ALICE/empty",
    "empty-tags": "/r/ALICE/empty/-/tags",
    "settings": "/r/ALICE/several/-/settings",
    "explain": "/r/ALICE/several/-/access/explain?who=anonymous&role=writer&tag=latest",
    "denials": "/r/ALICE/several/-/denials",
    "rename-repository": "/r/ALICE/several/-/rename?new_name=other",
    "transfer-repository": "/r/ALICE/several/-/transfer",
    "offers": "/settings/transfers",
    "watching": "/settings/watching",
    "activity": "/activity",
    "repository-activity": "/r/ALICE/several/-/activity",
    "promote": "/r/ALICE/several/-/promote?image=multi&target=ALICE/empty",
    "promotions": "/r/ALICE/several/-/promotions",
    "secrets": "/r/ALICE/several/-/secrets",
    "repository-audit": "/r/ALICE/several/-/audit",
    "repository-webhooks": "/r/ALICE/several/-/webhooks",
    "webhook-new": "/r/ALICE/several/-/webhooks/new",
    "own-webhooks": "/settings/webhooks",
    "mails": "/settings/mails",
    "trash": "/trash",
    "repository-delete": "/r/ALICE/several/-/delete",
    "delete-tags": "/r/ALICE/several/-/delete-tags?pattern=*",
    "deleted-tags": "/r/ALICE/several/-/deleted-tags",
    "retention": "/r/ALICE/several/-/settings/retention",
    "tag-history": "/r/ALICE/several/-/tags/multi/history",
    "own-tags": "/r/ALICE/several/-/tags",
    "explain-own": "/settings/explain/ALICE/several",
    "own-repository": "/r/ALICE/several",
    "own-user": "/u/ALICE",
    "namespace-settings": "/settings/namespace",
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "two-factors": "/accounts/2fa/",
    "keys": "/accounts/2fa/webauthn/",
    "key-add": "/accounts/2fa/webauthn/add/",
    "app-set-up": "/accounts/2fa/totp/activate/",
    "confirm": "/accounts/reauthenticate/",
    "log-out": "/accounts/logout/",
    "close-account": "/settings/data/close",
    "connections": "/settings/connections",
    "profile": "/settings/profile",
    "sessions": "/settings/sessions",
    "history": "/settings/history",
    "own-data": "/settings/data",
}
OF_AN_ADMINISTRATOR_WITH_AN_APP = {
    "two-factors-on": "/accounts/2fa/",
    "app-switch-off": "/accounts/2fa/totp/deactivate/",
    "recovery-codes": "/accounts/2fa/recovery-codes/",
    "recovery-codes-again": "/accounts/2fa/recovery-codes/",
    "recovery-codes-new": "/accounts/2fa/recovery-codes/generate/",
    "confirm-by-code": "/accounts/2fa/reauthenticate/",
    "people": "/manage/people",
    "site-audit": "/manage/audit",
    "people-none": "/manage/people?q=nobodyofthatkind",
    "person": "/manage/people/ALICE",
    "person-oneself": "/manage/people/CHIEF",
    "site-invitations": "/manage/invitations",
    "registries": "/manage/registries",
    "registry": "/manage/registries/east",
    "registry-add": "/manage/registries/-/add",
    "registry-configuration": "/manage/registries/east/configuration",
    "placement": "/manage/placement?name=ALICE/new&visibility=private&size_class=ordinary",
    "map": "/manage/map",
    "everybodys-trash": "/manage/trash",
    "marks": "/manage/marks",
    "moves": "/manage/moves",
    "differences": "/manage/registries/east/differences",
}
GONE = {
    "not-found": ("/r/ALICE/nothing", 404),
    "no-such-page": ("/no/such/page/at/all/-/x", 404),
    "setup-used-up": ("/setup/used-up", 410),
    "unsubscribe-unknown": ("/unsubscribe/of-nobody", 404),
}


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


SET_UP_APP = """
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from accounts.models import User
user = User.objects.get(username=name)
TOTP.activate(user, generate_totp_secret())
RecoveryCodes.activate(user)
"""


@pytest.fixture(scope="module")
def chief(
    people: People, backstage: Backstage, stack: Stack, browser: Browser
) -> Iterator[tuple[Window, Person]]:
    """An administrator, and a window of theirs; the app is set up once they are in."""
    chief = people.make("chief")
    people.promote(chief, administrator=True)
    window = Window(browser, stack.origin, Look())
    window.log_in(chief)
    steps.confirm(window, chief)
    backstage.run(SET_UP_APP, name=chief.name)
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
