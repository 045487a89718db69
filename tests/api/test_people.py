"""People over the REST API: one's own account, others, sessions, data, and administrators."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import Picture, User
from tests.accounts.test_pictures import picture_file
from tests.clients import basic, confirm, forget_confirmation, get_token
from tests.conftest import World
from tests.factories import PASSWORD
from tokenauth.models import RefreshToken

JSON = "application/json"


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """A browser of alice."""
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    return client


def test_a_profile_is_changed_field_by_field(world: World, alice: Client) -> None:
    answer: Any = alice.patch("/api/v1/user", {"display_name": "Alice A."}, JSON)
    assert answer.json()["display_name"] == "Alice A."
    alice.patch("/api/v1/user", {"location": "Oslo"}, JSON)
    user = User.objects.get(username="alice")
    assert (user.display_name, user.location) == ("Alice A.", "Oslo")


def test_hostile_fields_change_nothing(world: World, alice: Client) -> None:
    before = User.objects.filter(username="alice").values().get()
    hostile = {
        "is_staff": True, "is_superuser": True, "is_active": False, "id": 1, "username": "root",
        "email": "evil@example.com", "password": "x", "date_joined": "1970-01-01", "closed_at": "x",
    }  # fmt: skip
    alice.patch("/api/v1/user", hostile, JSON)
    assert User.objects.filter(username="alice").values().get() == before


def test_a_link_that_is_a_program_is_refused(world: World, alice: Client) -> None:
    assert alice.patch("/api/v1/user", {"link": "javascript:alert(1)"}, JSON).status_code == 400


def test_everybody_sees_a_public_profile_without_address(world: World, client: Client) -> None:
    body = client.get("/api/v1/users/alice").json()
    assert body["username"] == "alice"
    assert "email" not in body


@pytest.mark.parametrize("name", ["nobody", "dave", "newt", "acme"])
def test_unknown_disabled_and_unproven_people_look_alike(
    world: World, client: Client, name: str
) -> None:
    answer = client.get(f"/api/v1/users/{name}")
    assert answer.status_code == 404
    assert answer.content == client.get("/api/v1/users/unknownname").content


def test_a_picture_is_put_and_deleted(world: World, alice: Client) -> None:
    assert alice.put("/api/v1/user/picture", picture_file(), "image/png").status_code == 204
    assert Picture.objects.get().user == world.alice
    assert alice.put("/api/v1/user/picture", b"<svg/>", "image/svg+xml").status_code == 400
    assert alice.delete("/api/v1/user/picture").status_code == 204
    assert not Picture.objects.exists()


def test_sessions_and_machines_are_listed_and_ended(world: World, alice: Client) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    session = alice.get("/api/v1/user/sessions").json()["results"][0]
    assert "session_key" not in session
    machine = alice.get("/api/v1/user/machines").json()["results"][0]
    assert alice.delete(f"/api/v1/user/machines/{machine['id']}").status_code == 204
    assert not RefreshToken.objects.usable().exists()


def test_those_of_others_are_404(world: World, alice: Client) -> None:
    get_token(Client(), user=world.bob, offline_token="true")
    other = Client()
    other.post("/accounts/login/", {"login": "bobby", "password": PASSWORD})
    session = UserSession.objects.get(user=world.bob)
    machine = RefreshToken.objects.get()
    assert alice.delete(f"/api/v1/user/sessions/{session.pk}").status_code == 404
    assert alice.delete(f"/api/v1/user/machines/{machine.pk}").status_code == 404
    assert RefreshToken.objects.usable().exists()


def test_logging_out_everywhere_keeps_this_browser(world: World, alice: Client) -> None:
    other = Client()
    other.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert alice.post("/api/v1/user/log-out-everywhere").status_code == 204
    assert alice.get("/api/v1/user").status_code == 200
    assert other.get("/api/v1/user").status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/user/export", "/api/v1/user/close"])
def test_data_and_end_want_a_confirmed_session(world: World, alice: Client, path: str) -> None:
    body = {"username": "alice"}
    forget_confirmation(alice)
    assert alice.post(path, body, JSON).status_code == 403
    password = {"Authorization": basic("alice")}
    assert Client().post(path, body, JSON, headers=password).status_code == 403
    confirm(alice)
    assert alice.post(path, body, JSON).status_code in {200, 204}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/user/sessions", "/api/v1/user/machines", "/api/v1/user/addresses"],
)
def test_a_password_in_a_header_does_not_reach_what_is_for_sessions(
    world: World, client: Client, path: str
) -> None:
    assert client.get(path, headers={"Authorization": basic("alice")}).status_code == 403


def test_signing_up_answers_alike_for_a_known_address(world: World, client: Client) -> None:
    known = {"username": "carol", "email": "alice@example.com", "password": PASSWORD}
    new = {"username": "david", "email": "david@example.com", "password": PASSWORD}
    first = client.post("/api/v1/signup", known, JSON)
    second = client.post("/api/v1/signup", new, JSON)
    assert first.status_code == second.status_code == 201
    assert first.json()["detail"] == second.json()["detail"]


def test_a_closed_site_takes_nobody(world: World, client: Client, settings: Any) -> None:
    settings.SIGNUP = "closed"
    form = {"username": "carol", "email": "carol@example.com", "password": PASSWORD}
    answer = client.post("/api/v1/signup", form, JSON)
    assert answer.status_code == 400
    assert "Nobody can sign up" in answer.json()["detail"]
    assert not User.objects.filter(username="carol").exists()


@pytest.mark.parametrize("path", ["/api/v1/manage/people", "/api/v1/manage/invitations"])
def test_administration_is_for_administrators_with_a_session(
    world: World, alice: Client, path: str
) -> None:
    assert alice.get(path).status_code == 403
    assert Client().get(path, headers={"Authorization": basic("rooty")}).status_code == 403
    root = Client()
    root.force_login(world.root)
    assert root.get(path).status_code == 200


def test_an_administrator_disables_with_a_reason(world: World, client: Client) -> None:
    client.force_login(world.root)
    confirm(client)
    path = "/api/v1/manage/people/alice/disable"
    assert client.post(path, {"reason": ""}, JSON).status_code == 400
    assert client.post(path, {"reason": "asked to"}, JSON).status_code == 204
    assert not User.objects.get(username="alice").is_active


def test_an_organizations_picture_is_for_its_owners(world: World, client: Client) -> None:
    client.force_login(world.rita)
    path = "/api/v1/organizations/acme/picture"
    assert client.put(path, picture_file(), "image/png").status_code == 403
    client.force_login(world.olga)
    assert client.put(path, picture_file(), "image/png").status_code == 204
    assert Picture.objects.filter(organization=world.acme).exists()
    assert client.delete(path).status_code == 204
    assert not Picture.objects.filter(organization=world.acme).exists()


def test_the_history_is_ones_own_and_of_a_session(world: World, alice: Client) -> None:
    alice.patch("/api/v1/user", {"location": "Riga"}, JSON)
    actions = [event["action"] for event in alice.get("/api/v1/user/history").json()["results"]]
    assert "account:profile:changed" in actions
    with_password = Client(headers={"Authorization": basic("alice")})
    assert with_password.get("/api/v1/user/history").status_code == 403


def test_the_history_does_not_tell_where_others_are(world: World, alice: Client) -> None:
    root = Client(headers={"User-Agent": "a browser of root"}, REMOTE_ADDR="198.51.100.7")
    root.force_login(world.root)
    confirm(root).post("/manage/people/alice/reset-second-factor", {"reason": "lost the phone"})
    alice.post("/accounts/login/", {"login": "alice", "password": PASSWORD})  # it logged her out
    events = alice.get("/api/v1/user/history").json()["results"]
    assert "account:second-factor:reset" in {event["action"] for event in events}
    told = {(event["actor"], bool(event["address"])) for event in events}
    assert told == {("alice", True), ("rooty", False)}
    assert "a browser of root" not in str(events)


def test_only_ones_own_connection_is_ended_and_only_lately_confirmed(
    world: World, alice: Client
) -> None:
    theirs = SocialAccount.objects.create(user=world.bob, provider="sso", uid="bob")
    mine = SocialAccount.objects.create(user=world.alice, provider="sso", uid="alice")
    listed = alice.get("/api/v1/user/connections").json()["results"]
    assert [(found["id"], found["known_as"]) for found in listed] == [(mine.pk, "alice")]
    forget_confirmation(alice)
    assert alice.delete(f"/api/v1/user/connections/{mine.pk}").status_code == 403
    confirm(alice)
    assert alice.delete(f"/api/v1/user/connections/{theirs.pk}").status_code == 404
    assert alice.delete(f"/api/v1/user/connections/{mine.pk}").status_code == 204
    assert set(SocialAccount.objects.all()) == {theirs}


def test_the_last_way_in_stays_connected(world: World, alice: Client) -> None:
    mine = SocialAccount.objects.create(user=world.alice, provider="sso", uid="alice")
    confirm(alice)
    world.alice.set_unusable_password()
    world.alice.save()
    alice.force_login(world.alice)
    response = alice.delete(f"/api/v1/user/connections/{mine.pk}")
    assert response.status_code == 409
    assert "Set a password first" in response.json()["detail"]
    assert SocialAccount.objects.filter(pk=mine.pk).exists()
