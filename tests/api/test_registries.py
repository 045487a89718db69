"""Registries and placement over the REST API: the same flows as the pages, for administrators."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from index.models import GarbageCollection, PlacementRule, Registry, RegistryState
from tests.clients import basic, confirm, forget_confirmation
from tests.conftest import World
from tests.factories import EVENTS_SECRET

NEW = {"name": "north", "upstream_url": "http://10.0.0.7:5000"}


@pytest.fixture
def root(client: Client, world: World) -> Client:
    client.force_login(world.root)
    return confirm(client)


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(f"/api/v1/{path}", body or {}, content_type="application/json")


def test_a_registry_is_added_listed_and_changed(root: Client, world: World) -> None:
    made = send(root, "post", "registries", NEW | {"stage": "release"})
    assert made.status_code == 201
    assert made.json()["events_secret"].startswith("wbe_")
    listed = send(root, "get", "registries").json()
    assert [one["name"] for one in listed["results"]] == ["east", "north", "west"]
    assert "events_secret" not in str(listed)
    assert listed["results"][0]["repositories"] == 3
    changed = send(root, "patch", "registries/north", {"writers": "promotion"}).json()
    assert (changed["stage"], changed["writers"]) == ("release", "promotion")
    assert changed["upstream_url"] == "http://10.0.0.7:5000"


def test_no_answer_holds_a_digest_of_a_secret(root: Client, world: World) -> None:
    for path in ("registries", "registries/east", "registries/east/configuration"):
        text = send(root, "get", path).content.decode()
        assert world.east.events_secret_digest not in text
        assert EVENTS_SECRET not in text


def test_what_is_wrong_stands_at_its_field(root: Client, world: World) -> None:
    answer = send(root, "post", "registries", NEW | {"upstream_url": "http://me:pw@a"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["upstream_url"]
    assert send(root, "post", "registries", NEW | {"name": "east"}).status_code == 409
    assert Registry.objects.count() == 2


def test_secrets_are_renewed_and_ended(root: Client, world: World) -> None:
    assert send(root, "get", "registries/east").json()["secrets"] == 1
    assert send(root, "post", "registries/east/secret").status_code == 201
    assert send(root, "get", "registries/east").json()["secrets"] == 2
    assert send(root, "delete", "registries/east/secret").status_code == 204
    assert send(root, "get", "registries/east").json()["secrets"] == 1


def test_states_change_and_a_full_one_is_not_retired(root: Client, world: World) -> None:
    assert send(root, "post", "registries/east/drain").json()["state"] == "draining"
    refused = send(root, "post", "registries/east/retire")
    assert refused.status_code == 409
    assert "it keeps 3 repositories" in refused.json()["detail"]
    assert send(root, "post", "registries/east/use").json()["state"] == "in-use"


def test_a_check_is_made_and_listed(root: Client, world: World) -> None:
    made = send(root, "post", "registries/east/checks").json()
    assert made["findings"][0]["check"] == "reachable"
    assert send(root, "get", "registries/east/checks").json()["results"] == [made]
    assert send(root, "get", "registries/east").json()["is_healthy"] is False


def test_configuration_is_there_for_both_releases(root: Client, world: World) -> None:
    for query, image in (("", "registry:3"), ("?distribution=2", "registry:2.8")):
        files = send(root, "get", f"registries/east/configuration{query}").json()["files"]
        compose = next(file for file in files if file["key"] == "compose")
        assert image in compose["text"]


def test_a_collection_is_asked_for_run_and_reported(root: Client, world: World) -> None:
    send(root, "put", "registries/east/collection/schedule", {"day": 6, "hour": 4})
    world.east.refresh_from_db()
    assert (world.east.collects_on_day, world.east.collects_at_hour) == (6, 4)
    assert send(root, "post", "registries/east/collections").status_code == 201
    host, header = Client(), {"Authorization": f"Bearer {EVENTS_SECRET}east"}
    path = "/api/v1/registries/east/collection"
    assert host.post(f"{path}/begin", headers=header).status_code == 200
    assert host.post(f"{path}/renew", headers=header).status_code == 204
    report = {"bytes_before": 900, "bytes_after": 400, "blobs_deleted": 7, "problem": ""}
    sent = host.post(f"{path}/finish", report, content_type="application/json", headers=header)
    assert sent.status_code == 204
    [listed] = send(root, "get", "registries/east/collections").json()["results"]
    assert (listed["state"], listed["bytes_freed"]) == ("done", 500)
    for step, status in (("begin", 204), ("renew", 409), ("finish", 409)):
        answer = host.post(f"{path}/{step}", {}, content_type="application/json", headers=header)
        assert answer.status_code == status


def test_a_report_that_is_no_report_is_refused(world: World, client: Client) -> None:
    GarbageCollection.objects.create(registry=world.east, state="running")
    header = {"Authorization": f"Bearer {EVENTS_SECRET}east"}
    bodies: tuple[Any, ...] = (
        {"bytes_before": -1},
        {"bytes_after": 10**30},
        {"blobs_deleted": "x"},
        [],
        "x",
    )
    for body in bodies:
        answer = client.post(
            "/api/v1/registries/east/collection/finish",
            body,
            content_type="application/json",
            headers=header,
        )
        assert answer.status_code == 400, body
    assert GarbageCollection.objects.get().state == "running"


def test_rules_and_pools_are_made_tried_and_taken_away(root: Client, world: World) -> None:
    pool = send(root, "put", "placement/pools/bulk", {"members": ["east", "west"]}).json()
    assert [member["registry"] for member in pool["members"]] == ["east", "west"]
    rule = send(root, "post", "placement/rules", {"pattern": "acme/*", "pool": "bulk"}).json()
    assert (rule["pool"], rule["registry"]) == ("bulk", None)
    found = send(root, "get", "placement/where?name=acme/new").json()
    assert found["registry"] in {"east", "west"}
    assert found["rule"] == rule
    assert [one["pattern"] for one in found["overruled"]] == ["*"]
    assert send(root, "delete", "placement/pools/bulk").status_code == 409
    assert send(root, "delete", f"placement/rules/{rule['id']}").status_code == 204
    assert send(root, "delete", "placement/pools/bulk").status_code == 204
    assert len(send(root, "get", "placement/rules").json()["results"]) == 2


@pytest.mark.parametrize(
    "rule",
    [
        {"pattern": "acme/*"}, {"pattern": "acme/*", "registry": "east", "pool": "bulk"},
        {"pattern": "acme/*", "registry": "no"}, {"pattern": "A", "registry": "east"},
        {"pattern": "*", "registry": "east", "visibility": "secret"},
    ],
)  # fmt: skip
def test_a_rule_that_says_nothing_is_refused(
    root: Client, world: World, rule: dict[str, str]
) -> None:
    assert send(root, "post", "placement/rules", rule).status_code == 400
    assert PlacementRule.objects.count() == 2


def test_where_wants_a_name(root: Client, world: World) -> None:
    for query in ("", "?name=A%20b", "?name=acme/x&visibility=no", "?name=acme/x&size_class=no"):
        assert send(root, "get", f"placement/where{query}").status_code == 400


def test_nobody_but_administrators_with_a_session_gets_in(client: Client, world: World) -> None:
    paths = ("registries", "registries/east", "placement/rules", "registries/east/collections")
    for path in paths:
        assert send(client, "get", path).status_code in {401, 403}
        answer = client.get(f"/api/v1/{path}", headers={"Authorization": basic("rooty")})
        assert answer.status_code == 403
    client.force_login(world.olga)
    for path in paths:
        assert send(client, "get", path).status_code == 403
        assert send(client, "post", path, NEW).status_code in {403, 405}


def test_changes_want_a_confirmed_session(root: Client, world: World) -> None:
    forget_confirmation(root)
    assert send(root, "get", "registries").status_code == 200
    for method, path in (
        ("post", "registries"), ("patch", "registries/east"), ("post", "registries/east/secret"),
        ("post", "registries/east/drain"),
    ):  # fmt: skip
        assert send(root, method, path, NEW).status_code == 403
    world.east.refresh_from_db()
    assert world.east.state == RegistryState.IN_USE
