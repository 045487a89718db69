"""Which registry keeps what, and layers that several repositories share."""

from __future__ import annotations

import json

from tests.e2e.people import Person
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack


def layers_of(person: Person, reference: str) -> list[str]:
    """Return the layers' digests, as the registry has them."""
    manifest = json.loads(person.docker("manifest", "inspect", "--insecure", reference))
    return [layer["digest"] for layer in manifest["layers"]]


def test_a_push_lands_where_the_first_rule_says(alice: Person, registries: Registries) -> None:
    alice.push_image("app")
    assert registries.folders(f"{alice.name}/app") == {"east"}
    assert registries.keepers(f"{alice.name}/app", "1.0") == {"east"}


def test_a_push_lands_where_a_rule_for_its_namespace_says(
    alice: Person, stack: Stack, registries: Registries
) -> None:
    stack.manage("registries", "place", f"{alice.name}/*", "west")
    alice.push_image("app")
    assert registries.folders(f"{alice.name}/app") == {"west"}
    assert registries.keepers(f"{alice.name}/app", "1.0") == {"west"}


def test_a_repository_stays_where_it_is_when_rules_change(
    alice: Person, setup: Setup, registries: Registries
) -> None:
    alice.push_image("app")
    setup.place(f"{alice.name}/*", on="west")
    alice.push_image("app", "2.0")
    alice.push_image("other")
    assert registries.keepers(f"{alice.name}/app", "2.0") == {"east"}
    assert registries.keepers(f"{alice.name}/other", "1.0") == {"west"}


def test_official_images_have_one_component_and_a_registry_of_their_own(
    root: Person, registries: Registries
) -> None:
    official = f"{root.host}/{root.name}image:1.0"
    root.docker("tag", root.make_image("app"), official)
    root.docker("push", official)
    assert registries.keepers(f"{root.name}image", "1.0") == {"west"}


def test_a_layer_is_mounted_from_another_repository_of_the_same_registry(
    alice: Person, registries: Registries
) -> None:
    reference = alice.push_image("app")
    copy = alice.reference("copy")
    alice.docker("tag", reference, copy)
    assert f"Mounted from {alice.name}/app" in alice.docker("push", copy)
    [layer] = layers_of(alice, copy)
    assert registries.blob_keepers(f"{alice.name}/copy", layer) == {"east"}


def test_a_layer_is_uploaded_when_the_other_repository_is_on_another_registry(
    alice: Person, setup: Setup, registries: Registries
) -> None:
    reference = alice.push_image("app")
    setup.place(f"{alice.name}/far", on="west")
    far = alice.reference("far")
    alice.docker("tag", reference, far)
    assert "Pushed" in alice.docker("push", far)
    [layer] = layers_of(alice, far)
    assert registries.blob_keepers(f"{alice.name}/app", layer) == {"east"}
    assert registries.blob_keepers(f"{alice.name}/far", layer) == {"west"}


def test_a_layer_of_a_private_repository_of_somebody_else_is_not_mounted(
    alice: Person, bob: Person, registries: Registries
) -> None:
    """bob knows the layer, because engine and digests are shared, and gets nothing by knowing it."""
    reference = alice.push_image("app")
    mine = bob.reference("app")
    bob.docker("tag", reference, mine)
    printed = bob.docker("push", mine)
    assert "Mounted" not in printed
    [layer] = layers_of(bob, mine)
    assert registries.blob_keepers(f"{bob.name}/app", layer) == {"east"}
