"""Badges: what they say, and that they say nothing of what is not public (case 24)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from index.models import Manifest, Repository, Tag
from tests.conftest import World
from tests.factories import make_digest

KINDS = ["pulls", "version", "size"]


def tag(repository: Repository, name: str, *, size: int | None = 28_000_000, **more: Any) -> Tag:
    """Make a tag."""
    manifest = Manifest.objects.create(
        repository=repository, digest=make_digest(name), size=size, **more
    )
    return Tag.objects.create(
        repository=repository, name=name, manifest=manifest, pushed_at=timezone.now()
    )


def value(client: Client, address: str) -> str:
    """Return what a badge says."""
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    texts = ET.fromstring(answer.content).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314
    return [text.text or "" for text in texts][1]


def test_pulls_are_shown_in_short(world: World, client: Client) -> None:
    Repository.objects.filter(pk=world.public.pk).update(pull_count=12_345)
    assert value(client, "/badge/alice/pub/pulls.svg") == "12.3k"


def test_an_official_image_has_badges_too(world: World, client: Client) -> None:
    assert value(client, "/badge/base/pulls.svg") == "0"


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        (["latest", "1.9", "1.10", "nightly"], "1.10"),
        (["v2.0-rc1", "v1.4.2", "latest"], "v1.4.2"),
        (["20261121", "latest"], "20261121"),
        (["edge", "main"], "main"),
        ([], "unknown"),
    ],
)
def test_the_version_is_the_highest_release(
    world: World, client: Client, tags: list[str], shown: str
) -> None:
    for name in tags:
        tag(world.public, name)
    assert value(client, "/badge/alice/pub/version.svg") == shown


def test_the_size_is_of_latest_or_of_the_tag_that_is_asked_for(
    world: World, client: Client
) -> None:
    tag(world.public, "latest", size=28_000_000)
    tag(world.public, "big", size=3_000_000_000)
    assert value(client, "/badge/alice/pub/size.svg") == "28 MB"
    assert value(client, "/badge/alice/pub/size.svg?tag=big") == "3 GB"
    assert value(client, "/badge/alice/pub/size.svg?tag=none") == "unknown"
    assert value(client, "/badge/alice/pub/size.svg?tag=%3Cscript%3E") == "unknown"


def test_the_size_of_an_index_is_that_of_its_images(world: World, client: Client) -> None:
    for name, size in (("a", 20_000_000), ("b", 30_000_000)):
        tag(world.public, name, size=size)
    children = [{"digest": make_digest(name)} for name in ("a", "b")]
    tag(world.public, "latest", size=None, children=children)
    assert value(client, "/badge/alice/pub/size.svg") == "20 to 30 MB"
    german = client.get("/badge/alice/pub/size.svg", headers={"Accept-Language": "de"})
    assert "20 to 30 MB" in german.content.decode()  # it is kept for everybody


@pytest.mark.parametrize("kind", KINDS)
def test_private_internal_and_unknown_are_one_badge(
    world: World, client: Client, kind: str
) -> None:
    tag(world.private, "latest")
    Repository.objects.filter(pk=world.app.pk).update(visibility="internal")
    client.force_login(world.alice)  # who asks makes no difference
    answers = [
        client.get(f"/badge/{name}/{kind}.svg")
        for name in ("alice/priv", "acme/app", "alice/nope", "nobody/nothing", "Alice/PRIV")
    ]
    for one in answers:
        del one.headers["X-Request-Id"]  # which says nothing: each request has another
    told = {(one.status_code, one.content, str(sorted(one.headers.items()))) for one in answers}
    assert len(told) == 1
    assert b"unknown" in answers[0].content


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_and_unknown_cost_the_same(
    world: World, client: Client, kind: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        client.get(f"/badge/alice/priv/{kind}.svg")
    with django_assert_num_queries(3):
        client.get(f"/badge/alice/nope/{kind}.svg")


def test_it_may_be_kept_by_anybody_and_is_asked_for_by_its_mark(
    world: World, client: Client
) -> None:
    first = client.get("/badge/alice/pub/pulls.svg")
    assert first["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first
    again = client.get("/badge/alice/pub/pulls.svg", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Repository.objects.filter(pk=world.public.pk).update(pull_count=5)
    other = client.get("/badge/alice/pub/pulls.svg", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_nothing_in_it_is_taken_for_markup(world: World, client: Client) -> None:
    made = tag(world.public, "x")
    Tag.objects.filter(pk=made.pk).update(name='"><script>&')
    body = client.get("/badge/alice/pub/version.svg").content
    assert b"<script" not in body
    assert value(client, "/badge/alice/pub/version.svg") == '"><script>&'


def test_a_long_version_is_cut(world: World, client: Client) -> None:
    tag(world.public, "1." + "0" * 100)
    assert len(value(client, "/badge/alice/pub/version.svg")) == 32


@pytest.mark.parametrize("kind", ["stars", "pulls.svg/x", ""])
def test_there_are_no_other_badges(world: World, client: Client, kind: str) -> None:
    assert client.get(f"/badge/alice/pub/{kind}.svg").status_code == 404


def test_what_to_paste_is_on_the_page_of_a_public_repository(world: World, client: Client) -> None:
    page = client.get("/r/alice/pub/-/statistics").content.decode()
    assert "/badge/alice/pub/pulls.svg)](" in page  # Markdown
    assert "&lt;img src=" in page
    assert "image:http" in page
    client.force_login(world.alice)
    assert "/badge/" not in client.get("/r/alice/priv/-/statistics").content.decode()
