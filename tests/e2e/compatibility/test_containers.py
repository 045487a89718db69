"""podman, skopeo and buildah, beyond what other tests of them show; they share a library."""

from __future__ import annotations

import json

import pytest

from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.test_other_clients import login

INSECURE = "--tls-verify=false"
BOTH = ("--src-tls-verify=false", "--dest-tls-verify=false")


def platforms(person: Person, reference: str) -> set[str]:
    """Return those of an index, as docker reads it."""
    index = json.loads(person.docker("manifest", "inspect", "--insecure", reference))
    return {part["platform"]["architecture"] for part in index["manifests"]}


@pytest.mark.shows("skopeo", "platforms")
def test_skopeo_copies_every_platform(alice: Person, skopeo: Program) -> None:
    login(skopeo, alice)
    reference, copy = push_index(alice, "app"), alice.reference("copy")
    skopeo("copy", "--all", *BOTH, f"docker://{reference}", f"docker://{copy}")
    assert platforms(alice, copy) == {"amd64", "arm64"}


@pytest.mark.shows("skopeo", "again", "mount")
def test_skopeo_sends_nothing_that_is_there_and_mounts_what_is_next_door(
    alice: Person, skopeo: Program
) -> None:
    login(skopeo, alice)
    source = f"docker://{alice.push_image('app')}"
    skopeo("copy", *BOTH, source, f"docker://{alice.reference('one')}")
    again = skopeo("--debug", "copy", *BOTH, source, f"docker://{alice.reference('one')}")
    assert "already exists" in again
    copied = skopeo("--debug", "copy", *BOTH, source, f"docker://{alice.reference('two')}")
    assert "mount OK" in copied


@pytest.mark.shows("skopeo", "tags")
def test_skopeo_lists_tags(alice: Person, skopeo: Program) -> None:
    login(skopeo, alice)
    alice.push_image("app")
    listed = skopeo("list-tags", INSECURE, f"docker://{alice.host}/{alice.name}/app")
    assert json.loads(listed)["Tags"] == ["1.0"]


@pytest.mark.shows("podman", "platforms")
def test_podman_pulls_the_platform_that_it_is_asked_for(alice: Person, podman: Program) -> None:
    login(podman, alice)
    reference = push_index(alice, "app")
    of_it = podman("pull", "--quiet", INSECURE, "--platform", "linux/arm64", reference).split()[0]
    other = podman("pull", "--quiet", INSECURE, "--platform", "linux/amd64", reference).split()[0]
    assert of_it != other


@pytest.mark.shows("podman", "again", "mount")
def test_podman_sends_nothing_that_is_there_and_mounts_what_is_next_door(
    alice: Person, podman: Program
) -> None:
    assert_sends_nothing_twice(podman, alice)


@pytest.mark.shows("buildah", "again", "mount")
def test_buildah_sends_nothing_that_is_there_and_mounts_what_is_next_door(
    alice: Person, buildah: Program
) -> None:
    assert_sends_nothing_twice(buildah, alice)


def assert_sends_nothing_twice(program: Program, person: Person) -> None:
    login(program, person)
    reference, copy = person.push_image("app"), person.reference("copy")
    program("pull", INSECURE, reference)
    again = program("--log-level=debug", "push", INSECURE, reference)
    assert "already exists" in again
    program("tag", reference, copy)
    assert "mount OK" in program("--log-level=debug", "push", INSECURE, copy)


@pytest.mark.shows("buildah", "platforms")
def test_buildah_pushes_a_manifest_with_every_platform(alice: Person, buildah: Program) -> None:
    login(buildah, alice)
    reference, copy = push_index(alice, "app"), alice.reference("copy")
    buildah("manifest", "create", "built")
    buildah("manifest", "add", INSECURE, "--all", "built", f"docker://{reference}")
    buildah("manifest", "push", INSECURE, "--all", "built", f"docker://{copy}")
    assert platforms(alice, copy) == {"amd64", "arm64"}
