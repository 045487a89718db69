"""oras, which keeps things that are no images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program

PLAIN = "--plain-http"
BOTH = ("--from-plain-http", "--to-plain-http")


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is kept; oras wants it below the folder where it is run."""
    monkeypatch.chdir(home)
    (home / "sbom.json").write_text('{"spdxVersion": "SPDX-2.3"}')
    return "sbom.json:application/spdx+json"


def login(oras: Program, person: Person) -> str:
    words = ("login", PLAIN, person.host, "-u", person.name, "--password-stdin")
    return oras(*words, stdin=person.password)


def uploaded(printed: str) -> set[str]:
    """Return what was sent; the manifest has the time in it, and is another each time."""
    lines = [line.split() for line in printed.splitlines()]
    return {words[-1] for words in lines if words[:1] == ["Uploaded"]}


@pytest.mark.shows("oras", "log-in", "push", "pull", "again")
def test_oras_pushes_and_pulls(alice: Person, oras: Program, file: str, home: Path) -> None:
    reference = alice.reference("kept")
    assert "Login Succeeded" in login(oras, alice)
    assert "sbom.json" in uploaded(oras("push", PLAIN, reference, file))
    assert "sbom.json" not in uploaded(oras("push", PLAIN, reference, file))
    oras("pull", PLAIN, "-o", "back", reference)
    assert (home / "back" / "sbom.json").read_text() == (home / "sbom.json").read_text()


@pytest.mark.shows("oras", "attach")
def test_oras_attaches_to_an_image_and_finds_what_is_attached(
    alice: Person, oras: Program, file: str
) -> None:
    login(oras, alice)
    reference, kind = alice.push_image("app"), "application/spdx+json"
    oras("attach", PLAIN, "--artifact-type", kind, reference, file)
    found = json.loads(oras("discover", PLAIN, "--format", "json", reference))
    assert [one["artifactType"] for one in found["referrers"]] == [kind]


@pytest.mark.shows("oras", "platforms", "mount")
def test_oras_copies_every_platform_and_mounts_the_layers(alice: Person, oras: Program) -> None:
    login(oras, alice)
    copied = oras("cp", *BOTH, push_index(alice, "app"), alice.reference("copy"))
    assert "Mounted" in copied
    alice.docker("pull", "--platform", "linux/arm64", alice.reference("copy"))


@pytest.mark.shows("oras", "tags")
def test_oras_lists_tags_and_repositories(alice: Person, oras: Program) -> None:
    login(oras, alice)
    alice.push_image("app")
    assert oras("repo", "tags", PLAIN, f"{alice.host}/{alice.name}/app").split() == ["1.0"]
    assert f"{alice.name}/app" in oras("repo", "ls", PLAIN, alice.host).split()


@pytest.mark.shows("oras", "delete")
def test_oras_deletes_a_manifest(alice: Person, oras: Program) -> None:
    login(oras, alice)
    reference = alice.push_image("app")
    oras("manifest", "delete", PLAIN, "--force", reference)
    assert "not found" in oras.fails("manifest", "fetch", PLAIN, reference)
