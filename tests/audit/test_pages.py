"""The audit of the whole site and of one repository: who reads it, what is found, what leaves it."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from django.test import Client

from accounts.audit import AuditAction, Origin, origin, record
from accounts.models import AuditEvent, Namespace
from accounts.principals import Principal
from index.flows.change_repository import change_mode
from index.flows.rename_namespace import rename_organization
from index.models import RepositoryMode
from index.roles import Role
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_grant


@pytest.fixture
def root(world: World, client: Client) -> Client:
    """A confirmed browser of an administrator."""
    client.force_login(world.root)
    AuditEvent.objects.filter().forget_for_good()
    return confirm(client)


def write(
    action: AuditAction, target: str, *, by: Principal, address: str = "", **whose: Any
) -> None:
    """One line."""
    token = origin.set(Origin(address, ""))
    record(action, by=by, target=target, **whose)
    origin.reset(token)


def content_of(answer: Any) -> bytes:
    """The whole file."""
    return b"".join(answer.streaming_content)


@pytest.fixture
def _lines(world: World, root: Client) -> None:
    alice, olga = Principal(world.alice), Principal(world.olga)
    acme = world.acme.namespace
    write(AuditAction.ROBOT_CREATED, "acme+ci", by=olga, namespace=acme, address="192.0.2.1")
    write(AuditAction.ROBOT_DELETED, "acme+cd", by=olga, namespace=acme, address="192.0.2.2")
    write(AuditAction.PROFILE_CHANGED, "alice", by=alice, user=world.alice, address="2001:db8::1")


@pytest.mark.usefixtures("_lines")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"acme+ci", "acme+cd", "alice"}),
        ("actor=olga", {"acme+ci", "acme+cd"}),
        ("action=robot:", {"acme+ci", "acme+cd"}),
        ("action=robot:deleted", {"acme+cd"}),
        ("action=robot", set()),
        ("target=acme%2Bci", {"acme+ci"}),
        ("namespace=acme", {"acme+ci", "acme+cd"}),
        ("address=192.0.2.2", {"acme+cd"}),
        ("address=2001:db8::1", {"alice"}),
        ("since=2000-01-01&until=2999-12-31", {"acme+ci", "acme+cd", "alice"}),
        ("until=2000-01-01", set()),
    ],
)
def test_everything_is_found_by_what_is_known_of_it(
    root: Client, query: str, found: set[str]
) -> None:
    rows = root.get(f"/api/v1/manage/audit?{query}").json()["results"]
    assert {row["target"] for row in rows} - {"audit", "rooty"} == found
    page = root.get(f"/manage/audit?{query}").content.decode().replace("<wbr>", "")
    table = page.partition("<tbody>")[2]
    assert {one for one in ("acme+ci", "acme+cd") if one in table} == found - {"alice"}
    lines = content_of(root.get(f"/manage/audit/export/jsonl?{query}"))
    targets = {json.loads(line)["target"] for line in lines.splitlines()}
    assert targets - {"audit", "rooty"} == found
    text = content_of(root.get(f"/manage/audit/export/csv?{query}")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["target"] for row in rows} - {"audit", "rooty"} == found


@pytest.mark.usefixtures("_lines")
def test_owners_take_the_lines_of_their_organization_along(world: World, client: Client) -> None:
    client.force_login(world.olga)
    for base in ("/o/acme/-/audit.jsonl", "/api/v1/organizations/acme/audit/export/jsonl"):
        lines = content_of(client.get(f"{base}?action=robot:deleted")).splitlines()
        assert [json.loads(line)["target"] for line in lines] == ["acme+cd"]
    assert client.get("/api/v1/organizations/acme/audit/export/exe").status_code == 404
    client.force_login(world.rita)
    for base in ("/o/acme/-/audit.jsonl", "/api/v1/organizations/acme/audit/export/jsonl"):
        assert client.get(base).status_code == 403
    client.force_login(world.bob)
    for base in ("/o/acme/-/audit.jsonl", "/api/v1/organizations/acme/audit/export/jsonl"):
        assert client.get(base).status_code == 404


@pytest.mark.usefixtures("_lines")
def test_an_export_is_written_down(root: Client) -> None:
    for path in ("/manage/audit/export/csv", "/api/v1/manage/audit/export/jsonl"):
        root.get(path)
        last = AuditEvent.objects.order_by("-pk")[0]
        assert (last.action, last.actor_name) == (AuditAction.AUDIT_EXPORTED, "rooty")
    assert root.get("/manage/audit/export/exe").status_code == 404


@pytest.mark.parametrize("name", ["anonymous", "bob", "olga"])
def test_others_find_no_audit_of_the_site(world: World, client: Client, name: str) -> None:
    if person := world.person(name):
        client.force_login(person)
        confirm(client)
    for path in ("/manage/audit", "/manage/audit/export/csv", "/api/v1/manage/audit"):
        assert client.get(path).status_code in {302, 401, 403, 404}


def test_pages_follow_each_other(world: World, root: Client) -> None:
    for number in range(120):
        write(AuditAction.PROFILE_CHANGED, str(number), by=Principal(world.alice))
    seen: list[str] = []
    address = "/api/v1/manage/audit?actor=alice"
    while address:
        page = root.get(address).json()
        seen += [row["target"] for row in page["results"]]
        address = page["next"]
    assert seen == [str(number) for number in reversed(range(120))]


def test_a_long_export_takes_no_more_memory(world: World, root: Client) -> None:
    def peak(number: int) -> int:
        event = {"action": "account:profile:changed", "actor": "", "actor_name": "x"}
        rows = [AuditEvent(**event, target="t" * 200) for _ in range(number)]
        AuditEvent.objects.bulk_create(rows)
        del rows
        tracemalloc.start()
        try:
            answer: Any = root.get("/manage/audit/export/jsonl?actor=x")
            for _ in answer.streaming_content:
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)  # the first request of a process reads what it will keep
    assert peak(4000) < 1.5 * peak(500)


def test_admins_of_a_repository_read_its_own_lines_without_addresses(
    world: World, client: Client
) -> None:
    make_grant(world.app, world.mia, Role.ADMIN)
    token = origin.set(Origin("192.0.2.77", ""))
    change_mode(world.app, by=Principal(world.olga), mode=RepositoryMode.READ_ONLY)
    origin.reset(token)
    write(
        AuditAction.TEAM_CREATED, "devs", by=Principal(world.olga), namespace=world.acme.namespace
    )
    client.force_login(world.mia)
    page = client.get("/r/acme/app/-/audit").content.decode()
    assert "read-only" in page
    assert "192.0.2.77" not in page
    assert "devs" not in page
    (row,) = client.get("/api/v1/repositories/acme/app/-/audit").json()["results"]
    assert (row["action"], "address" in row) == ("repository:changed", False)
    client.force_login(world.olga)
    assert "192.0.2.77" in client.get("/r/acme/app/-/audit").content.decode()
    client.force_login(world.rita)
    assert client.get("/r/acme/app/-/audit").status_code == 403


def test_a_repository_keeps_its_lines_after_a_rename_and_not_those_of_others(
    world: World, client: Client
) -> None:
    change_mode(world.app, by=Principal(world.olga), mode=RepositoryMode.READ_ONLY)
    strangers = Namespace.objects.get(name="alice")
    write(
        AuditAction.REPOSITORY_CHANGED, "acme/app", by=Principal(world.alice), namespace=strangers
    )
    rename_organization(world.acme, to="acne", by=Principal(world.olga))
    client.force_login(world.olga)
    (row,) = client.get("/api/v1/repositories/acne/app/-/audit").json()["results"]
    assert (row["target"], row["actor"]) == ("acme/app", "olga")
