"""Logging in with a provider that is honest."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.test import Client

from accounts.directory.configuration import DirectoryConfiguration
from accounts.flows.external_signup import create_external_user
from accounts.models import AuditEvent, DirectoryAccount, Namespace, Team, User
from tests.accounts.test_signup import CODE
from tests.clients import basic
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE, make_plan, make_team, make_user
from tests.openid.browsing import begin, come_back, is_logged_in, log_in, visit
from tests.openid.cheater import Cheater

pytestmark = pytest.mark.django_db


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_the_first_login_makes_the_account(provider: Cheater, client: Client) -> None:
    response = log_in(client)
    assert response.status_code == 200
    user = user_of(client)
    assert (user.username, user.display_name) == ("anne", "Anne Example")
    assert Namespace.objects.get(name="anne").user == user
    assert user.is_verified
    assert not user.has_usable_password()


def test_the_second_login_finds_it_by_issuer_and_subject(provider: Cheater, client: Client) -> None:
    log_in(client)
    provider.log_in(sub="00u1", preferred_username="renamed", email="other@example.com")
    other = Client()
    log_in(other)
    assert user_of(other) == user_of(client)
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == (provider.issuer, "00u1")


def test_another_subject_with_the_same_name_is_somebody_else(
    provider: Cheater, client: Client
) -> None:
    log_in(client)
    provider.log_in(sub="00u2", preferred_username="anne", email="x@example.com")
    other = Client()
    response = log_in(other)
    assert b"Choose a user name" in response.content
    assert not is_logged_in(other)


def test_the_request_is_bound_to_this_browser(provider: Cheater, client: Client) -> None:
    query = parse_qs(urlsplit(begin(client)).query)
    assert query["redirect_uri"] == ["http://index.test/accounts/sso/callback"]
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["nonce"][0]) >= 32
    assert set(query["scope"][0].split()) == {"openid", "profile", "email"}


def test_the_code_is_redeemed_with_the_verifier_of_its_challenge(
    provider: Cheater, client: Client
) -> None:
    log_in(client)
    verifier = provider.token_requests[0]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert provider.asked[0]["code_challenge"] == expected


@pytest.mark.parametrize("parameter", ["scope", "auth_params", "process", "redirect_uri", "action"])
def test_the_request_cannot_be_bent_from_outside(
    provider: Cheater, client: Client, parameter: str
) -> None:
    address = begin(client, f"/accounts/sso/login?{parameter}=evil", **{parameter: "evil"})
    assert "evil" not in address


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/explore", "/explore"),
        ("//evil", "/"),
        ("https://evil/", "/"),
        ("/\\evil", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil", "/"),
    ],
)
def test_one_goes_on_where_one_was_and_nowhere_else(
    provider: Cheater, client: Client, target: str, expected: str
) -> None:
    response = log_in(client, next=target)
    assert response.redirect_chain[-1][0] == expected


@pytest.mark.parametrize("name", ["jo", "Anne", "john.doe", "admin", "anne@example.com", "", None])
def test_a_name_that_is_none_here_is_asked_for_and_not_repaired(
    provider: Cheater, client: Client, name: str | None
) -> None:
    provider.person["preferred_username"] = name
    response = log_in(client)
    assert b"Choose a user name" in response.content
    assert not User.objects.exists()
    client.post("/accounts/sso/name", {"username": "annes"})
    assert user_of(client).username == "annes"
    assert user_of(client).is_verified


def test_a_name_that_is_taken_is_asked_for(provider: Cheater, client: Client, world: World) -> None:
    provider.person["preferred_username"] = "alice"
    assert b"Choose a user name" in log_in(client).content
    page = client.post("/accounts/sso/name", {"username": "alice"})
    assert b"The name alice is taken" in page.content
    assert not is_logged_in(client)


def test_an_address_cannot_be_slipped_in_with_the_name(
    provider: Cheater, client: Client, world: World
) -> None:
    provider.person["preferred_username"] = "jo"
    log_in(client)
    client.post("/accounts/sso/name", {"username": "annes", "email": "alice@example.com"})
    assert user_of(client).email == "anne@example.com"


def test_a_typed_address_does_not_tell_who_has_an_account(
    provider: Cheater, client: Client, world: World
) -> None:
    """Whoever the provider says no address of could ask for any: the mail alone tells its owner."""
    provider.person["email"], provider.person["preferred_username"] = None, "jo"
    log_in(client)
    typed = {"username": "annes", "email": "alice@example.com"}
    response = client.post("/accounts/sso/name", typed)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/confirm-email/")
    assert not is_logged_in(client)
    assert mail.outbox[0].to == ["alice@example.com"]
    assert not CODE.search(str(mail.outbox[0].body))
    assert not User.objects.get(username="annes").is_verified


def test_without_a_pending_login_there_is_no_name_to_choose(
    provider: Cheater, client: Client
) -> None:
    response = client.post("/accounts/sso/name", {"username": "annes", "email": "a@example.com"})
    assert response.status_code == 302
    assert not User.objects.exists()


def test_a_proven_address_of_odd_letters_proves_no_plain_one(
    provider: Cheater, client: Client, world: World
) -> None:
    """The Kelvin sign is a `k` in lower case, and the mailbox of someone else."""
    provider.person["email"] = "\N{KELVIN SIGN}im@example.com"
    log_in(client)
    assert not is_logged_in(client)
    assert not EmailAddress.objects.filter(email="kim@example.com", verified=True).exists()
    email = provider.person["email"]
    user = create_external_user(username="anners", email=email, is_proven=True, source="directory")
    assert not user.is_verified


def test_an_unproven_address_gets_a_code(provider: Cheater, client: Client) -> None:
    provider.person["email_verified"] = False
    response = log_in(client)
    assert not is_logged_in(client)
    assert not EmailAddress.objects.get().verified
    assert "Verify your e-mail address" in response.content.decode()
    assert mail.outbox[0].to == ["anne@example.com"]


def test_an_address_of_somebody_else_opens_nothing(
    provider: Cheater, client: Client, world: World
) -> None:
    provider.person["email"] = "alice@example.com"
    response = log_in(client)
    assert response.status_code == 409
    assert not is_logged_in(client)
    assert not SocialAccount.objects.exists()


def test_who_has_not_proven_an_address_is_not_told_whose_it_is(
    provider: Cheater, client: Client, world: World
) -> None:
    provider.person |= {"email": "alice@example.com", "email_verified": False}
    known = log_in(client)
    provider.person |= {"sub": "00u9", "preferred_username": "another", "email": "x@example.com"}
    unknown = log_in(Client())
    assert known.status_code == unknown.status_code == 200
    assert known.redirect_chain == unknown.redirect_chain
    assert not is_logged_in(client)
    assert not SocialAccount.objects.filter(user=world.alice).exists()


def test_a_disabled_account_stays_disabled(provider: Cheater, client: Client) -> None:
    log_in(client)
    User.objects.update(is_active=False)
    other = Client()
    log_in(other)
    assert not is_logged_in(other)
    assert not User.objects.get().is_active


def test_groups_are_replaced_at_each_login(provider: Cheater, client: Client, world: World) -> None:
    for name in ("builders", "testers"):
        team = make_team(world.acme, name)
        Team.objects.filter(pk=team.pk).update(external_group=f"/{name}")

    def teams() -> list[str]:
        found = Team.objects.filter(memberships__membership__user__username="anne")
        return list(found.values_list("name", flat=True).order_by("name"))

    provider.person["groups"] = ["/builders", "/others"]
    log_in(client)
    assert teams() == ["builders"]
    provider.person["groups"] = ["/testers"]
    log_in(client)
    assert teams() == ["testers"]
    del provider.person["groups"]
    log_in(client)
    assert teams() == []
    assert not User.objects.get(username="anne").memberships.exists()


def test_a_full_plan_keeps_nobody_from_logging_in(
    provider: Cheater, client: Client, world: World
) -> None:
    team = make_team(world.acme, "builders")
    Team.objects.filter(pk=team.pk).update(external_group="builders")
    plan = make_plan("small", members=world.acme.memberships.count())
    Namespace.objects.filter(organization=world.acme).update(plan=plan)
    provider.person["groups"] = ["builders"]
    log_in(client)
    assert is_logged_in(client)
    assert not user_of(client).memberships.exists()
    assert b"no room for a member of a group" in client.get("/settings/history").content


def test_the_session_is_a_new_one(provider: Cheater, client: Client) -> None:
    address = visit(begin(client))
    planted = client.session.session_key
    come_back(client, address)
    assert client.session.session_key != planted


def test_nothing_of_the_providers_tokens_is_kept(provider: Cheater, client: Client) -> None:
    provider.person["preferred_username"] = "jo"
    log_in(client)
    assert "'at'" not in repr(dict(client.session))
    client.post("/accounts/sso/name", {"username": "annes"})
    assert not SocialToken.objects.exists()
    kept = SocialAccount.objects.get().extra_data
    assert set(kept) == {"name", "preferred_username", "email", "groups", "two_factors"}


def test_docker_is_told_the_same_as_with_a_wrong_password(
    provider: Cheater, client: Client, world: World
) -> None:
    log_in(client)

    def refusal(login: str) -> Any:
        headers = {"Authorization": basic(login, "some password")}
        return Client().get("/token", {"service": SERVICE}, headers=headers)

    ours, theirs = refusal("anne"), refusal("alice")
    assert ours.status_code == theirs.status_code == 401
    assert ours.content.replace(b"anne", b"alice") == theirs.content
    assert b"single sign-on or two factors need an access token" in ours.content


def test_the_button_is_on_both_pages(provider: Cheater, client: Client) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert b"Log in with Example ID" in client.get(path).content


def test_without_a_provider_there_is_no_button_and_no_door(db: None, client: Client) -> None:
    assert b"sso/login" not in client.get("/accounts/login/").content
    assert client.post("/accounts/sso/login").status_code == 404
    assert client.get("/accounts/sso/callback").status_code == 404


def test_a_provider_that_is_away_is_said_to_be(
    provider: Cheater, client: Client, settings: Any
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"
    response = client.post("/accounts/sso/login")
    assert response.status_code == 503
    assert b"gives no answer" in response.content


def test_two_factors_at_the_provider_count(
    provider: Cheater, client: Client, settings: Any
) -> None:
    settings.REQUIRE_TWO_FACTOR = True
    log_in(client)
    assert client.get("/new").status_code == 302
    provider.person["amr"] = ["pwd", "mfa"]
    log_in(client)
    assert client.get("/new").status_code == 200


# Connecting an account that is there already.


def connect(client: Client) -> Any:
    return come_back(client, visit(begin(client, "/settings/connections/connect")))


def sit_down(client: Client, name: str = "alice") -> None:
    """Log in by password, which counts as recent."""
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def test_an_account_is_connected_by_who_is_logged_in_to_both(
    provider: Cheater, client: Client, world: World
) -> None:
    sit_down(client)
    response = connect(client)
    assert b"Connected" in response.content
    assert SocialAccount.objects.get().user == world.alice
    other = Client()
    log_in(other)
    assert user_of(other) == world.alice


def test_connecting_wants_a_recent_login(provider: Cheater, client: Client, world: World) -> None:
    client.force_login(world.alice)
    response = client.post("/settings/connections/connect")
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]


def test_what_opens_one_account_is_not_connected_to_another(
    provider: Cheater, client: Client, world: World
) -> None:
    log_in(Client())
    sit_down(client)
    assert b"connected to another account" in connect(client).content
    assert SocialAccount.objects.get().user.username == "anne"


def test_disconnecting_is_for_its_owner(provider: Cheater, client: Client, world: World) -> None:
    log_in(Client())
    account = SocialAccount.objects.get()
    sit_down(client)
    path = f"/settings/connections/{account.pk}/disconnect"
    assert client.post(path).status_code == 404
    assert SocialAccount.objects.exists()


def test_the_last_way_in_cannot_be_disconnected(provider: Cheater, client: Client) -> None:
    log_in(client)
    path = f"/settings/connections/{SocialAccount.objects.get().pk}/disconnect"
    response = client.post(path, follow=True)
    assert b"only way into your account" in response.content
    assert SocialAccount.objects.exists()


def test_the_page_offers_no_button_for_the_last_way_in(provider: Cheater, client: Client) -> None:
    log_in(client)
    page = client.get("/settings/connections").content
    assert b"only way into your account" in page
    assert b"/disconnect" not in page


def test_who_is_in_the_directory_may_disconnect(
    provider: Cheater, client: Client, settings: Any
) -> None:
    log_in(client)
    settings.DIRECTORY = DirectoryConfiguration(url="ldap://127.0.0.1:1", user_base="dc=x")
    DirectoryAccount.objects.create(user=user_of(client), key="k", login="anne")
    path = f"/settings/connections/{SocialAccount.objects.get().pk}/disconnect"
    assert b"Disconnected" in client.post(path, follow=True).content


def test_the_dashboard_says_that_docker_wants_an_access_token(
    provider: Cheater, client: Client, world: World
) -> None:
    log_in(client)
    assert b"Make an access token" in client.get("/").content
    other = Client()
    other.force_login(world.bob)
    assert b"Make an access token" not in other.get("/").content


def test_who_has_a_password_may_disconnect(provider: Cheater, client: Client, world: World) -> None:
    sit_down(client)
    connect(client)
    path = f"/settings/connections/{SocialAccount.objects.get().pk}/disconnect"
    assert b"Disconnected" in client.post(path, follow=True).content
    assert not SocialAccount.objects.exists()
    actions = AuditEvent.objects.filter(user=world.alice, action__contains="external-login")
    assert [action.rpartition(":")[2] for action in actions.values_list("action", flat=True)] == [
        "disconnected",
        "connected",
    ]


def test_connections_are_listed(provider: Cheater, client: Client) -> None:
    log_in(client)
    page = client.get("/settings/connections").content.decode()
    assert re.search(r"<h2[^>]*>Example ID</h2>", page)
    assert "anne" in page


def test_a_connection_with_a_provider_of_the_past_can_be_seen_and_ended(
    provider: Cheater, client: Client, world: World, settings: Any
) -> None:
    SocialAccount.objects.create(user=world.alice, provider="https://old.example", uid="1")
    sit_down(client)
    assert b"https://old.example" in client.get("/settings/connections").content
    path = f"/settings/connections/{SocialAccount.objects.get().pk}/disconnect"
    assert b"Disconnected" in client.post(path, follow=True).content


def test_sign_up_may_be_closed_to_all_others(
    provider: Cheater, client: Client, settings: Any
) -> None:
    settings.SIGNUP = "closed"
    log_in(client)
    assert is_logged_in(client)


def test_a_deleted_accounts_name_stays_reserved(provider: Cheater, client: Client) -> None:
    EmailAddress.objects.filter(user=make_user("anne", active=False)).delete()
    assert b"Choose a user name" in log_in(client).content
