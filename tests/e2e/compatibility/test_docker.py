"""docker, beyond what other tests of it show."""

from __future__ import annotations

import pytest

from tests.e2e.images import push_index
from tests.e2e.people import Person


@pytest.mark.shows("docker", "again")
def test_docker_sends_no_layer_twice(alice: Person) -> None:
    reference = alice.push_image("app")
    assert "Layer already exists" in alice.docker("push", reference)


@pytest.mark.shows("docker", "mount")
def test_docker_has_a_layer_mounted_from_another_repository(alice: Person) -> None:
    alice.docker("tag", alice.push_image("app"), alice.reference("copy"))
    printed = alice.docker("push", alice.reference("copy"))
    assert f"Mounted from {alice.name}/app" in printed


@pytest.mark.shows("docker", "platforms")
def test_docker_pushes_an_index_and_pulls_one_platform_of_it(alice: Person) -> None:
    reference = push_index(alice, "app")
    alice.docker("pull", "--platform", "linux/arm64", reference)
    assert "arm64" in alice.docker("manifest", "inspect", "--insecure", reference)
