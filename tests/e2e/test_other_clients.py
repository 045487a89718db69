"""skopeo, podman and buildah do what docker does."""

from __future__ import annotations

import json

import pytest

from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup


def login(program: Program, person: Person) -> str:
    return program(
        *("login", "--tls-verify=false", "-u", person.name, "--password-stdin", person.host),
        stdin=person.password,
    )


@pytest.mark.shows("skopeo", "log-in", "push", "pull", "delete")
def test_skopeo_copies_inspects_and_deletes(
    alice: Person, skopeo: Program, registries: Registries
) -> None:
    assert "Login Succeeded" in login(skopeo, alice)
    source, copy = (f"docker://{alice.push_image('app')}", f"docker://{alice.reference('copy')}")
    skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", source, copy)
    seen = json.loads(skopeo("inspect", "--tls-verify=false", copy))
    assert seen["Name"] == f"{alice.host}/{alice.name}/copy"
    assert seen["RepoTags"] == ["1.0"]
    skopeo("delete", "--tls-verify=false", copy)
    assert registries.keepers(f"{alice.name}/copy", seen["Digest"]) == set()
    assert registries.keepers(f"{alice.name}/app", seen["Digest"]) == {"east"}


def test_skopeo_copies_between_registries(
    alice: Person, skopeo: Program, setup: Setup, registries: Registries
) -> None:
    login(skopeo, alice)
    setup.place(f"{alice.name}/far", on="west")
    source, copy = (f"docker://{alice.push_image('app')}", f"docker://{alice.reference('far')}")
    skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", source, copy)
    assert registries.keepers(f"{alice.name}/far", "1.0") == {"west"}


def test_skopeo_shows_why_a_stranger_sees_nothing(
    alice: Person, bob: Person, skopeo: Program
) -> None:
    login(skopeo, bob)
    reference = alice.push_image("app")
    printed = skopeo.fails("inspect", "--tls-verify=false", f"docker://{reference}")
    assert f"'{bob.name}' may not see it" in printed


@pytest.mark.shows("podman", "log-in", "push", "pull")
def test_podman_pushes_and_pulls(alice: Person, podman: Program) -> None:
    assert "Login Succeeded" in login(podman, alice)
    reference, copy = alice.push_image("app"), alice.reference("copy")
    podman("pull", "--tls-verify=false", reference)
    podman("tag", reference, copy)
    podman("push", "--tls-verify=false", copy)
    podman("rmi", "--all", "--force")
    podman("pull", "--tls-verify=false", copy)
    assert copy in podman("images", "--format", "{{.Repository}}:{{.Tag}}")


def test_podman_says_that_a_password_is_wrong(alice: Person, podman: Program) -> None:
    """In its own words: it shows ours nowhere in a login."""
    printed = podman.fails(
        *("login", "--tls-verify=false", "-u", alice.name, "-p", "not this one", alice.host)
    )
    assert "invalid username/password" in printed


@pytest.mark.shows("buildah", "log-in", "push", "pull")
def test_buildah_pushes_what_it_built_and_pulls_it(alice: Person, buildah: Program) -> None:
    assert "Login Succeeded" in login(buildah, alice)
    built = alice.reference("built")
    container = buildah("from", "scratch").strip()
    buildah("config", "--label", "of=a test", container)
    buildah("commit", container, built)
    buildah("push", "--tls-verify=false", built)
    buildah("rmi", "--all", "--force")
    assert buildah("from", "--tls-verify=false", built).strip()
