"""Differences on the page, over REST and by command."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Namespace
from index.flows.accept_differences import accept_waiting
from index.models import Difference, DifferenceKind, DifferenceState, Registry, Repository
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.e2e.lone_registry import running_registry
from tests.index.pushing import Pusher

PAGE = "/manage/registries/east/differences"
API = "/api/v1/registries/east"


@pytest.fixture
def east(world: World, tmp_path: Path) -> Iterator[Registry]:
    """A real registry that keeps two repositories which nobody here knows."""
    with running_registry(tmp_path, world.east):
        for name in ("acme/new", "nobody/app"):
            Pusher(RegistryClient(world.east, name)).image(b"x", tag="one")
        yield world.east


def found(registry: Registry, name: str) -> Difference:
    kind = DifferenceKind.UNKNOWN_REPOSITORY
    return Difference.objects.create(registry=registry, kind=kind, name=name, tag_count=3)


def test_the_page_shows_differences_and_takes_decisions(world: World, client: Client) -> None:
    one, two = found(world.east, "acme/one"), found(world.east, "acme/two")
    client.force_login(world.root)
    page = client.get(PAGE).content.decode()
    assert "acme/<wbr>one" in page
    assert "3 tags" in page
    client.post(f"{PAGE}/decide", {"difference": [one.pk], "decision": "ignore"})
    client.post(f"{PAGE}/decide", {"difference": [two.pk, "x", "9" * 30], "decision": "accept"})
    states = dict(Difference.objects.values_list("name", "state"))
    assert states == {"acme/one": DifferenceState.IGNORED, "acme/two": DifferenceState.ACCEPTING}


def test_all_that_match_the_filter_are_decided_at_once(world: World, client: Client) -> None:
    for name in ("acme/one", "acme/two", "alice/three"):
        found(world.east, name)
    found(world.west, "acme/elsewhere")
    client.force_login(world.root)
    shown = client.post(f"{PAGE}/decide", {"all": "all", "decision": "ignore", "name": "acme"})
    assert shown.headers["Location"] == f"{PAGE}?name=acme"
    ignored = Difference.objects.filter(state=DifferenceState.IGNORED)
    assert set(ignored.values_list("name", flat=True)) == {"acme/one", "acme/two"}


def test_without_a_choice_nothing_is_decided(world: World, client: Client) -> None:
    found(world.east, "acme/one")
    client.force_login(world.root)
    client.post(f"{PAGE}/decide", {"decision": "accept"})
    assert Difference.objects.get().state == DifferenceState.OPEN


def test_rules_are_kept_on_the_page(world: World, client: Client) -> None:
    found(world.east, "acme/one")
    client.force_login(world.root)
    rule = {"kind": DifferenceKind.UNKNOWN_REPOSITORY.value, "pattern": "acme/*"}
    client.post(f"{PAGE}/rules", rule)
    assert Difference.objects.get().state == DifferenceState.ACCEPTING
    assert "Error:" in client.post(f"{PAGE}/rules", rule | {"pattern": "a//b"}).content.decode()
    client.post(f"{PAGE}/rules/{world.east.accept_rules.get().pk}/remove")
    assert not world.east.accept_rules.exists()


@pytest.mark.parametrize("who", ["olga", "bob", "anonymous"])
def test_nobody_but_administrators_knows_of_it(world: World, client: Client, who: str) -> None:
    difference = found(world.east, "acme/one")
    if person := world.person(who):
        client.force_login(person)
    assert client.get(PAGE).status_code in {302, 404}
    assert client.get(f"{API}/differences").status_code in {401, 403}
    client.post(f"{PAGE}/decide", {"difference": [difference.pk], "decision": "accept"})
    client.post(f"{API}/differences/accept", {}, content_type="application/json")
    difference.refresh_from_db()
    assert difference.state == DifferenceState.OPEN


def test_the_api_walks_decides_and_lists(world: World, client: Client, east: Registry) -> None:
    client.force_login(world.root)
    assert client.post(f"{API}/reconciliations").status_code == 201
    assert client.post(f"{API}/reconciliations").status_code == 400
    [walk] = client.get(f"{API}/reconciliations").json()["results"]
    assert walk["finished_at"] is None
    difference = found(east, "acme/new")
    found(east, "acme/other")
    [listed, _] = client.get(f"{API}/differences", {"state": "open"}).json()["results"]
    assert listed["id"] == difference.pk
    ids = {"ids": [difference.pk]}
    done = client.post(f"{API}/differences/accept", ids, content_type="application/json")
    assert done.json() == {"number": 1}
    others = client.post(
        f"{API}/differences/ignore", {"name": "other"}, content_type="application/json"
    )
    assert others.json() == {"number": 1}
    accept_waiting(seconds=30, rest=0)
    assert Repository.objects.filter(name="acme/new").exists()


def test_the_api_keeps_rules_and_creates_organizations(world: World, client: Client) -> None:
    found(world.east, "nobody/app")
    found(world.east, "library/ubuntu")
    client.force_login(world.root)
    assert client.get(f"{API}/differences/missing-namespaces").json() == {"names": ["nobody"]}
    made = client.post(f"{API}/differences/missing-namespaces").json()
    assert made == {"created": 1, "refused": []}
    namespace = Namespace.objects.get(name="nobody")
    assert world.root in {one.user for one in namespace.organization.memberships.all()}  # type: ignore[union-attr]
    rule = {"kind": DifferenceKind.MISSING_TAG.value, "pattern": "*"}
    kept = client.post(f"{API}/accept-rules", rule, content_type="application/json").json()
    assert [one["id"] for one in client.get(f"{API}/accept-rules").json()["results"]] == [
        kept["id"]
    ]
    assert client.delete(f"{API}/accept-rules/{kept['id']}").status_code == 204


def test_the_command_imports_a_registry_and_says_what_it_took(world: World, east: Registry) -> None:
    out = StringIO()
    call_command(
        "reconcile",
        "east",
        "--import",
        "--organizations-of",
        world.root.username,
        "--rest",
        "0",
        stdout=out,
    )
    assert set(Repository.objects.filter(created_by=None).values_list("name", flat=True)) >= {
        "acme/new", "nobody/app",
    }  # fmt: skip
    assert "1 organizations created" in out.getvalue()
    assert "accepted: 2" in out.getvalue()
    assert "MiB of memory" in out.getvalue()


def test_the_command_imports_tags_of_repositories_that_are_known(
    world: World, east: Registry
) -> None:
    """So it is after moving in from another product: the records are here, and no tag."""
    known = Repository.objects.create(
        namespace=Namespace.objects.get(name="acme"),
        name="acme/known",
        stored_name="acme/new",
        registry=east,
        visibility="private",
    )
    call_command("reconcile", "east", "--import", "--rest", "0", stdout=StringIO())
    assert [tag.name for tag in known.tags.all()] == ["one"]


def test_the_command_says_what_is_missing(world: World, east: Registry) -> None:
    errors = StringIO()
    call_command("reconcile", "east", "--import", "--rest", "0", stdout=StringIO(), stderr=errors)
    assert "1 namespaces are missing, nobody among them" in errors.getvalue()
    assert "nobody/app: there is no namespace nobody" in errors.getvalue()
    assert Repository.objects.filter(name="acme/new").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["north"], "There is no registry north"),
        (["east", "--import", "--organizations-of", "olga"], "There is no administrator olga"),
    ],
)
def test_the_command_refuses_what_it_cannot_find(
    world: World, east: Registry, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("reconcile", *arguments, stdout=StringIO(), stderr=StringIO())
