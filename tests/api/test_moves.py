"""Moves over the REST API, on the administrators' pages and at the command line: the same flows."""

from __future__ import annotations

import re
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from index.flows.request_move import request_all_moves
from index.models import Move, MoveState, Registry, Repository
from index.registry_client import RegistryClient
from tests.clients import confirm
from tests.conftest import World
from tests.e2e.lone_registry import running_registry
from tests.index.pushing import Pusher

WANTED = {"repository": "acme/app", "registry": "west", "keep_days": 3}


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doors only note the intent: no registry is there."""
    monkeypatch.setattr("index.outbox._send", lambda *_: None)


@pytest.fixture
def root(client: Client, world: World) -> Client:
    client.force_login(world.root)
    return confirm(client)


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(f"/api/v1/{path}", body or {}, content_type="application/json")


def make_move(world: World, state: str = "copying") -> Move:
    return Move.objects.create(
        repository=world.app, source=world.east, target=world.west, state=state
    )


def test_a_move_is_asked_for_and_followed(root: Client, world: World) -> None:
    answer = send(root, "post", "moves", WANTED)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["repository"], made["old_registry"], made["registry"]) == (
        "acme/app",
        "east",
        "west",
    )
    assert (made["state"], made["requested_by"], made["keep_until"]) == ("copying", "rooty", None)
    assert send(root, "get", f"moves/{made['id']}").json() == made
    assert send(root, "get", "moves?state=open").json()["results"] == [made]
    assert send(root, "get", "moves?registry=north").json()["results"] == []
    again = send(root, "post", "moves", WANTED).json()
    assert again["id"] == made["id"]


def test_what_is_wrong_is_refused_in_words(root: Client, world: World) -> None:
    unknown = send(root, "post", "moves", WANTED | {"registry": "north"})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["registry"])
    assert send(root, "post", "moves", WANTED | {"repository": "acme/none"}).status_code == 404
    there = send(root, "post", "moves", WANTED | {"registry": "east"})
    assert (there.status_code, "already" in there.json()["detail"]) == (409, True)
    assert send(root, "post", "moves", WANTED | {"keep_days": 366}).status_code == 400
    assert not Move.objects.exists()


def test_a_move_is_cancelled_and_its_copy_ended(root: Client, world: World) -> None:
    move = make_move(world)
    assert send(root, "post", f"moves/{move.pk}/retry").json()["state"] == "copying"
    assert send(root, "post", f"moves/{move.pk}/end-copy").status_code == 409
    assert send(root, "post", f"moves/{move.pk}/cancel").json()["state"] == "cleaning"
    assert send(root, "post", f"moves/{move.pk}/cancel").status_code == 409
    flipped = make_move(world, "flipped")
    assert send(root, "post", f"moves/{flipped.pk}/end-copy").json()["keep_days"] == 0


def test_everything_that_a_registry_keeps_is_moved(root: Client, world: World) -> None:
    Repository.objects.filter(pk=world.private.pk).update(state="trashed")
    answer = send(root, "post", "registries/east/moves", {"registry": "west"}).json()
    assert answer == {"moves": 2, "refused": [], "left": 0, "after": ""}
    names = set(Move.objects.values_list("repository__name", flat=True))
    assert names == {"alice/pub", "acme/app"}


@pytest.fixture
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry keeps more than is asked for at once."""
    for door in ("index.api.moves", "index.web.manage_moves"):
        monkeypatch.setattr(f"{door}.request_all_moves", partial(request_all_moves, most=2))


@pytest.mark.usefixtures("_two_at_once")
def test_the_api_says_where_to_go_on(root: Client, world: World) -> None:
    sent = {"registry": "west"}
    first = send(root, "post", "registries/east/moves", sent).json()
    assert first == {"moves": 2, "refused": [], "left": 1, "after": "alice/priv"}
    Move.objects.all().delete()
    second = send(root, "post", "registries/east/moves", sent | {"after": first["after"]}).json()
    assert second == {"moves": 1, "refused": [], "left": 0, "after": ""}


