"""`docker search` and `podman search`, the programs themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.e2e.engine import Docker
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.setup import Setup

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


@pytest.fixture
def shop(people: People, root: Person, setup: Setup) -> Shop:
    """What the tests look for; its word is nobody else's."""
    alice = people.make("alice")
    alice.login()
    shop = Shop(f"{root.name}shop", alice)
    for name in (shop.loved, shop.new, shop.secret):
        alice.push_image(name.partition("/")[2])
    root.docker("tag", root.make_image("app"), f"{root.host}/{shop.word}:1.0")
    root.docker("push", f"{root.host}/{shop.word}:1.0")
    description = "Sells bread, and says so in more letters than docker shows of it"
    setup.change(shop.loved, visibility="public", description=description, star_count=3)
    setup.publish(shop.new)
    setup.publish(shop.word)
    setup.wait_for_index(shop.word, shop.loved, shop.new, shop.secret)
    return shop


def search(docker: Docker, host: str, term: str, *options: str) -> dict[str, Row]:
    """Return the rows that docker shows, by name, in their order."""
    printed = docker("search", *options, "--format", "{{json .}}", f"{host}/{term}")
    rows: list[Row] = [json.loads(line) for line in printed.splitlines()]
    return {row["Name"]: row for row in rows}


def look(podman: Program, host: str, term: str, *options: str) -> list[str]:
    """Return the names that podman shows, without the host, in their order."""
    printed = podman(
        *("search", "--tls-verify=false", "--format", "{{.Name}}", *options, f"{host}/{term}")
    )
    return [line.removeprefix(f"{host}/") for line in printed.splitlines()]


def test_docker_shows_the_best_first_with_stars_and_description(shop: Shop, anyone: Docker) -> None:
    rows = search(anyone, shop.host, shop.word)
    assert list(rows) == [shop.word, shop.loved, shop.new]
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
        return list(search(anyone, shop.host, shop.word, *options))

    assert found("--filter", "stars=3") == [shop.loved]
    assert found("--filter", "stars=4") == []
    assert found("--filter", "is-official=true") == [shop.word]
    assert found("--filter", "is-official=false") == [shop.loved, shop.new]
    assert found("--filter", "is-automated=false") == [shop.word, shop.loved, shop.new]
    assert found("--filter", "is-automated=true") == []
    assert found("--limit", "1") == [shop.word]
    assert found("--limit", "100") == [shop.word, shop.loved, shop.new]


def test_docker_explains_an_error_in_its_table(shop: Shop, anyone: Docker) -> None:
    for options in ((), ("--no-trunc",)):
        ((name, row),) = search(anyone, shop.host, f"{shop.word} stars:many", *options).items()
        assert name == "Cannot search"
        assert "stars:" in row["Description"]
    assert row["Description"].endswith(".")


def test_docker_finds_what_was_mistyped(shop: Shop, anyone: Docker) -> None:
    mistyped = shop.word[:-2] + shop.word[-1] + shop.word[-2]
    assert shop.word in search(anyone, shop.host, mistyped)


def test_docker_finds_nothing_without_an_error(shop: Shop, anyone: Docker) -> None:
    assert search(anyone, shop.host, "nothingofthatkind is:official") == {}


def test_podman_asks_without_credentials_and_finds_what_is_public(
    shop: Shop, podman: Program
) -> None:
    podman(
        *("login", "--tls-verify=false", "-u", shop.alice.name, "--password-stdin", shop.host),
        stdin=shop.alice.password,
    )
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


def test_podman_lists_tags(shop: Shop, podman: Program) -> None:
    shop.alice.push_image(f"{shop.word}-loved", "2.0")
    words = ("search", "--tls-verify=false", "--list-tags", "--format", "{{.Tag}}")
    assert podman(*words, f"{shop.host}/{shop.loved}").split() == ["1.0", "2.0"]
    assert podman(*words, "--limit", "1", f"{shop.host}/{shop.loved}").split() == ["1.0"]
    assert podman(*words, f"{shop.host}/{shop.word}").split() == ["1.0"]
    assert podman.fails(*words, f"{shop.host}/{shop.secret}")
    podman(
        *("login", "--tls-verify=false", "-u", shop.alice.name, "--password-stdin", shop.host),
        stdin=shop.alice.password,
    )
    assert podman(*words, f"{shop.host}/{shop.secret}").split() == ["1.0"]
