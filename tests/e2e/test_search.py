"""`docker search`."""

from __future__ import annotations

import json

from tests.e2e.engine import Docker
from tests.e2e.people import Person
from tests.e2e.setup import Setup

Row = dict[str, str]


def search(docker: Docker, host: str, term: str, *options: str) -> dict[str, Row]:
    """Return the rows that docker shows, by name."""
    printed = docker("search", *options, "--format", "{{json .}}", f"{host}/{term}")
    rows: list[Row] = [json.loads(line) for line in printed.splitlines()]
    return {row["Name"]: row for row in rows}


def test_search_finds_a_public_image_with_its_stars_and_description(
    alice: Person, anyone: Docker, setup: Setup
) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    setup.change(name, visibility="public", description="Says hello", star_count=3)
    row = search(anyone, alice.host, alice.name)[name]
    assert row["StarCount"] == "3"
    assert row["Description"] == "Says hello"
    assert row["IsOfficial"] == "false"


def test_search_shows_people_their_own_private_images(alice: Person, setup: Setup) -> None:
    alice.push_image("app")
    setup.wait_for_push(f"{alice.name}/app")
    assert f"{alice.name}/app" in search(alice.docker, alice.host, alice.name)


def test_search_hides_private_images_from_strangers(
    alice: Person, bob: Person, anyone: Docker, setup: Setup
) -> None:
    alice.push_image("app")
    setup.wait_for_push(f"{alice.name}/app")
    assert search(bob.docker, alice.host, alice.name) == {}
    assert search(anyone, alice.host, alice.name) == {}


def test_search_marks_official_images(root: Person, anyone: Docker, setup: Setup) -> None:
    name = f"{root.name}image"
    root.docker("tag", root.make_image("app"), f"{root.host}/{name}:1.0")
    root.docker("push", f"{root.host}/{name}:1.0")
    root.push_image("app")
    setup.publish(name)
    setup.publish(f"{root.name}/app")
    rows = search(anyone, root.host, root.name)
    assert {row: rows[row]["IsOfficial"] for row in rows} == {
        name: "true",
        f"{root.name}/app": "false",
    }
    only = search(anyone, root.host, root.name, "--filter", "is-official=true")
    assert set(only) == {name}


def test_search_filters_by_stars(alice: Person, anyone: Docker, setup: Setup) -> None:
    for repository, stars in (("loved", 2), ("new", 0)):
        alice.push_image(repository)
        setup.change(f"{alice.name}/{repository}", visibility="public", star_count=stars)
    rows = search(anyone, alice.host, alice.name, "--filter", "stars=1")
    assert set(rows) == {f"{alice.name}/loved"}


def test_search_for_what_is_not_there_is_no_error(anyone: Docker, alice: Person) -> None:
    assert search(anyone, alice.host, "nothingofthatkind") == {}
