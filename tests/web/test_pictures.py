"""Pictures of tags, layers and platforms: what is drawn is what is said in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis.strategies import dictionaries, integers, lists, none, sampled_from

from index.contents.documents import read_json
from index.contents.images import Layer, read_layers
from index.models import BlobLink, Manifest, TagChange, TagChangeKind
from index.registry_spread import MOST as SPREAD_MOST
from index.registry_spread import Held, NamespaceSpread, count_spread, largest
from index.shared_layers import shared_layers
from index.tag_rows import Platform, TagRow
from index.web import layer_picture, spread_picture, tag_size_picture
from index.web.platform_matrix import MOST, RADIUS, matrix
from index.web.tag_size_picture import Moment
from tests.conftest import World
from tests.contents import make_image, make_index, point
from tests.web.drawings import drawings

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
PUB = "/r/alice/pub/-"


def layer(number: int, size: int) -> Layer:
    """Return a layer whose digest is its number."""
    return Layer(number, f"sha256:{number:064x}", size, "", 0)


def share(text: str) -> float:
    """Return a place as a number."""
    assert text.endswith("%")
    return float(text[:-1])


@given(lists(integers(0, 10**10), min_size=2, max_size=150))
@settings(max_examples=80, deadline=None)
def test_layers_fill_the_bar_one_after_the_other(sizes: list[int]) -> None:
    bar = layer_picture.draw([layer(at, size) for at, size in enumerate(sizes)], {})
    if not sum(sizes):
        assert bar is None
        return
    assert bar is not None
    assert bar.total == bar.own == sum(sizes)
    assert len(bar.parts) <= layer_picture.MOST + 1
    assert sum(share(part.width) for part in bar.parts) == pytest.approx(100, abs=0.1)
    for part, following in pairwise(bar.parts):
        assert share(part.x) + share(part.width) == pytest.approx(share(following.x), abs=0.01)


def test_what_others_have_too_is_marked_and_added_up() -> None:
    layers = [layer(1, 300), layer(2, 100)]
    bar = layer_picture.draw(layers, {layers[0].digest: 4})
    assert bar is not None
    assert [part.is_shared for part in bar.parts] == [True, False]
    assert (bar.shared, bar.own) == (300, 100)
    assert [part.label for part in bar.parts] == ["1: 300 B, 75 %", "2: 100 B, 25 %"]


def test_one_layer_alone_is_no_picture() -> None:
    assert layer_picture.draw([layer(1, 300)], {}) is None


def test_layers_of_other_images_of_the_repository_are_found(world: World) -> None:
    one = make_image(world.public, layers=("base", "app"))
    make_image(world.public, layers=("base", "other"))
    make_image(world.public, layers=("base", "third"))
    make_image(world.private, layers=("app", "secret"))
    shared = shared_layers(one)
    assert shared.images == 2
    [base, app] = [shared.having.get(digest, 0) for digest in _digests(one)]
    assert (base, app) == (2, 0)


def test_layers_of_others_are_looked_for_once_in_minutes(
    world: World, django_assert_num_queries: Any
) -> None:
    one = make_image(world.public, layers=("base", "app"))
    make_image(world.public, layers=("base", "other"))
    first = shared_layers(one)
    with django_assert_num_queries(0):
        assert shared_layers(one) == first


def test_the_page_of_an_image_draws_its_layers(world: World, client: Client) -> None:
    one = make_image(world.public, layers=("base", "app"), size=2_000_000)
    make_image(world.public, layers=("base", "other"))
    point(world.public, "1.0", one)
    page = client.get(f"{PUB}/manifests/1.0").content.decode()
    [bar] = drawings(page.partition('class="picture layer-bar"')[2], "100%")
    assert bar.findtext("title")
    assert "2 MB of it in layers that other images have too" in (bar.findtext("desc") or "")
    assert [part.findtext("title") for part in bar.findall("rect")] == [
        "1: 2 MB, 50 %",
        "2: 2 MB, 50 %",
    ]
    assert "also in 1 other image<" in page


@given(
    lists(none() | integers(0, 10**12), min_size=2, max_size=50),
    integers(0, 10**7),
)
@settings(max_examples=80, deadline=None)
def test_a_tag_is_drawn_from_the_oldest_to_now_as_high_as_it_was_large(
    sizes: list[int | None], apart: int
) -> None:
    moments = [
        Moment(BEGIN + timedelta(seconds=apart * at), size, f"sha256:{at:064x}")
        for at, size in enumerate(sizes)
    ]
    now = BEGIN + timedelta(seconds=apart * len(sizes))
    picture = tag_size_picture.draw(reversed(moments), now=now)
    known = [size for size in sizes if size is not None]
    if len(known) < 2:
        assert picture is None
        return
    assert picture is not None
    assert len(picture.steps) == len(known)
    assert (picture.smallest, picture.largest) == (min(known), max(known))
    places = [share(step.x) for step in picture.steps]
    assert places == sorted(places)
    assert all(0 <= share(step.x) <= share(step.x_end) <= 100.001 for step in picture.steps)
    by_size = sorted(zip(known, (step.height for step in picture.steps), strict=True))
    heights = [height for _, height in by_size]
    assert heights == sorted(heights)
    assert all(0 <= height <= picture.height for height in heights)


def test_what_was_taken_off_leaves_a_gap() -> None:
    moments = [Moment(BEGIN + timedelta(days=at), size, "") for at, size in enumerate((9, None, 9))]
    picture = tag_size_picture.draw(moments, now=BEGIN + timedelta(days=3))
    assert picture is not None
    assert [step.y_before for step in picture.steps] == [None, None]


def test_the_history_of_a_tag_draws_the_sizes_of_its_table(world: World, client: Client) -> None:
    for ago, size in ((3, 1_000_000), (2, 5_000_000), (1, 3_000_000)):
        image = make_image(world.public, layers=(f"of {size}",), size=size)
        image.largest = size
        image.save()
        _change(world, image, ago=ago)
    point(world.public, "1.0", world.public.manifests.latest("pk"))
    page = client.get(f"{PUB}/tags/1.0/history").content.decode()
    [picture] = drawings(page.partition('class="panel picture"')[2], "100%")
    assert "From 1 MB to 5 MB, 3 MB at last." in (picture.findtext("desc") or "")
    drawn = [part.findtext("title") or "" for part in picture.findall("g")]
    assert [text.split(": ")[1].split(",")[0] for text in drawn][:3] == ["1 MB", "5 MB", "3 MB"]
    for text in ("1 MB", "5 MB", "3 MB"):
        assert f">{text}</bdi></td>" in page


NAMES = ("linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64")


@given(lists(dictionaries(sampled_from(NAMES), none() | integers(0, 10**10)), max_size=8))
@settings(max_examples=80, deadline=None)
def test_each_image_stands_in_the_column_of_its_platform(found: list[dict[str, Any]]) -> None:
    drawn = matrix([_row(f"v{at}", one) for at, one in enumerate(found)])
    if len({name for one in found for name in one}) < 2:
        assert drawn is None
        return
    assert drawn is not None
    for line, one in zip(drawn.lines, found, strict=True):
        assert {
            name: field.platform.size
            for name, field in zip(drawn.platforms, line.fields, strict=True)
            if field
        } == one
        assert all(2 <= float(field.radius) <= RADIUS for field in line.fields if field)


def test_more_platforms_than_columns_are_counted() -> None:
    drawn = matrix([_row("v1", {f"linux/cpu{at}": at for at in range(MOST + 3)})])
    assert drawn is not None
    assert (len(drawn.platforms), drawn.hidden) == (MOST, 3)


def test_the_page_of_tags_has_a_matrix_where_platforms_differ(world: World, client: Client) -> None:
    images = [make_image(world.public, layers=(name,), platform=name) for name in NAMES[:2]]
    point(world.public, "1.0", make_index(world.public, images))
    assert "Platforms at a glance" in client.get(f"{PUB}/tags").content.decode()


def _row(name: str, sizes: dict[str, int | None]) -> TagRow:
    platforms = [Platform(platform, "", size) for platform, size in sizes.items()]
    tag: Any = type("Tag", (), {"name": name})()
    return TagRow(tag, platforms)


def _change(world: World, image: Manifest, *, ago: int) -> None:
    at = timezone.now() - timedelta(days=ago)
    TagChange.objects.create(
        repository=world.public, tag="1.0", digest=image.digest, kind=TagChangeKind.PUSHED, at=at
    )


def _digests(manifest: Manifest) -> list[str]:
    document = bytes(manifest.content.document)
    return [one.digest for one in read_layers(read_json(document))]


@given(
    dictionaries(
        sampled_from(("acme", "alice", "tools", "")),
        dictionaries(integers(1, 9), integers(0, 10**13), min_size=1),
        max_size=4,
    )
)
@settings(max_examples=80, deadline=None)
def test_bars_of_namespaces_are_as_wide_as_what_registries_keep(
    found: dict[str, dict[int, int]],
) -> None:
    spreads = [
        NamespaceSpread(name, {pk: Held(1, size) for pk, size in sizes.items()})
        for name, sizes in found.items()
    ]
    bars = spread_picture.draw(spreads, {pk: f"r{pk}" for pk in range(1, 10)})
    most = max((sum(sizes.values()) for sizes in found.values()), default=0)
    for bar, sizes in zip(bars, found.values(), strict=True):
        assert bar.size == sum(sizes.values())
        assert [part.registry for part in bar.parts] == [f"r{pk}" for pk in sorted(sizes)]
        width = sum(share(part.width) for part in bar.parts)
        assert width == pytest.approx(100 * bar.size / most if most else 0, abs=0.01)


def test_a_registry_that_is_gone_since_is_not_drawn() -> None:
    [bar] = spread_picture.draw([NamespaceSpread("acme", {1: Held(1, 5), 2: Held(1, 7)})], {2: "b"})
    assert [part.registry for part in bar.parts] == ["b"]


def test_namespaces_beyond_the_largest_are_added_up() -> None:
    spreads = [NamespaceSpread(f"n{at:02}", {1: Held(1, at)}) for at in range(SPREAD_MOST + 3)]
    listed = largest(spreads)
    assert len(listed) == SPREAD_MOST + 1
    assert listed[-1] == NamespaceSpread("", {1: Held(3, 0 + 1 + 2)})


def test_the_map_says_which_registry_keeps_what_of_a_namespace(
    world: World, client: Client
) -> None:
    make_link = BlobLink.objects.create
    make_link(repository=world.app, digest="sha256:1", size=3_000_000)
    make_link(repository=world.public, digest="sha256:1", size=3_000_000)
    make_link(repository=world.public, digest="sha256:2", size=1_000_000)
    found = {one.namespace: one.held for one in count_spread()}
    assert found["acme"] == {world.app.registry_id: Held(1, 3_000_000)}
    assert found["alice"] == {world.public.registry_id: Held(2, 4_000_000)}
    root = world.root
    client.force_login(root)
    page = client.get("/manage/map").content.decode()
    [drawing] = drawings(page, "map-words")
    assert drawing.findtext("desc")
    assert "<title>east: 4 MB</title>" in page
