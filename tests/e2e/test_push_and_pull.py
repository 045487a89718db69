"""Push, pull, and who may not."""

from __future__ import annotations

import pytest

from tests.e2e.engine import Docker, layer
from tests.e2e.people import Person
from tests.e2e.setup import Setup
from tests.e2e.wire import Wire, basic
from tests.waiting import eventually


@pytest.mark.shows("docker", "push", "pull")
def test_what_was_pushed_is_pulled_back_by_tag(alice: Person) -> None:
    reference = alice.push_image("app")
    digest = alice.docker.digest_of(reference)
    alice.forget(reference)
    assert digest in alice.docker("pull", reference)


def test_what_was_pushed_is_pulled_back_by_digest(alice: Person) -> None:
    reference = alice.push_image("app")
    digest = alice.docker.digest_of(reference)
    alice.forget(reference)
    assert digest in alice.docker("pull", f"{alice.host}/{alice.name}/app@{digest}")


def test_an_image_of_several_layers_comes_back_whole(alice: Person) -> None:
    reference = alice.push_image("base")
    context = layer(Dockerfile=f"FROM {reference}\nCOPY more.txt /\n", **{"more.txt": "more"})
    built = alice.reference("app")
    alice.docker("build", "--tag", built, "-", stdin=context)
    alice.docker("push", built)
    alice.forget(built)
    alice.docker("pull", built)
    layers = alice.docker("image", "inspect", "--format", "{{len .RootFS.Layers}}", built)
    assert layers.strip() == "2"


def unseen(name: str, person: Person) -> str:
    """Return what docker prints for a name that is not there or not for this person."""
    return (
        f"Error response from daemon: repository {person.host}/{name} not found: name unknown: "
        f"{name} does not exist, or '{person.name}' may not see it. "
        f"Other account? docker login {person.host}. "
        f"Why not: http://{person.host}/settings/explain/{name}\n"
    )


def test_a_pushed_repository_is_private_to_others(alice: Person, bob: Person) -> None:
    reference = alice.push_image("app")
    assert bob.docker.fails("pull", reference) == unseen(f"{alice.name}/app", bob)


def test_a_name_that_does_not_exist_reads_like_a_private_one(alice: Person, bob: Person) -> None:
    reference = alice.reference("nothing")
    assert bob.docker.fails("pull", reference) == unseen(f"{alice.name}/nothing", bob)


def test_without_a_login_private_and_unknown_read_alike(alice: Person, anyone: Docker) -> None:
    private = anyone.fails("pull", alice.push_image("app"))
    unknown = anyone.fails("pull", alice.reference("nothing"))
    assert "pull access denied" in private
    assert "may require 'docker login'" in private
    assert private == unknown.replace("/nothing,", "/app,")


def test_a_tag_that_does_not_exist_is_named(alice: Person) -> None:
    reference = alice.push_image("app")
    missing = alice.reference("app", "9.9")
    assert f"manifest for {missing} not found" in alice.docker.fails("pull", missing)
    alice.docker("pull", reference)


def test_push_into_a_namespace_of_somebody_else_is_denied(alice: Person, bob: Person) -> None:
    reference = alice.make_image("app")
    assert (
        f"denied: '{bob.name}' may not push to {alice.name}/app: ask its owners, "
        f"or push to {bob.host}/{bob.name}/NAME. See http://{bob.host}/docs/errors/#namespace\n"
    ) in bob.docker.fails("push", reference)


def test_a_reader_and_the_owner_are_told_that_pushing_needs_more(
    alice: Person, bob: Person, setup: Setup, wire: Wire
) -> None:
    reference = alice.push_image("app")
    setup.grant(f"{alice.name}/app", bob, "reader")
    bob.docker("pull", reference)
    assert (
        f"denied: '{bob.name}' may pull but not push {alice.name}/app. "
        f"Why, and how to ask for it: http://{bob.host}/settings/explain/{alice.name}/app\n"
    ) in bob.docker.fails("push", reference)

    def is_listed() -> bool:
        page = f"/api/v1/repositories/{alice.name}/app/-/denials"
        rows = wire.ask("GET", page, {"Authorization": basic(alice.name, alice.password)}).json[
            "results"
        ]
        told = {(row["name"], row["code"], *row["asked"], "got", *row["granted"]) for row in rows}
        return (bob.name, "role", "pull", "push", "got", "pull") in told

    eventually(is_listed)


def test_a_writer_may_push(alice: Person, bob: Person, setup: Setup) -> None:
    reference = alice.push_image("app")
    setup.grant(f"{alice.name}/app", bob, "writer")
    bob.docker("push", reference)


def test_only_administrators_push_official_images(alice: Person) -> None:
    reference = alice.make_image("app")
    official = f"{alice.host}/{alice.name}image:1.0"
    alice.docker("tag", reference, official)
    assert (
        "denied: only administrators push official images: "
        f"push to NAMESPACE/{alice.name}image instead. "
        f"See http://{alice.host}/docs/errors/#namespace\n"
    ) in alice.docker.fails("push", official)


def test_anyone_pulls_a_public_image_and_nobody_pushes_without_a_login(
    alice: Person, anyone: Docker, setup: Setup
) -> None:
    reference = alice.push_image("app")
    setup.publish(f"{alice.name}/app")
    alice.forget(reference)
    anyone("pull", reference)
    assert f"docker login {alice.host}" in anyone.fails("push", reference)


def test_an_archived_repository_is_pulled_and_not_pushed(alice: Person, setup: Setup) -> None:
    reference, name = alice.push_image("app"), f"{alice.name}/app"
    setup.change(name, mode="archived")
    alice.make_image("app")
    said = alice.docker.fails("push", reference)
    assert f"denied: {name}: the repository is archived" in said
    assert f"opens it again, in its settings: http://{alice.host}/r/{name}\n" in said
    alice.forget(reference)
    alice.docker("pull", reference)
    setup.change(name, mode="open")
    alice.push_image("app")


def test_an_immutable_tag_is_pushed_once_and_not_deleted(
    alice: Person, setup: Setup, wire: Wire
) -> None:
    reference, name = alice.push_image("app"), f"{alice.name}/app"
    digest = alice.docker.digest_of(reference)
    setup.change(name, immutable_tags=["1.*"])
    refused = f"denied: {name}:1.0 is already there and immutable (1.*): push under a new tag. "
    assert refused in alice.docker.fails("push", reference)
    assert refused in alice.docker.fails("push", alice.make_image("app"))
    delete = wire.bearer(alice, f"repository:{name}:delete")
    answer = wire.ask("DELETE", f"/v2/{name}/manifests/{digest}", delete)
    assert (answer.status, answer.code) == (403, "DENIED")
    assert f"the immutable tag {name}:1.0 needs this manifest" in answer.message
    alice.push_image("app", "latest")
    alice.push_image("app", "latest")
    alice.push_image("app", "1.1")  # and at once again, whoever was told of it by now
    assert f"{name}:1.1 is already there" in alice.docker.fails(
        "push", alice.make_image("app", "1.1")
    )
    alice.forget(reference)
    assert digest in alice.docker("pull", reference)
