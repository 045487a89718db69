"""`docker search` and `podman search`, the programs themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.engine import Docker
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.setup import Setup
from tests.e2e.test_other_clients import login

Row = dict[str, str]
_SHOWN = 45  # letters of a description, in docker's table


@dataclass(frozen=True)
class Shop:
    """Three public repositories of alice and a private one, and an official image of the same word."""

    word: str
    alice: Person

    @property
    def host(self) -> str:
        """Where it is."""
        return self.alice.host

    @property
    def loved(self) -> str:
        """Has three stars and a long description."""
        return f"{self.alice.name}/{self.word}-loved"

    @property
    def new(self) -> str:
        """Has none."""
        return f"{self.alice.name}/{self.word}-new"

    @property
    def secret(self) -> str:
        """Is private."""
        return f"{self.alice.name}/{self.word}-secret"

    @property
    def all(self) -> set[str]:
        """All four."""
        return {self.word, self.loved, self.new, self.secret}


@pytest.fixture(scope="module")
def shop(people: People, backstage: Backstage) -> Shop:
    """What the tests look for; its word is nobody else's."""
    setup, alice, root = Setup(backstage), people.make("alice"), people.make("root")
    alice.login()
    root.login()
    shop = Shop(f"{root.name}shop", alice)
    for name in (shop.loved, shop.new, shop.secret):
        alice.push_image(name.partition("/")[2])
    alice.push_image(f"{shop.word}-loved", "2.0")
    people.promote(root, administrator=True)  # for an official image
    root.docker("tag", root.make_image("app"), f"{root.host}/{shop.word}:1.0")
    root.docker("push", f"{root.host}/{shop.word}:1.0")
    people.promote(root, administrator=False)
    description = "Sells bread, and says so in more letters than docker shows of it"
    setup.change(shop.loved, visibility="public", description=description, star_count=3)
    setup.publish(shop.new)
    setup.publish(shop.word)
    setup.wait_for_index(shop.word, shop.loved, shop.new, shop.secret)
    return shop


def search(docker: Docker, host: str, term: str, *options: str) -> dict[str, Row]:
    """Return the rows that docker shows, by name; their order is some clients' own (20.10: by stars)."""
    printed = docker("search", *options, "--format", "{{json .}}", f"{host}/{term}")
    lines = [line for line in printed.splitlines() if not line.startswith("WARNING: ")]
    rows: list[Row] = [json.loads(line) for line in lines]
    return {row["Name"]: row for row in rows}


def look(podman: Program, host: str, term: str, *options: str) -> list[str]:
    """Return the names that podman shows, without the host, in their order."""
    printed = podman(
        *("search", "--tls-verify=false", "--format", "{{.Name}}", *options, f"{host}/{term}")
    )
    return [line.removeprefix(f"{host}/") for line in printed.splitlines()]


@pytest.mark.shows("docker", "search")
def test_docker_shows_the_best_first_with_stars_and_description(shop: Shop, anyone: Docker) -> None:
    rows = search(anyone, shop.host, shop.word)
    assert set(rows) == {shop.word, shop.loved, shop.new}
    assert rows[shop.word]["IsOfficial"] == "true"
    row = rows[shop.loved]
    assert (row["StarCount"], row["IsOfficial"]) == ("3", "false")
    assert row["Description"].startswith("Sells bread, and says so")
    assert len(row["Description"]) <= _SHOWN
    whole = search(anyone, shop.host, shop.word, "--no-trunc")[shop.loved]
    assert whole["Description"].endswith("than docker shows of it")


def test_docker_shows_people_their_own_and_no_stranger(
    shop: Shop, bob: Person, anyone: Docker
) -> None:
    assert shop.secret in search(shop.alice.docker, shop.host, shop.word)
    assert shop.secret not in search(bob.docker, shop.host, shop.word)
    assert shop.secret not in search(anyone, shop.host, shop.word)
    assert search(bob.docker, shop.host, f"{shop.word}-secret is:private") == {}


def test_operators_work_in_dockers_term(shop: Shop, anyone: Docker) -> None:
    def found(term: str) -> list[str]:
        return list(search(anyone, shop.host, term))

    assert found(f"is:official stars:<3 {shop.word}") == [shop.word]
    assert found(f"is:official stars:>=3 {shop.word}") == []
    assert found(f"{shop.word} stars:>=3") == [shop.loved]
    assert found(f"owner:{shop.alice.name} -loved") == [shop.new]
    assert found(f'{shop.word} "sells bread"') == [shop.loved]
    assert found(f"{shop.word} sort:stars")[0] == shop.loved


