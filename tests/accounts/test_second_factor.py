"""Two factors: at log-in, where they are demanded, and what cannot get around them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.flows.change_credentials import change_credentials
from accounts.models import AuditEvent, Organization, User
from tests.accounts.second_factors import SECRET, code_of, recovery_codes_of, set_up_app
from tests.clients import basic, confirm, get_token
from tests.conftest import World
from tests.factories import PASSWORD


def log_in(client: Client, user: User) -> Any:
    """Send the first form."""
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def is_logged_in(client: Client) -> bool:
    """Whether the session is a person's."""
    return "_auth_user_id" in client.session


def test_the_password_alone_does_not_log_in(world: World, client: Client) -> None:
    set_up_app(world.alice)
    assert log_in(client, world.alice).headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_logged_in(client)
    assert client.get("/settings/namespace").status_code == 302


def test_password_and_code_log_in_and_change_the_session_id(world: World, client: Client) -> None:
    set_up_app(world.alice)
    log_in(client, world.alice)
    before = client.session.session_key
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    client.post("/accounts/2fa/trust/", {})
    assert is_logged_in(client)
    assert client.session.session_key != before


def test_a_code_works_once(world: World, client: Client) -> None:
    set_up_app(world.alice)
    code = code_of()
    for visitor, works in ((client, True), (Client(), False)):
        log_in(visitor, world.alice)
        visitor.post("/accounts/2fa/authenticate/", {"code": code})
        visitor.post("/accounts/2fa/trust/", {})
        assert is_logged_in(visitor) is works


def test_a_recovery_code_works_once(world: World, client: Client) -> None:
    set_up_app(world.alice)
    code = recovery_codes_of(world.alice)[0]
    for visitor, works in ((client, True), (Client(), False)):
        log_in(visitor, world.alice)
        visitor.post("/accounts/2fa/authenticate/", {"code": code})
        visitor.post("/accounts/2fa/trust/", {})
        assert is_logged_in(visitor) is works
    assert len(recovery_codes_of(world.alice)) == 9


def test_guessing_codes_ends_after_five_and_is_written_down(world: World, client: Client) -> None:
    set_up_app(world.alice)
    log_in(client, world.alice)
    for _ in range(6):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert not is_logged_in(client)
    assert AuditEvent.objects.filter(action="account:second-factor:refused").count() == 5


def test_a_remembered_browser_is_not_asked_again_until_the_factors_change(
    world: World, client: Client
) -> None:
    set_up_app(world.alice)
    log_in(client, world.alice)
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    client.post("/accounts/2fa/trust/", {"action": "trust"})
    client.post("/accounts/logout/")
    log_in(client, world.alice)
    assert is_logged_in(client)
    client.post("/accounts/logout/")
    Authenticator.objects.filter(user=world.alice).delete()
    set_up_app(world.alice)
    log_in(client, world.alice)
    assert not is_logged_in(client)


def test_who_logs_out_everywhere_is_asked_again_in_remembered_browsers(
    world: World, client: Client
) -> None:
    set_up_app(world.alice)
    log_in(client, world.alice)
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    client.post("/accounts/2fa/trust/", {"action": "trust"})
    client.post("/settings/sessions/end-all")
    client.post("/accounts/logout/")
    log_in(client, world.alice)
    assert not is_logged_in(client)
    codes = recovery_codes_of(world.alice)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    client.post("/accounts/2fa/trust/", {"action": "skip"})
    assert is_logged_in(client)


def test_a_new_password_by_mail_does_not_get_around_the_second_factor(
    world: World, client: Client
) -> None:
    set_up_app(world.alice)
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = re.search(
        r"http://index\.test(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert link
    form = client.get(link[1], follow=True)
    new = {"password1": "another quiet river", "password2": "another quiet river"}
    client.post(form.request["PATH_INFO"], new)
    assert not is_logged_in(client)
    client.post("/accounts/login/", {"login": "alice", "password": "another quiet river"})
    assert not is_logged_in(client)
    assert User.objects.get(username="alice").check_password("another quiet river")


def test_docker_is_told_to_use_a_token(world: World, client: Client) -> None:
    assert get_token(client, user=world.alice).status_code == 200
    set_up_app(world.alice)
    refused = get_token(client, user=world.alice)
    assert refused.status_code in {401, 403}
    assert "/settings/tokens" in refused.content.decode()


@pytest.mark.parametrize(
    "path", ["/token?service=index.test", "/v1/users/", "/v1/search?q=pub", "/api/v1/user"]
)
def test_every_door_for_machines_says_where_tokens_are_made(
    world: World, client: Client, path: str
) -> None:
    password = {"Authorization": basic("alice")}
    assert client.get(path, headers=password).status_code == 200
    set_up_app(world.alice)
    refused = client.get(path, headers=password)
    assert refused.status_code in {401, 403}
    assert "/settings/tokens" in refused.content.decode()
    wrong = client.get(path, headers={"Authorization": basic("alice", "wrong river")})
    assert "'alice' uses two factors" in refused.content.decode()
    assert "uses two factors" not in wrong.content.decode()


def test_a_docker_login_from_before_ends_with_the_second_factor(
    world: World, client: Client
) -> None:
    refresh = get_token(client, user=world.alice, offline_token="true").json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "service": "index.test"}
    body, kind = urlencode(form), "application/x-www-form-urlencoded"
    assert client.post("/token", body, kind).status_code == 200
    set_up_app(world.alice)
    refused = client.post("/token", body, kind)
    assert refused.status_code in {401, 403}
    assert "/settings/tokens" in refused.content.decode()


