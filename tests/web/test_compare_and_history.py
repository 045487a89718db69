"""Pages that compare two images, and that tell and turn back the history of a tag."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from index.models import Manifest, TagChange
from tests.conftest import World
from tests.contents import IMAGE, digest_of, make_image, make_index, point
from tests.registry_stub import RegistryStub, serve

PUB = "/r/alice/pub/-"


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_comparison_of_indexes_is_one_of_images(world: World, client: Client) -> None:
    platforms = ("linux/amd64", "linux/arm64/v8")
    old = [make_image(world.public, layers=("base", "old"), platform=name) for name in platforms]
    new = [make_image(world.public, layers=("base", "new"), platform=name) for name in platforms]
    point(world.public, "1", make_index(world.public, old))
    point(world.public, "2", make_index(world.public, new))
    found = page(client, f"{PUB}/compare?from=1&to=2&platform=linux/arm64/v8")
    assert "1 to 2, linux/arm64/v8" in found.replace("<code>", "").replace("</code>", "")
    assert digest_of(b"new") in found
    assert "the lowest 1 layer is the same" in found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Name two tags"),
        ("from=1&to=nope", "is neither a tag nor a digest"),
        ("from=.&to=%27%22%3E%3Cscript%3E", "is neither a tag nor a digest"),
        ("from=1&to=1", "the very same image"),
        ("from=1&to=unread", "was not read from its registry yet"),
    ],
)
def test_what_cannot_be_compared_says_why(
    world: World, client: Client, query: str, words: str
) -> None:
    point(world.public, "1", make_image(world.public))
    unread = Manifest.objects.create(
        repository=world.public, digest=digest_of(b"unread"), media_type=IMAGE
    )
    point(world.public, "unread", unread)
    assert words in page(client, f"{PUB}/compare?{query}")


def test_history_tells_what_can_be_pointed_back(world: World, client: Client) -> None:
    now, tag = timezone.now(), point(world.public, "1.0", make_image(world.public))
    earlier = make_image(world.public, layers=("earlier",))
    for days, digest in (
        (0, tag.manifest.digest),
        (1, earlier.digest),
        (2, digest_of(b"lost")),
        (3, ""),
    ):
        TagChange.objects.create(
            repository=world.public, tag="1.0", digest=digest, kind="pushed" if digest else "deleted",
            at=now - timedelta(days=days), actor="user:1", actor_name="alice",
        )  # fmt: skip
    assert "Point it back" not in page(client, f"{PUB}/tags/1.0/history")
    client.force_login(world.alice)
    found = page(client, f"{PUB}/tags/1.0/history")
    assert found.count("Point it back") == 1
    assert "no longer in the registry" in found
    assert "it was taken off" in found


def test_robots_are_named_where_the_repository_is_private(world: World, client: Client) -> None:
    for repository in (world.public, world.private):
        TagChange.objects.create(
            repository=repository, tag="1.0", digest=digest_of(b"x"), kind="pushed",
            at=timezone.now(), actor="robot:1", actor_name="alice+ci",
        )  # fmt: skip
    client.force_login(world.alice)
    assert "a robot of alice" in page(client, f"{PUB}/tags/1.0/history")
    assert "alice+ci" in page(client, "/r/alice/priv/-/tags/1.0/history")


def test_a_tag_is_pointed_back_by_a_click(world: World, client: Client) -> None:
    with serve(RegistryStub()) as stub:
        world.east.upstream_url = stub.url
        world.east.save()
        old = stub.push_image("alice/pub", "1.0", layer=b"old")
        new = stub.push_image("alice/pub", "1.0", layer=b"new")
        row = Manifest.objects.create(repository=world.public, digest=new)
        point(world.public, "1.0", row, pushed_at=timezone.now() - timedelta(minutes=1))
        client.force_login(world.bob)
        address = f"{PUB}/tags/1.0/restore"
        refused = client.post(address, {"digest": old}, follow=True)
        assert "may not push" in refused.content.decode()
        assert stub.tags["alice/pub"]["1.0"] == new
        client.force_login(world.alice)
        done = client.post(address, {"digest": old}, follow=True)
        assert "points to" in done.content.decode()
        assert stub.tags["alice/pub"]["1.0"] == old