def test_dockers_own_filters(shop: Shop, anyone: Docker) -> None:
    def found(*options: str) -> list[str]:
        return sorted(search(anyone, shop.host, shop.word, *options), key=order.index)

    order = [shop.word, shop.loved, shop.new]

    assert found("--filter", "stars=3") == [shop.loved]
    assert found("--filter", "stars=4") == []
    assert found("--filter", "is-official=true") == [shop.word]
    assert found("--filter", "is-official=false") == [shop.loved, shop.new]
    assert found("--filter", "is-automated=false") == [shop.word, shop.loved, shop.new]
    assert found("--filter", "is-automated=true") == []
    assert found("--limit", "1") == [shop.word]
    assert found("--limit", "100") == [shop.word, shop.loved, shop.new]


def test_docker_explains_an_error_in_its_table(shop: Shop, anyone: Docker) -> None:
    def described(*options: str) -> str:
        ((name, row),) = search(anyone, shop.host, f"{shop.word} stars:many", *options).items()
        assert name == "Cannot search"
        return row["Description"]

    assert "stars:" in described()
    assert described("--no-trunc").endswith(".")


def test_docker_finds_what_was_mistyped(shop: Shop, anyone: Docker) -> None:
    mistyped = shop.word[:-2] + shop.word[-1] + shop.word[-2]
    assert shop.word in search(anyone, shop.host, mistyped)


def test_docker_finds_nothing_without_an_error(shop: Shop, anyone: Docker) -> None:
    assert search(anyone, shop.host, "nothingofthatkind is:official") == {}


@pytest.mark.shows("podman", "search")
def test_podman_asks_without_credentials_and_finds_what_is_public(
    shop: Shop, podman: Program
) -> None:
    login(podman, shop.alice)
    assert look(podman, shop.host, shop.word) == [shop.word, shop.loved, shop.new]


def test_podmans_own_filters_and_limits(shop: Shop, podman: Program) -> None:
    assert look(podman, shop.host, shop.word, "--limit", "2") == [shop.word, shop.loved]
    assert look(podman, shop.host, shop.word, "--filter", "is-official=true") == [shop.word]
    assert look(podman, shop.host, shop.word, "--filter", "is-official=false") == [
        shop.loved,
        shop.new,
    ]
    assert look(podman, shop.host, shop.word, "--filter", "stars=3") == [shop.loved]
    assert look(podman, shop.host, shop.word, "--filter", "is-automated=true") == []


def test_operators_work_in_podmans_term(shop: Shop, podman: Program) -> None:
    assert look(podman, shop.host, f"{shop.word} stars:>=3") == [shop.loved]
    assert look(podman, shop.host, f"is:official {shop.word}") == [shop.word]
    assert look(podman, shop.host, "stars:many") == ["Cannot search"]


def test_podman_shows_whole_descriptions(shop: Shop, podman: Program) -> None:
    words = ("search", "--tls-verify=false", f"{shop.host}/{shop.word}")
    assert "than docker shows of it" not in podman(*words)
    assert "than docker shows of it" in podman(*words, "--no-trunc")


@pytest.mark.shows("podman", "tags")
def test_podman_lists_tags(shop: Shop, podman: Program) -> None:
    def tags(repository: str, *options: str) -> list[str]:
        words = ("search", "--tls-verify=false", "--list-tags", *options)
        header, *rows = podman(*words, f"{shop.host}/{repository}").splitlines()
        assert header.split() == ["NAME", "TAG"]
        assert {row.split()[0] for row in rows} == {f"{shop.host}/{repository}"}
        return [row.split()[1] for row in rows]

    assert sorted(tags(shop.loved)) == ["1.0", "2.0"]  # in the order of the registry
    assert len(tags(shop.loved, "--limit", "1")) == 1
    assert tags(shop.word) == ["1.0"]
    secret = ("search", "--tls-verify=false", "--list-tags", f"{shop.host}/{shop.secret}")
    assert "1.0" not in podman.fails(*secret)
    login(podman, shop.alice)
    assert tags(shop.secret) == ["1.0"]


def test_podman_lists_what_one_may_see_without_a_word(
    shop: Shop, bob: Person, podman: Program
) -> None:
    """By `/v2/_catalog`, which it asks for with the log-in."""
    public = {shop.word, shop.loved, shop.new}
    login(podman, bob)
    assert set(look(podman, shop.host, "", "--limit", "100")) & shop.all == public
    login(podman, shop.alice)
    assert set(look(podman, shop.host, "", "--limit", "100")) & shop.all == shop.all
