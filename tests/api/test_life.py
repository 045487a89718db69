"""The life of a repository by the API: created, described, renamed, given away, watched."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.principals import Principal
from index.flows.transfer_repository import transfer_repository
from index.models import Repository, Star, Transfer, Watch
from index.names import parse_repository_name
from tests.clients import basic, confirm, forget_confirmation
from tests.conftest import World
from tests.factories import make_organization

REPOSITORIES = "/api/v1/repositories"
APP = f"{REPOSITORIES}/acme/app"
JSON = "application/json"


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    client.force_login(world.olga)
    return confirm(client)


def test_a_repository_is_created(world: World, olga: Client) -> None:
    sent = {"name": "acme/new", "description": "New", "size_class": "large", "owner": "root"}
    answer = olga.post(REPOSITORIES, sent, content_type=JSON)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["name"], body["visibility"], body["size_class"]) == (
        "acme/new",
        "private",
        "large",
    )
    assert olga.post(REPOSITORIES, sent, content_type=JSON).status_code == 403


@pytest.mark.parametrize(("name", "status"), [("bobby/x", 403), ("nobody/x", 403), ("Acme/x", 400)])
def test_one_that_may_not_be_is_refused(world: World, olga: Client, name: str, status: int) -> None:
    assert olga.post(REPOSITORIES, {"name": name}, content_type=JSON).status_code == status


def test_nobody_creates_without_an_account(world: World, client: Client) -> None:
    assert client.post(REPOSITORIES, {"name": "acme/x"}, content_type=JSON).status_code == 401


def test_topics_and_the_switch_are_changed(world: World, olga: Client) -> None:
    sent = {"topics": ["web"], "readme_from_image": True}
    body = olga.patch(APP, sent, content_type=JSON).json()
    assert (body["topics"], body["readme_from_image"]) == (["web"], True)
    refused = olga.patch(APP, {"topics": ["Web"], "description": "x"}, content_type=JSON)
    assert refused.status_code == 400
    assert Repository.objects.get(pk=world.app.pk).description == ""


def test_a_dry_run_says_what_a_rename_changes_and_changes_nothing(
    world: World, olga: Client
) -> None:
    body = olga.post(f"{APP}/-/rename", {"name": "web", "dry_run": True}, content_type=JSON).json()
    assert (body["new_name"], body["done"], body["at_once"]) == ("acme/web", False, True)
    assert body["stays"]
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_a_rename_leads_from_the_old_name_to_the_new(world: World, olga: Client) -> None:
    body = olga.post(f"{APP}/-/rename", {"name": "web"}, content_type=JSON).json()
    assert body["done"]
    assert olga.get(APP).json()["name"] == "acme/web"


@pytest.mark.parametrize("name", ["app", "../x", "", "A", "x" * 201, "a/-/b"])
def test_a_name_that_cannot_be_is_refused(world: World, olga: Client, name: str) -> None:
    answer = olga.post(f"{APP}/-/rename", {"name": name}, content_type=JSON)
    assert answer.status_code == 400
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_giving_away_is_for_confirmed_sessions(world: World, olga: Client, client: Client) -> None:
    sent = {"namespace": "olga"}
    refused = forget_confirmation(olga).post(f"{APP}/-/transfer", sent, content_type=JSON)
    assert refused.status_code == 403
    header = {"Authorization": basic("olga")}
    by_password = Client().post(f"{APP}/-/transfer", sent, content_type=JSON, headers=header)
    assert by_password.status_code in {401, 403}
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_to_oneself_at_once_and_to_others_as_an_offer(world: World, olga: Client) -> None:
    make_organization("umbra", owner=world.bob)
    offer = olga.post(f"{APP}/-/transfer", {"namespace": "umbra"}, content_type=JSON).json()
    assert (offer["at_once"], offer["done"], offer["new_name"]) == (False, False, "umbra/app")
    waiting = olga.get(f"{APP}/-/transfer").json()
    assert (waiting["namespace"], waiting["offered_by"]) == ("umbra", "olga")
    assert olga.delete(f"{APP}/-/transfer").status_code == 204
    assert olga.get(f"{APP}/-/transfer").status_code == 404
    body = olga.post(f"{APP}/-/transfer", {"namespace": "olga"}, content_type=JSON).json()
    assert (body["at_once"], body["done"]) == (True, True)


def test_an_offer_is_taken_by_who_may(world: World, client: Client) -> None:
    make_organization("umbra", owner=world.bob)
    name = parse_repository_name("umbra/app")
    offer = transfer_repository(world.app, to=name, by=Principal(world.olga))
    assert isinstance(offer, Transfer)
    for person, status in ((world.mia, 404), (world.bob, 204), (world.bob, 404)):
        client.force_login(person)
        assert client.post(f"/api/v1/transfers/{offer.pk}/take").status_code == status
    assert Repository.objects.get(pk=world.app.pk).name == "umbra/app"


def test_an_offer_is_listed_and_declined(world: World, client: Client) -> None:
    make_organization("umbra", owner=world.bob)
    name = parse_repository_name("umbra/app")
    transfer_repository(world.app, to=name, by=Principal(world.olga))
    client.force_login(world.bob)
    (row,) = client.get("/api/v1/transfers").json()["results"]
    assert client.post(f"/api/v1/transfers/{row['id']}/decline").status_code == 204
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("verb", "model", "listed"), [("star", Star, "starred"), ("watch", Watch, "watching")]
)
def test_stars_and_watches_are_put_listed_and_taken_back(
    world: World, client: Client, verb: str, model: type[Star | Watch], listed: str
) -> None:
    client.force_login(world.rita)
    for _ in range(2):
        assert client.put(f"{APP}/-/{verb}").status_code == 204
    assert model.objects.count() == 1
    rows = client.get(f"/api/v1/user/{listed}").json()["results"]
    assert [row["name"] for row in rows] == ["acme/app"]
    assert client.delete(f"{APP}/-/{verb}").status_code == 204
    assert model.objects.count() == 0
    client.force_login(world.bob)
    assert client.put(f"{APP}/-/{verb}").status_code == 404
