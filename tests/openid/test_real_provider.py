"""The whole way with a provider that other people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Team, User
from tests.conftest import World
from tests.factories import make_team
from tests.openid.browsing import begin, come_back, is_logged_in
from tests.openid.glewlwyd import CLIENT_ID, CLIENT_SECRET, Glewlwyd, running_glewlwyd

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_provider() -> Iterator[Glewlwyd]:
    """The server."""
    with running_glewlwyd("http://index.test/accounts/sso/callback") as provider:
        yield provider


@pytest.fixture
def real(one_provider: Glewlwyd, settings: Settings) -> Glewlwyd:
    """The provider, and Waybill knows of it."""
    settings.OIDC_ISSUER = one_provider.issuer
    settings.OIDC_CLIENT_ID = CLIENT_ID
    settings.OIDC_CLIENT_SECRET = CLIENT_SECRET
    return one_provider


def log_in(real: Glewlwyd, client: Client, name: str) -> Any:
    return come_back(client, real.visit(begin(client), name))


def test_the_first_login_makes_the_account_and_the_second_finds_it(
    real: Glewlwyd, client: Client
) -> None:
    real.add_person("georg")
    log_in(real, client, "georg")
    assert is_logged_in(client)
    user = User.objects.get()
    assert (user.username, user.display_name, user.is_verified) == ("georg", "Georg Example", True)
    other = Client()
    log_in(real, other, "georg")
    assert other.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().provider == real.issuer


def test_groups_come_and_go(real: Glewlwyd, client: Client, world: World) -> None:
    for name in ("builders", "testers"):
        team = make_team(world.acme, name)
        Team.objects.filter(pk=team.pk).update(external_group=name)
    real.add_person("hanna", groups=("builders", "testers"))
    log_in(real, client, "hanna")
    teams = Team.objects.filter(memberships__membership__user__username="hanna")
    assert set(teams.values_list("name", flat=True)) == {"builders", "testers"}
    real.change_person("hanna", groups=["testers", "others"])
    log_in(real, client, "hanna")
    assert set(teams.values_list("name", flat=True)) == {"testers"}
    real.change_person("hanna", groups=[])
    log_in(real, client, "hanna")
    assert not teams.exists()


def test_a_name_that_is_taken_is_asked_for(real: Glewlwyd, client: Client, world: World) -> None:
    real.add_person("alice", email="other.alice@example.com")
    assert b"Choose a user name" in log_in(real, client, "alice").content
    client.post("/accounts/sso/name", {"username": "alice2"})
    assert is_logged_in(client)
    assert SocialAccount.objects.get().user.username == "alice2"


def test_an_address_that_is_not_verified_there_gets_a_code(real: Glewlwyd, client: Client) -> None:
    real.add_person("ivana", verified="no")
    response = log_in(real, client, "ivana")
    assert "Verify your e-mail address" in response.content.decode()
    assert not is_logged_in(client)


def test_its_answer_names_the_issuer_and_fits_no_other_browser(
    real: Glewlwyd, client: Client
) -> None:
    real.add_person("jakob")
    address = real.visit(begin(client), "jakob")
    assert urlsplit(address).path == "/accounts/sso/callback"
    stranger = Client()
    begin(stranger)
    assert come_back(stranger, address).status_code == 401
    assert not is_logged_in(stranger)
