"""Tags and manifests over the API: the same as on the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from index.models import Manifest, TagChange
from tests.conftest import World
from tests.contents import digest_of, make_config, make_image, make_index, point
from tests.registry_stub import RegistryStub, serve

PUB = "/api/v1/repositories/alice/pub/-"


def ask(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status
    return response.json()


def test_a_program_walks_all_pages_by_their_links(world: World, client: Client) -> None:
    for number in range(7):
        point(world.public, f"v{number}", make_image(world.public, layers=(str(number),)))
    names, address = [], f"{PUB}/tags?sort=version&page_size=3&q=v"
    while address:
        body = ask(client, address)
        names += [row["name"] for row in body["results"]]
        address = body["next"]
    assert names == [f"v{number}" for number in reversed(range(7))]


def test_the_way_back_is_linked_too(world: World, client: Client) -> None:
    for number in range(3):
        point(world.public, f"v{number}", make_image(world.public, layers=(str(number),)))
    first = client.get(f"{PUB}/tags?sort=name&page_size=2")
    assert 'rel="next"' in first["Link"]
    second = ask(client, first.json()["next"])
    assert ask(client, second["previous"])["results"] == first.json()["results"]


@pytest.mark.parametrize(("size", "shown"), [("1", 1), ("3", 3), ("99999", 3)])
def test_a_page_size_is_bounded(world: World, client: Client, size: str, shown: int) -> None:
    for number in range(3):
        point(world.public, f"v{number}", make_image(world.public, layers=(str(number),)))
    assert len(ask(client, f"{PUB}/tags?page_size={size}")["results"]) == shown


def test_a_tag_is_what_its_page_says(world: World, client: Client) -> None:
    images = [
        make_image(world.public, platform=name, size=size)
        for name, size in (("linux/amd64", 5), ("linux/arm64/v8", 7))
    ]
    index = make_index(world.public, images)
    world.public.immutable_tags = ["v*"]
    world.public.save()
    point(world.public, "v1", index, pushed_by=world.alice, pushed_with="machine:3")
    row = ask(client, f"{PUB}/tags")["results"][0]
    assert (row["digest"], row["size"], row["pushed_by"]) == (index.digest, 7, "alice")
    assert [one["platform"] for one in row["platforms"]] == ["linux/amd64", "linux/arm64/v8"]
    assert (row["immutable_by"], row["pushed_with"]) == ("v*", "")
    client.force_login(world.alice)
    assert (
        ask(client, f"{PUB}/tags")["results"][0]["pushed_with"] == "a machine that stays logged in"
    )


def test_a_manifest_is_what_its_page_says(world: World, client: Client) -> None:
    config = make_config(layers=2, config={"Env": ["A=1"], "Entrypoint": ["/app"]})
    image = make_image(world.public, layers=("base", "app"), config=config)
    point(world.public, "1.0", image)
    body = ask(client, f"{PUB}/manifests/1.0")
    assert body == ask(client, f"{PUB}/manifests/{image.digest}")
    assert [layer["size"] for layer in body["layers"]] == [1_000_000, 1_000_000]
    assert [step["command"] for step in body["history"]] == ["RUN make 1", "RUN make 2"]
    assert body["config"]["env"] == [{"name": "A", "value": "1"}]
    assert (body["tags"], body["kinds"], body["contents"]) == (["1.0"], [], "kept")
    assert digest_of(body["document"].encode()) == image.digest


def test_two_images_are_compared(world: World, client: Client) -> None:
    for name in ("old", "new"):
        point(world.public, name, make_image(world.public, layers=("base", name)))
    body = ask(client, f"{PUB}/compare?from=old&to=new")
    assert [layer["digest"] for layer in body["added"]] == [digest_of(b"new")]
    assert [layer["digest"] for layer in body["removed"]] == [digest_of(b"old")]
    assert body["same_base_layers"] == 1
    assert ask(client, f"{PUB}/compare?from=old&to=nope")["after"]["problem"]


def test_what_became_of_a_tag_comes_in_pages(world: World, client: Client) -> None:
    now = timezone.now()
    for number in range(60):
        TagChange.objects.create(
            repository=world.public, tag="1.0", digest=digest_of(str(number).encode()), kind="pushed",
            at=now - timedelta(minutes=number // 2), actor_name="alice",
        )  # fmt: skip
    first = ask(client, f"{PUB}/tags/1.0/history")
    second = ask(client, first["next"])
    digests = [row["digest"] for row in first["results"] + second["results"]]
    assert (len(digests), len(set(digests)), second["next"]) == (60, 60, None)
    ask(client, f"{PUB}/tags/nope/history", 404)


def test_a_tag_is_pointed_back(world: World, client: Client) -> None:
    with serve(RegistryStub()) as stub:
        world.east.upstream_url = stub.url
        world.east.save()
        old = stub.push_image("alice/pub", "1.0", layer=b"old")
        new = stub.push_image("alice/pub", "1.0", layer=b"new")
        row = Manifest.objects.create(repository=world.public, digest=new)
        point(world.public, "1.0", row, pushed_at=timezone.now() - timedelta(minutes=1))
        client.force_login(world.alice)
        address = f"{PUB}/tags/1.0/restore"
        json_type = "application/json"
        answer = client.post(address, {"digest": old}, content_type=json_type)
        assert (answer.status_code, answer.json()["digest"]) == (200, old)
        assert stub.tags["alice/pub"]["1.0"] == old
        lost = client.post(address, {"digest": digest_of(b"lost")}, content_type=json_type)
        assert lost.status_code == 409
        client.force_login(world.bob)
        refused = client.post(address, {"digest": new}, content_type=json_type)
        assert refused.status_code == 403
        assert stub.tags["alice/pub"]["1.0"] == old
