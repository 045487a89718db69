"""crane, the command of go-containerregistry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program


def login(crane: Program, person: Person) -> str:
    words = ("auth", "login", person.host, "-u", person.name, "--password-stdin")
    return crane(*words, stdin=person.password)


@pytest.mark.shows("crane", "log-in", "push", "pull", "again")
def test_crane_pushes_and_pulls(alice: Person, crane: Program, archive: Path) -> None:
    reference, back = alice.reference("saved"), archive.with_name("back.tar")
    assert "logged in" in login(crane, alice)
    assert "pushed blob" in crane("push", str(archive), reference)
    assert "existing manifest" in crane("push", str(archive), reference)
    crane("pull", reference, str(back))
    assert back.stat().st_size > 0


@pytest.mark.shows("crane", "log-in")
def test_crane_shows_why_a_stranger_sees_nothing(
    alice: Person, bob: Person, crane: Program
) -> None:
    login(crane, bob)
    assert f"'{bob.name}' may not see it" in crane.fails("manifest", alice.push_image("app"))


@pytest.mark.shows("crane", "platforms", "mount")
def test_crane_copies_every_platform_and_mounts_the_layers(alice: Person, crane: Program) -> None:
    login(crane, alice)
    copied = crane("copy", push_index(alice, "app"), alice.reference("copy"))
    assert "mounted blob" in copied
    assert "pushed blob" not in copied
    alice.docker("pull", "--platform", "linux/arm64", alice.reference("copy"))


@pytest.mark.shows("crane", "tags")
def test_crane_lists_tags_and_repositories(alice: Person, crane: Program) -> None:
    login(crane, alice)
    alice.push_image("app")
    assert crane("ls", f"{alice.host}/{alice.name}/app").split() == ["1.0"]
    assert f"{alice.name}/app" in crane("catalog", alice.host).split()


@pytest.mark.shows("crane", "delete")
def test_crane_deletes_by_digest(alice: Person, crane: Program) -> None:
    login(crane, alice)
    reference = alice.push_image("app")
    digest = crane("digest", reference).strip()
    crane("delete", f"{alice.host}/{alice.name}/app@{digest}")
    assert "MANIFEST_UNKNOWN" in crane.fails("manifest", reference)
