"""An account that is disabled while its person holds one of everything (case 15)."""

from __future__ import annotations

from django.test import Client

from accounts.flows import manage_people
from accounts.principals import Principal
from index.roles import Role
from tests.clients import ask_route, basic, get_token, token_for
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE, make_grant
from tests.machines import make_robot, make_secret, make_token
from tests.tokenauth.test_token_post import use

PULL = "repository:acme/app:pull"
READ = ("GET", "/v2/acme/app/manifests/latest")


def test_whatever_she_holds_ends_and_what_she_made_for_others_stays(world: World) -> None:
    """A robot is its organization's, and goes on; one of her own namespace goes with her."""
    token = make_token(world.mia, api_parts=["profile:read"]).value
    theirs = make_robot("acme", by=world.olga)
    make_grant(world.app, theirs, Role.READER)
    robot = make_secret(theirs, by=world.olga).value
    own = make_secret(make_robot("mila", by=world.mia), by=world.mia).value
    browser, client = Client(), Client()
    browser.force_login(world.mia)
    machine = get_token(client, user=world.mia, offline_token="true").json()["refresh_token"]
    registry_token = token_for(client, PULL, user=world.mia)
    assert ask_route(client, *READ, token=registry_token).status_code == 204

    manage_people.disable(world.mia, by=Principal(world.root), reason="left")

    assert browser.get("/settings/tokens").status_code == 302
    for login, secret, status in (
        ("mila", token, 401),
        ("mila", PASSWORD, 401),
        ("mila+ci", own, 401),
        ("acme+ci", robot, 200),
    ):
        header = {"Authorization": basic(login, secret)}
        answer = client.get("/token", {"service": SERVICE}, headers=header)
        assert answer.status_code == status, login
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/user", headers=bearer).status_code in {401, 403}
    assert use(client, machine).status_code == 401
    assert ask_route(client, *READ, token=registry_token).status_code == 403
    client.post("/accounts/login/", {"login": "mila", "password": PASSWORD})
    world.mia.refresh_from_db()
    assert not world.mia.is_active
