"""containerd, by its own command: what it does for a kubelet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program

NATIVE = ("--snapshotter", "native")  # works wherever files do


def as_(person: Person) -> tuple[str, ...]:
    """Return how `ctr` is told who asks, at each command."""
    return ("--plain-http", "--user", f"{person.name}:{person.password}")


@pytest.mark.shows("containerd", "log-in", "push", "pull")
def test_containerd_pushes_and_pulls(alice: Person, ctr: Program, archive: Path) -> None:
    reference = alice.reference("saved")
    ctr("images", "import", *NATIVE, str(archive))
    ctr("images", "push", *as_(alice), reference)
    ctr("images", "rm", reference)
    ctr("images", "pull", *as_(alice), *NATIVE, reference)
    assert reference in ctr("images", "ls", "-q")


@pytest.mark.shows("containerd", "log-in")
def test_containerd_is_refused_what_a_stranger_may_not_see(
    alice: Person, bob: Person, ctr: Program
) -> None:
    reference = alice.push_image("app")
    assert "not found" in ctr.fails("images", "pull", *as_(bob), *NATIVE, reference)


@pytest.mark.shows("containerd", "platforms")
def test_containerd_copies_every_platform(alice: Person, ctr: Program) -> None:
    reference, copy = push_index(alice, "app"), alice.reference("copy")
    ctr("images", "pull", "--all-platforms", *as_(alice), *NATIVE, reference)
    ctr("images", "push", *as_(alice), copy, reference)
    alice.docker("pull", "--platform", "linux/arm64", copy)