def test_setting_up_an_app_shows_recovery_codes_once(world: World, client: Client) -> None:
    client.force_login(world.alice)
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    code = code_of(page.context["form"].secret)
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    codes = recovery_codes_of(world.alice)
    assert all(code in answer.content.decode() for code in codes)
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)


def test_the_code_that_set_the_app_up_does_not_log_in(world: World, client: Client) -> None:
    client.force_login(world.alice)
    confirm(client)
    code = code_of(client.get("/accounts/2fa/totp/activate/").context["form"].secret)
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    visitor = Client()
    log_in(visitor, world.alice)
    visitor.post("/accounts/2fa/authenticate/", {"code": code})
    visitor.post("/accounts/2fa/trust/", {})
    assert not is_logged_in(visitor)


def test_setting_up_an_app_needs_a_recent_log_in(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_seeds_are_not_kept_in_the_clear(world: World) -> None:
    factor = set_up_app(world.alice)
    assert SECRET not in str(Authenticator.objects.get(pk=factor.pk).data)


@pytest.fixture
def demanding(world: World) -> Organization:
    """acme demands two factors."""
    world.acme.requires_second_factor = True
    world.acme.save()
    return world.acme


def test_members_of_a_demanding_organization_are_led_to_the_set_up_first(
    world: World, demanding: Organization, client: Client
) -> None:
    client.force_login(world.mia)
    assert client.get("/r/acme/app").headers["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/").content.decode()
    assert "acme demands two factors" in page
    assert 'href="/o/acme/-/leave"' in page
    assert client.get("/o/acme/-/leave").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/settings/data", "/settings/data/close", "/accounts/password/change/"]
)
def test_the_way_to_ones_data_and_out_stays_open(
    world: World, demanding: Organization, client: Client, path: str
) -> None:
    client.force_login(world.mia)
    confirm(client)
    assert client.get(path).status_code == 200


def test_the_language_can_be_chosen_before_the_factor_is_set_up(
    world: World, demanding: Organization, client: Client
) -> None:
    client.force_login(world.mia)
    client.post("/language", {"language": "de", "next": "/accounts/2fa/"})
    assert "acme verlangt zwei Faktoren" in client.get("/accounts/2fa/").content.decode()


def test_the_api_says_who_demands_it(world: World, demanding: Organization, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.get("/api/v1/user")
    assert answer.status_code == 403
    assert "acme demands two factors" in answer.json()["detail"]


def test_nobody_else_is_asked(world: World, demanding: Organization, client: Client) -> None:
    client.force_login(world.alice)
    assert client.get("/r/alice/priv").status_code == 200


def test_the_whole_site_can_demand_it(world: World, client: Client, settings: Any) -> None:
    settings.REQUIRE_TWO_FACTOR = True
    client.force_login(world.alice)
    assert client.get("/r/alice/priv").headers["Location"] == "/accounts/2fa/"
    set_up_app(world.alice)
    assert client.get("/r/alice/priv").status_code == 200
    assert get_token(client, user=world.bob).status_code in {401, 403}


def test_the_last_factor_stays_while_it_is_demanded(
    world: World, demanding: Organization, client: Client
) -> None:
    set_up_app(world.mia)
    client.force_login(world.mia)
    confirm(client)
    page = client.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert "your last second factor" in page
    assert Authenticator.objects.filter(user=world.mia, type="totp").exists()


def test_the_last_key_stays_while_it_is_demanded(
    world: World, demanding: Organization, client: Client
) -> None:
    key = Authenticator.objects.create(
        user=world.mia, type="webauthn", data={"name": "yubi", "credential": {}}
    )
    client.force_login(world.mia)
    confirm(client)
    page = client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").content.decode()
    assert "your last second factor" in page
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_without_a_demand_the_app_can_go_and_the_codes_with_it(
    world: World, client: Client
) -> None:
    set_up_app(world.alice)
    client.force_login(world.alice)
    confirm(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=world.alice).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
    ],
)
@pytest.mark.parametrize("has_app", [False, True])
def test_every_page_of_two_factors_renders(
    world: World,
    client: Client,
    path: str,
    has_app: bool,  # noqa: FBT001
) -> None:
    if has_app:
        set_up_app(world.alice)
        path = path.replace("/activate/", "/deactivate/")
    client.force_login(world.alice)
    confirm(client)
    page = client.get(path)
    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1
    assert "style=" not in page.content.decode()


def test_a_code_confirms_that_it_is_oneself(world: World, client: Client) -> None:
    set_up_app(world.alice)
    client.force_login(world.alice)
    assert "With the password" in client.get("/accounts/2fa/reauthenticate/").content.decode()
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of()})
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200


def test_a_log_in_that_began_with_the_old_password_ends_with_it(
    world: World, client: Client
) -> None:
    set_up_app(world.alice)
    log_in(client, world.alice)
    change_credentials(world.alice, email=None, password="another quiet river")
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    client.post("/accounts/2fa/trust/", {"action": "skip"})
    assert not is_logged_in(client)
    page = client.get("/accounts/login/").content.decode()
    assert "Your password was changed a moment ago" in page