@pytest.mark.usefixtures("_two_at_once")
def test_the_page_goes_on_where_it_was(root: Client, world: World) -> None:
    sent = {"source": "east", "to": "west", "keep_days": "3"}
    page = root.post("/manage/moves/all", sent, follow=True)
    assert "1 more is left, after alice/priv: move everything once more." in page.content.decode()
    initial = page.context["all_form"].initial
    assert initial == sent | {"after": "alice/priv"}
    assert 'value="alice/priv"' in page.content.decode()
    Move.objects.all().delete()
    root.post("/manage/moves/all", initial)
    assert Move.objects.get().repository.name == "alice/pub"


@pytest.mark.parametrize("who", ["olga", "mia", "alice"])
def test_others_learn_nothing(client: Client, world: World, who: str) -> None:
    move = make_move(world)
    client.force_login(getattr(world, who))
    confirm(client)
    assert send(client, "post", "moves", WANTED).status_code in {403, 404}
    assert send(client, "get", f"moves/{move.pk}").status_code in {403, 404}
    for path in ("", "/add", "/all", f"/{move.pk}/cancel"):
        method = client.post if path else client.get
        assert method(f"/manage/moves{path}").status_code == 404
    assert Move.objects.get().state == MoveState.COPYING


def test_the_pages_do_the_same(root: Client, world: World) -> None:
    sent = {"repository": "acme/app", "to": "west", "keep_days": "2"}
    answer = root.post("/manage/moves/add", sent, follow=True)
    assert "acme/app is being moved to west" in answer.content.decode()
    move = Move.objects.get()
    assert (move.keep_days, move.requested_by) == (2, world.root)
    refused = root.post("/manage/moves/add", sent | {"repository": "acme/none"})
    assert "Error: Moves" in refused.content.decode()
    assert "There is no such repository" in refused.content.decode()
    root.post(f"/manage/moves/{move.pk}/cancel")
    move.refresh_from_db()
    assert move.state == MoveState.CLEANING
    root.post("/manage/moves/all", {"source": "east", "to": "west", "keep_days": "1"})
    moved = set(Move.objects.filter(keep_days=1).values_list("repository__name", flat=True))
    assert moved == {"alice/pub", "alice/priv"}
    Move.objects.filter(pk=move.pk).update(last_problem="registry west: 500", attempts=3)
    page = root.get("/manage/moves?from=east&repository=acme/app").content.decode()
    assert "registry west: 500" in page
    assert 'value="acme/app"' in page


def test_administrators_are_told_on_the_repositorys_pages(root: Client, world: World) -> None:
    offered = root.get("/r/acme/app/-/settings").content.decode()
    assert "/manage/moves?repository=acme/app" in offered
    make_move(world)
    assert "it is being moved to <strong>west" in root.get("/r/acme/app").content.decode()
    assert "It is being moved from" in root.get("/r/acme/app/-/settings").content.decode()


def test_admins_of_a_repository_do_not_place_it(client: Client, world: World) -> None:
    client.force_login(world.olga)
    assert "/manage/moves" not in client.get("/r/acme/app/-/settings").content.decode()


def move_by_command(*arguments: str) -> str:
    out = StringIO()
    call_command("move", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_moves_and_waits(world: World, tmp_path: Path) -> None:
    with running_registry(tmp_path, world.east), running_registry(tmp_path, world.west):
        digest = Pusher(RegistryClient(world.east, "acme/app")).image(b"layer", tag="1.0")
        said = move_by_command("acme/app", "west", "--wait")
        assert RegistryClient(world.west, "acme/app").digest_of("1.0") == digest
    assert "acme/app is at west: 1 tags" in said
    assert re.search(r"the old copy stays at east until \d{4}-\d\d-\d\d \d\d:\d\d UTC", said)
    assert Repository.objects.get(pk=world.app.pk).registry == world.west


def test_the_command_asks_for_all_of_a_registry(world: World) -> None:
    said = move_by_command("--all-from", "east", "west")
    assert said.splitlines() == [
        f"{name} goes from east to west" for name in ("acme/app", "alice/priv", "alice/pub")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("west",), "Name one repository"),
        (("acme/none", "west"), "no repository acme/none"),
        (("acme/app", "north"), "no registry north"),
        (("acme/app", "east"), "already"),
    ],
)
def test_the_command_says_what_is_wrong(
    world: World, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        move_by_command(*arguments)
    assert Registry.objects.count() == 2
