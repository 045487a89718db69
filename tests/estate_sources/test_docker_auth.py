"""docker_auth: rules become roles on the repositories that are known, and never more than they certainly allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Visibility
from config.estate.records.people import Person
from config.estate.records.repositories import Grant, Repository
from config.estate.sources.docker_acl import EVERYTHING, Account, certain, read_entries
from config.estate.sources.errors import Unusable
from index.roles import Role
from tests.estate_sources.reading import SAMPLES, Moved

NONE: frozenset[str] = frozenset()
ALICE = Account("alice", {"group": ["acme", "ops"]})
ANYBODY = Account("", is_anybody=True)


def allowed(*rules: tuple[dict[str, object], list[str]], who: Account = ALICE, name: str = "acme/app") -> frozenset[str]:  # fmt: skip
    """Return what rules certainly allow."""
    entries = read_entries([{"match": match, "actions": actions} for match, actions in rules])
    return certain(entries, who, name)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"account": "alice"},
        {"account": "al*", "name": "acme/*"},
        {"account": "/^(alice|bob)$/", "name": "/^acme/"},
        {"name": "${labels:group}/*"},
        {"labels": {"group": "/^acm/"}},
        {"type": "repository", "name": "acme/[a-z]pp"},
        {"name": "/^${labels:group}/[a-z]+$/"},
    ],
)
def test_an_entry_that_matches_gives_its_actions(match: dict[str, object]) -> None:
    assert allowed((match, ["pull"])) == {"pull"}
    assert allowed((match, ["*"])) == EVERYTHING


@pytest.mark.parametrize(
    "match",
    [
        {"account": "bob"},
        {"account": ""},
        {"name": "acme*"},
        {"name": "acme"},
        {"name": "${account}/*"},
        {"name": "${labels:tier}/*"},
        {"labels": {"group": "dev"}},
        {"labels": {"title": "*"}},
        {"type": "registry"},
    ],
)
def test_an_entry_that_does_not_match_gives_nothing(match: dict[str, object]) -> None:
    assert allowed((match, ["*"])) == NONE


def test_a_star_stops_at_a_slash_as_in_go() -> None:
    assert allowed(({"name": "acme/*"}, ["pull"]), name="acme/deep/app") == NONE


def test_the_first_entry_that_matches_decides() -> None:
    assert allowed(({"account": "alice"}, []), ({}, ["*"])) == NONE
    assert allowed(({"account": "bob"}, []), ({}, ["pull"])) == {"pull"}


@pytest.mark.parametrize(
    "match",
    [
        {"ip": "10.0.0.0/8"},
        {"service": "registry"},
        {"account": r"/\Aalice\z/"},
        {"account": "/[[:alpha:]]+/"},
        {"account": "/^(.+)$/", "name": "${account:1}/*"},
    ],
)
def test_what_cannot_be_known_takes_away_and_never_gives(match: dict[str, object]) -> None:
    assert allowed((match, ["*"])) == NONE
    assert allowed((match, ["*"]), ({}, ["pull"])) == {"pull"}
    assert allowed((match, []), ({}, ["*"])) == NONE


def test_anybody_is_who_every_entry_speaks_of() -> None:
    assert allowed(({"account": "/.+/"}, ["pull"]), who=ANYBODY) == {"pull"}
    assert allowed(({"account": "/^[a-z]+$/"}, ["pull"]), who=ANYBODY) == NONE
    assert allowed(({"name": "${account}/*"}, []), ({}, ["pull"]), who=ANYBODY) == NONE
    assert allowed(({"labels": {"group": "*"}}, ["pull"]), who=ANYBODY) == NONE


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, "no list of entries"),
        (["pull"], "acl 1 has no match"),
        ([{"match": {}, "actions": "pull"}], "acl 1 has no match or no list of actions"),
        ([{"match": {"account": 7}, "actions": []}], "put it in quotes"),
        ([{"match": {"team": "a"}, "actions": []}], "asks for team"),
        ([{"match": {"labels": "a"}, "actions": []}], "labels that are no names"),
    ],
)
def test_an_entry_that_is_none_stops_everything_for_it_may_be_one_that_denies(
    told: object, reason: str
) -> None:
    with pytest.raises(Unusable, match=reason):
        read_entries(told)


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    """Read the sample."""
    return Moved("docker-auth", SAMPLES / "docker-auth", tmp_path, owner="alice", email_domain="example.com")  # fmt: skip


def test_people_are_those_with_an_account_of_their_own(moved: Moved) -> None:
    assert [one.username for one in moved.all(Person)] == ["alice", "carol", "test1"]
    assert moved.one(Person, "alice").addresses[0].email == "alice@example.com"


def test_roles_are_what_the_rules_allow(moved: Moved) -> None:
    given = {(one.repository, one.person): one.role.value for one in moved.all(Grant)}
    assert given == {
        ("acme/anvil", "alice"): "writer",
        ("acme/anvil", "carol"): "reader",
        ("shared/base", "alice"): "reader",
        ("shared/base", "carol"): "reader",
        ("shared/tools", "alice"): "reader",
        ("shared/tools", "carol"): "reader",
        ("test-one", "test1"): "writer",
    }


def test_only_what_everybody_may_pull_is_seen_by_everybody(moved: Moved) -> None:
    seen = {one.name for one in moved.all(Repository) if one.visibility != Visibility.PRIVATE}
    assert seen == {"hello-world"}


def test_nobody_gets_a_repository_by_the_name_of_their_namespace(moved: Moved) -> None:
    assert "they may not do everything" in moved.left()["repository: carol/deep/down"]


def test_each_entry_is_told_that_does_not_say_the_same_here(moved: Moved) -> None:
    entries = [one.split(" (")[0] for one in moved.left() if one.startswith("acl entry")]
    places = [
        *("acl 1", "acl 2", "acl 3", "acl 4", "acl 5", "acl 6", "acl 8", "acl 9"),
        "acl.json 1",
    ]
    assert entries == [f"acl entry: {place}" for place in places]


def test_without_a_catalog_only_what_rules_spell_out_is_known(tmp_path: Path) -> None:
    configuration = SAMPLES / "docker-auth" / "config.yml"
    moved = Moved("docker-auth", configuration, tmp_path, owner="alice")
    assert [one.name for one in moved.all(Repository)] == ["acme/anvil", "hello-world"]
    assert "catalog: of the registry" in moved.left()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"users: [", "no YAML that can be read"),
        (b"- a", "it has no sections"),
        (b"server: {}", "neither users nor an acl"),
        (b"users: [a]", "no names with passwords"),
        (b"users: {\xfc: {}}", "not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_said(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "config.yml").write_bytes(content)
    with pytest.raises(Unusable, match=reason):
        Moved("docker-auth", tmp_path, tmp_path)


def test_rules_of_mongodb_without_a_place_are_left_out_as_docker_auth_does(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("users: {carol: {}}\n")
    rules = (
        '{"match":{"name":"app"},"actions":["*"]}',
        '{"seq":{"$numberInt":"20"},"match":{},"actions":["*"]}',
        '{"seq":3,"match":{"name":"app"},"actions":["pull"]}',
    )
    (tmp_path / "acl.json").write_text("\n".join(rules))
    [grant] = Moved("docker-auth", tmp_path, tmp_path).all(Grant)
    assert grant.role == Role.READER


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("users: {alice: {}}\n")
    (tmp_path / "catalog.json").write_text('{"repositories": []}\n{"errors": []}\n')
    with pytest.raises(Unusable, match=r"Line 2 of catalog.json"):
        Moved("docker-auth", tmp_path, tmp_path)
