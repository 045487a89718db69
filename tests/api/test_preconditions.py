"""Nothing is sent twice, and nothing is changed that its reader has not seen."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from config.api_description import described
from index.models import Repository
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.clients import confirm
from tests.conftest import World

APP = "/api/v1/repositories/acme/app"
DOORS = sorted(door for door in ADDRESSES if door.startswith("api/v1/"))
DOOR_OF = {"/" + re.sub(r"<\w+:(\w+)>", r"{\1}", door): door for door in DOORS}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Whoever may, the address, and two changes that are not the same.
CHANGES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "user": ("olga", {"location": "Bern"}, {"language": "de"}),
    "user/mails": ("olga", {"off": ["trash"]}, {"off": ["webhooks"]}),
    "robots/acme+ci": ("olga", {"description": "Builds"}, {"may_create": True}),
    "plans/{plan}": ("root", {"members": 7}, {"name": "other", "default_for": "users"}),
    "organizations/acme": ("olga", {"location": "Bern"}, {"members_may_create": False}),
    "organizations/acme/members/rita": ("olga", {"role": "owner"}, {"role": "owner"}),
    "organizations/acme/teams/devs": ("olga", {"description": "All"}, {"name": "everyone"}),
    "namespaces/acme/settings": (
        "olga",
        {"default_visibility": "public"},
        {"refuses_public_secrets": True},
    ),
    "registries/east": ("root", {"description": "East"}, {"needs_approval": True}),
    "repositories/acme/app": ("olga", {"topics": ["db"]}, {"description": "The app"}),
    "webhooks/{webhook}": ("olga", {"name": "new"}, {"url": "https://new.example.com/"}),
}


def client_of(world: World, name: str) -> Client:
    """Somebody who has just proven who is there."""
    client = Client()
    if person := world.person(name):
        client.force_login(person)
        confirm(client)
    return client


def address_of(world: World, thing: str) -> str:
    """Where it is, made if it is not there."""
    fill_in("{robot}", world)
    return fill_in(f"/api/v1/{thing}", world)


def change(client: Client, address: str, body: dict[str, Any], tag: str) -> Any:
    """PATCH what has this tag."""
    return client.patch(address, body, content_type="application/json", headers={"If-Match": tag})


@pytest.mark.parametrize("person", ["olga", "root", "anonymous"])
def test_what_is_read_has_a_tag_and_is_not_sent_twice(world: World, person: str) -> None:
    client, tagged = client_of(world, person), 0
    for door in DOORS:
        address = fill_in(ADDRESSES[door], world)
        first = client.get(address)
        if first.status_code != 200 or first.streaming or door == "api/v1/challenge":
            assert "ETag" not in first, door
            continue
        tagged += 1
        again = client.get(address, headers={"If-None-Match": f'"no", W/{first["ETag"]}'})
        assert (again.status_code, again.content) == (304, b""), door
        kept = ("ETag", "Cache-Control", "Vary")
        assert [again.get(name) for name in kept] == [first.get(name) for name in kept], door
    assert tagged > 3


def test_a_tag_that_is_not_this_one_gets_all_of_it(world: World) -> None:
    answer = client_of(world, "olga").get(APP, headers={"If-None-Match": '"a", W/"b"'})
    assert (answer.status_code, answer.json()["name"]) == (200, "acme/app")


def test_a_head_has_the_tag_of_what_would_be_read(world: World) -> None:
    client = client_of(world, "olga")
    tag = client.get(APP)["ETag"]
    assert client.head(APP)["ETag"] == tag
    assert client.head(APP, headers={"If-None-Match": tag}).status_code == 304


def test_who_sees_more_has_another_tag(world: World) -> None:
    address = "/api/v1/organizations/acme"
    inside, outside = (client_of(world, name).get(address)["ETag"] for name in ("rita", "bob"))
    assert inside != outside
    assert (
        client_of(world, "bob").get(address, headers={"If-None-Match": inside}).status_code == 200
    )


def test_what_one_may_not_know_of_is_not_there_whatever_is_compared(world: World) -> None:
    tag = client_of(world, "olga").get(APP)["ETag"]
    stranger = client_of(world, "bob")
    told = [
        stranger.get(APP, headers={"If-None-Match": tag}),
        stranger.get(APP, headers={"If-None-Match": "*"}),
        change(stranger, APP, {"topics": []}, tag),
        change(stranger, APP, {"topics": []}, "*"),
        change(stranger, APP, {"topics": []}, '"no"'),
        stranger.get("/api/v1/repositories/acme/nothing"),
    ]
    assert {(one.status_code, one.content) for one in told} == {(404, told[-1].content)}


@pytest.mark.parametrize("tag", ["*", '"no"'])
def test_who_may_not_change_it_is_refused_before_anything_is_compared(
    world: World, tag: str
) -> None:
    assert change(client_of(world, "rita"), APP, {"topics": []}, tag).status_code == 403


@pytest.mark.parametrize("thing", CHANGES)
def test_of_two_changes_of_what_was_read_the_second_reads_again(world: World, thing: str) -> None:
    who, first, second = CHANGES[thing]
    client, address = client_of(world, who), address_of(world, thing)
    tag = client.get(address)["ETag"]
    done = change(client, address, first, tag)
    assert done.status_code == 200, done.content
    refused = change(client, address, second, tag)
    assert (refused.status_code, refused["Content-Type"]) == (412, "application/problem+json")
    assert refused.json()["code"] == "precondition-failed"
    assert client.get(address)["ETag"] == done["ETag"] != tag
    assert change(client, address, second, done["ETag"]).status_code == 200


@pytest.mark.parametrize("thing", CHANGES)
def test_what_is_there_is_what_the_star_means(world: World, thing: str) -> None:
    who, body, _ = CHANGES[thing]
    answer = change(client_of(world, who), address_of(world, thing), body, "*")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "thing", ["robots/acme+ci", "organizations/acme/teams/devs", "webhooks/{webhook}",
              "organizations/acme/members/rita"],
)  # fmt: skip
def test_what_has_changed_is_not_deleted(world: World, thing: str) -> None:
    who, body, _ = CHANGES[thing]
    client, address = client_of(world, who), address_of(world, thing)
    tag = client.get(address)["ETag"]
    changed = change(client, address, body, tag)
    assert client.delete(address, headers={"If-Match": tag}).status_code == 412
    assert client.get(address).status_code == 200
    assert client.delete(address, headers={"If-Match": changed["ETag"]}).status_code == 204


def test_what_is_gone_is_not_as_it_was_read(world: World) -> None:
    fill_in("{transfer}", world)
    client, address = client_of(world, "alice"), "/api/v1/repositories/alice/pub/-/transfer"
    tag = client.get(address)["ETag"]
    assert client.delete(address, headers={"If-Match": tag}).status_code == 204
    assert client.delete(address).status_code == 204
    for gone in (tag, "*"):
        assert client.delete(address, headers={"If-Match": gone}).status_code == 412


@pytest.mark.parametrize("way", ["W/{}", '"{opaque}-gzip"', '"no" , {}, "other"'])
def test_a_tag_that_was_compressed_on_its_way_is_known(world: World, way: str) -> None:
    client = client_of(world, "olga")
    tag = client.get(APP)["ETag"]
    sent = way.format(tag, opaque=tag.strip('"'))
    assert client.get(APP, headers={"If-None-Match": sent}).status_code == 304
    assert change(client, APP, {"topics": ["db"]}, sent).status_code == 200


def test_what_others_do_with_it_does_not_keep_it_from_being_changed(world: World) -> None:
    client = client_of(world, "olga")
    tag = client.get(APP)["ETag"]
    Repository.objects.filter(pk=world.app.pk).update(pull_count=7, star_count=3)
    assert client.get(APP, headers={"If-None-Match": tag}).status_code == 200
    assert change(client, APP, {"topics": ["db"]}, tag).status_code == 200


def test_how_an_answer_was_indented_makes_no_other_thing_of_it(world: World) -> None:
    client = client_of(world, "olga")
    plain = client.get(APP)
    wide = client.get(APP, headers={"Accept": "application/json; indent=4"})
    assert (wide.json(), wide["ETag"] == plain["ETag"]) == (plain.json(), False)
    assert change(client, APP, {"topics": ["db"]}, wide["ETag"]).status_code == 200


def test_a_change_that_is_refused_changes_nothing(world: World) -> None:
    client = client_of(world, "olga")
    body = {"description": "Mine", "topics": ["No topic!"]}
    assert change(client, APP, body, client.get(APP)["ETag"]).status_code == 400
    world.app.refresh_from_db()
    assert world.app.description == ""


@pytest.mark.parametrize(("method", "name"), [("PATCH", "If-Match"), ("GET", "If-None-Match")])
def test_what_cannot_be_read_is_refused(world: World, method: str, name: str) -> None:
    answer = client_of(world, "olga").generic(method, APP, headers={name: "abc"})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("method", "name", "status"),
    [("GET", "If-Match", 400), ("PATCH", "If-None-Match", 400), ("PUT", "If-Match", 405)],
)
def test_a_condition_that_means_nothing_to_a_method_is_refused(
    world: World, method: str, name: str, status: int
) -> None:
    answer = client_of(world, "olga").generic(method, APP, headers={name: "*"})
    assert answer.status_code == status


@pytest.mark.parametrize("method", UNSAFE)
def test_a_condition_that_nobody_would_look_at_is_refused(world: World, method: str) -> None:
    heeded = {
        path.removeprefix("/")
        for path, methods in described()["paths"].items()
        if "412" in methods.get(method.lower(), {}).get("responses", {})
    }
    olga, root = (client_of(world, name) for name in ("olga", "root"))
    for path, methods in described()["paths"].items():
        if method.lower() not in methods:
            continue
        address = fill_in(ADDRESSES[DOOR_OF[path]], world)
        told = {
            client.generic(method, address, "{}", "application/json", headers={"If-Match": '"no"'})
            for client in (olga, root)
        }
        codes = {json.loads(one.content)["code"] for one in told}
        wanted = "precondition-failed" if path[1:] in heeded else "precondition-unsupported"
        assert codes & {wanted, "session-needed", "not-authenticated"}, (path, codes)
        assert not {one.status_code for one in told} & {200, 201, 202, 204}, path
