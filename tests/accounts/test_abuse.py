"""Ways into another's account, or around a factor, that somebody will try."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.http import int_to_base36

from accounts.mfa_adapter import MFAAdapter
from accounts.models import AuditEvent, User
from tests.accounts.second_factors import code_of, recovery_codes_of, set_up_app
from tests.accounts.test_signup import CODE
from tests.clients import confirm, forget_confirmation
from tests.conftest import World
from tests.factories import PASSWORD

NEW = {"password1": "another quiet river", "password2": "another quiet river"}
OPERATIONS = [
    "/settings/profile/picture",
    "/settings/profile/picture/remove",
    "/settings/sessions/end-all",
    "/settings/sessions/1/end",
    "/settings/machines/1/end",
    "/settings/data/export",
    "/manage/people/alice/disable",
    "/manage/people/alice/enable",
    "/manage/people/alice/reset-second-factor",
    "/manage/invitations/1/revoke",
]
FORMS = [
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
    "/settings/profile",
    "/settings/data/close",
    "/manage/invitations",
]


def log_in(user: User, client: Client | None = None) -> Client:
    """A browser after the first form."""
    client = client or Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return client


def give(client: Client, code: str) -> bool:
    """Send the second form; return whether it logged in."""
    client.post("/accounts/2fa/authenticate/", {"code": code})
    client.post("/accounts/2fa/trust/", {})
    return "_auth_user_id" in client.session


def reset_link(client: Client, address: str = "alice@example.com") -> str:
    """Ask for a link; return its path."""
    client.post("/accounts/password/reset/", {"email": address})
    link = re.search(r"http://index\.test(/accounts/password/reset/key/\S+)", mail_text())
    assert link
    return link[1]


def mail_text() -> str:
    """The last message."""
    return str(mail.outbox[-1].body)


def follow(client: Client, link: str) -> Any:
    """Open the link and send a new password."""
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], NEW)


def test_codes_and_recovery_codes_of_others_open_nothing(world: World) -> None:
    set_up_app(world.alice)
    Authenticator.objects.create(user=world.bob, type="totp", data=other_seed())
    browser = log_in(world.bob)
    assert not give(browser, code_of())
    assert not give(browser, recovery_codes_of(world.alice)[0])
    assert len(recovery_codes_of(world.alice)) == 10


def other_seed() -> dict[str, str]:
    """A seed that is not SECRET, encrypted as it is kept."""
    return {"secret": MFAAdapter().encrypt("MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")}


def test_the_code_of_a_log_in_does_not_confirm_anything_afterwards(world: World) -> None:
    set_up_app(world.alice)
    code = code_of()
    browser = log_in(world.alice)
    assert give(browser, code)
    forget_confirmation(browser)
    assert browser.post("/accounts/2fa/reauthenticate/", {"code": code}).status_code == 200
    assert browser.get("/accounts/2fa/totp/deactivate/").status_code == 302


def test_codes_of_yesterday_and_of_tomorrow_do_not_count(world: World) -> None:
    set_up_app(world.alice)
    for days in (-1, 1):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            code = code_of()
        assert not give(log_in(world.alice), code)


def test_guesses_in_many_browsers_and_networks_share_one_limit(world: World) -> None:
    set_up_app(world.alice)
    for number in range(6):
        browser = Client(REMOTE_ADDR=f"203.0.{number}.1")
        give(log_in(world.alice, browser), "000000")
    late = log_in(world.alice, Client(REMOTE_ADDR="198.51.100.1"))
    assert not give(late, code_of())


def test_half_a_log_in_reaches_neither_pages_nor_the_api(world: World) -> None:
    set_up_app(world.alice)
    browser = log_in(world.alice)
    assert browser.get("/api/v1/user").status_code == 401
    for path in ("/settings/profile", "/accounts/2fa/", "/accounts/email/", "/settings/tokens"):
        assert browser.get(path).headers["Location"].startswith("/accounts/login/")


def test_a_remembered_browser_is_remembered_for_one_person_and_two_weeks(world: World) -> None:
    set_up_app(world.alice)
    browser = log_in(world.alice)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of()})
    browser.post("/accounts/2fa/trust/", {"action": "trust"})
    trusted = next(name for name in browser.cookies if "trust" in name)
    assert browser.cookies[trusted]["httponly"]
    set_up_app(world.bob)
    for user, later, opens in (
        (world.alice, 13, True),
        (world.bob, 0, False),
        (world.alice, 15, False),
    ):
        other = Client()
        other.cookies[trusted] = browser.cookies[trusted].value
        with time_machine.travel(timezone.now() + timedelta(days=later)):
            log_in(user, other)
            assert ("_auth_user_id" in other.session) is opens
    forged = Client()
    forged.cookies[trusted] = browser.cookies[trusted].value[:-3] + "abc"
    assert "_auth_user_id" not in log_in(world.alice, forged).session


def test_a_link_of_a_forgotten_password_works_once(world: World, client: Client) -> None:
    link = reset_link(client)
    assert follow(client, link).status_code == 302
    assert "used up" in Client().get(link, follow=True).content.decode()


def test_it_ends_after_a_day_and_with_a_new_password(world: World, client: Client) -> None:
    link = reset_link(client)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "used up" in Client().get(link, follow=True).content.decode()
    world.alice.set_password("yet another river")
    world.alice.save()
    assert "used up" in Client().get(link, follow=True).content.decode()


def test_it_is_for_one_account_alone(world: World, client: Client) -> None:
    link = reset_link(client)
    head, _, key = link.rpartition("/key/")[2].partition("-")
    bobs = f"/accounts/password/reset/key/{int_to_base36(world.bob.pk)}-{key}"
    assert head == int_to_base36(world.alice.pk)
    assert "used up" in client.get(bobs, follow=True).content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "al\u0131ce@example.com",
        "\uff41lice@example.com",
        "alice@ex\u00e4mple.com",
        "alice@\u212axample.com",
    ],
)
def test_an_address_that_only_looks_alike_gets_no_link(
    world: World, client: Client, address: str
) -> None:
    client.post("/accounts/password/reset/", {"email": address})
    assert not any("/reset/key/" in str(one.body) for one in mail.outbox)


def test_opening_the_link_changes_nothing(world: World, client: Client) -> None:
    client.get(reset_link(client), follow=True)
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_a_code_by_mail_is_for_one_browser_three_guesses_and_a_quarter_of_an_hour(
    db: None,
) -> None:
    def sign_up(name: str) -> tuple[Client, str]:
        browser = Client()
        form = {"username": name, "email": f"{name}@example.com", "password1": PASSWORD}
        browser.post("/accounts/signup/", form)
        found = CODE.search(mail_text())
        assert found
        return browser, found[1]

    def is_verified(name: str) -> bool:
        return EmailAddress.objects.filter(email=f"{name}@example.com", verified=True).exists()

    first, of_first = sign_up("firstly")
    second, _ = sign_up("secondly")
    second.post("/accounts/confirm-email/", {"code": of_first})
    assert not is_verified("firstly")
    assert not is_verified("secondly")
    for _ in range(3):
        first.post("/accounts/confirm-email/", {"code": "AAAA-AAAA"})
    first.post("/accounts/confirm-email/", {"code": of_first})
    assert not is_verified("firstly")
    late, of_late = sign_up("lately")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        late.post("/accounts/confirm-email/", {"code": of_late})
    assert not is_verified("lately")


@pytest.mark.parametrize("path", [*OPERATIONS, *FORMS])
def test_another_site_cannot_send_any_form(world: World, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.root)
    confirm(browser)
    answer = browser.post(path, {"reason": "x", "username": "rooty", "email": "x@example.com"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert not AuditEvent.objects.filter(actor_name="rooty").exists()


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_link_to_an_operation_only_asks_to_press_the_button(world: World, path: str) -> None:
    browser = Client()
    browser.force_login(world.root)
    confirm(browser)
    assert browser.get(path).status_code == 405
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("path", FORMS)
def test_looking_at_a_form_changes_nothing(world: World, path: str) -> None:
    browser = Client()
    browser.force_login(world.root)
    confirm(browser)
    before = User.objects.filter(username="rooty").values().get()
    query = "?action_add=&email=x@example.com&username=rooty&password1=x"
    assert browser.get(path + query, follow=True).status_code == 200
    assert User.objects.filter(username="rooty").values().get() == before
    assert EmailAddress.objects.filter(user=world.root).count() == 1
    assert "_auth_user_id" in browser.session
    assert mail.outbox == []
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "path", ["/manage/people/bobby/disable", "/manage/people/bobby/reset-second-factor"]
)
def test_nobody_but_administrators_touches_the_accounts_of_others(world: World, path: str) -> None:
    set_up_app(world.bob)
    browser = Client()
    browser.force_login(world.olga)
    confirm(browser)
    assert browser.post(path, {"reason": "because"}).status_code == 404
    api = f"/api/v1{path}"
    assert browser.post(api, {"reason": "because"}, "application/json").status_code == 403
    assert User.objects.get(username="bobby").is_active
    assert Authenticator.objects.filter(user=world.bob).exists()


@pytest.mark.parametrize("agent", ["x" * 5000, "<script>alert(1)</script>", "\u2603 caf\u00e9"])
def test_any_name_of_a_browser_can_be_listed(world: World, agent: str) -> None:
    browser = log_in(world.alice, Client(headers={"User-Agent": agent}))
    browser.get("/")
    page = browser.get("/settings/sessions")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
