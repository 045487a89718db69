"""Lists of tags: every order, page by page, and searched."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from index.models import Repository, Tag
from index.tag_list import TagOrder, TagPage, found_tags, tag_page
from index.tag_versions import version_key
from tests.conftest import World
from tests.contents import make_image, point

NAMES = ["latest", "v1.9", "v1.10", "1.2.0-rc1", "1.2.0", "1.2.0-alpine", "nightly-2", "nightly-10"]


@pytest.fixture
def tags(world: World) -> Repository:
    """Tags of alice/pub: some pushed at one moment, pulled alike, or as large as each other."""
    now = timezone.now()
    for number, name in enumerate(NAMES):
        image = make_image(world.public, layers=(name,), size=number // 2)
        at = now - timedelta(minutes=number // 3)
        point(world.public, name, image, pushed_at=at, pull_count=number // 4)
    return world.public


def names(page: TagPage) -> list[str]:
    return [tag.name for tag in page.tags]


def walk(repository: Repository, order: TagOrder, size: int) -> list[TagPage]:
    """Read all pages, each from where the one before ended."""
    pages = [tag_page(found_tags(repository, ""), order=order, size=size)]
    while after := pages[-1].after:
        pages.append(tag_page(found_tags(repository, ""), order=order, after=after, size=size))
    return pages


@pytest.mark.parametrize("order", TagOrder)
def test_the_pages_together_are_the_whole_list_in_its_order(
    tags: Repository, order: TagOrder
) -> None:
    whole = names(tag_page(found_tags(tags, ""), order=order))
    assert sorted(whole) == sorted(NAMES)
    assert [name for page in walk(tags, order, 3) for name in names(page)] == whole


@pytest.mark.parametrize("order", TagOrder)
def test_one_comes_back_the_way_one_came(tags: Repository, order: TagOrder) -> None:
    pages = walk(tags, order, 3)
    assert pages[0].before == ""
    for earlier, later in pairwise(pages):
        back = tag_page(found_tags(tags, ""), order=order, before=later.before, size=3)
        assert names(back) == names(earlier)
        assert (back.after, bool(back.before)) == (earlier.after, earlier is not pages[0])


def test_versions_are_in_the_order_of_versions(tags: Repository) -> None:
    found = names(tag_page(found_tags(tags, ""), order=TagOrder.VERSION))
    assert found == [
        "nightly-10", "nightly-2", "latest", "v1.10", "v1.9", "1.2.0-alpine", "1.2.0", "1.2.0-rc1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.9", "1.10"), ("v9", "10"), ("1.0", "1.0.1"), ("1.0-rc1", "1.0"), ("1.0-rc9", "1.0-rc10"),
        ("1.0-alpha", "1.0-beta"), ("1.0", "1.0-alpine"), ("20250101", "20260101"), ("9" * 20, "1" + "0" * 20),
        ("007", "8"),
    ],
)  # fmt: skip
def test_one_version_is_lower_than_another(lower: str, higher: str) -> None:
    assert version_key(lower) < version_key(higher)


def test_every_way_to_make_a_tag_notes_its_version(world: World) -> None:
    image = make_image(world.public)
    row = Tag(repository=world.public, name="v2.0", manifest=image, pushed_at=timezone.now())
    Tag.objects.bulk_create([row])
    assert bytes(Tag.objects.get(name="v2.0").version_key) == version_key("v2.0")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("1.2", {"1.2.0", "1.2.0-rc1", "1.2.0-alpine"}),
        ("V1.", {"v1.9", "v1.10"}),
        ("v1.*", {"v1.9", "v1.10"}),
        ("2.0*", set()),
        ("*", set(NAMES)),
        ("%", set()),
        ("_", set()),
        ("a\0b", set()),
        ("", set(NAMES)),
    ],
)
def test_a_search_finds_parts_and_beginnings(
    tags: Repository, search: str, found: set[str]
) -> None:
    page = tag_page(found_tags(tags, search))
    assert (set(names(page)), page.count) == (found, len(found))


def test_a_digest_finds_the_tags_that_point_to_it(tags: Repository) -> None:
    digest = tags.tags.get(name="latest").manifest.digest
    assert names(tag_page(found_tags(tags, digest[:20]))) == ["latest"]
    assert names(tag_page(found_tags(tags, digest))) == ["latest"]


@pytest.mark.parametrize(
    "place",
    [
        "x",
        ",",
        "1",
        "1,",
        "-1,latest",
        "99999999999999999999,latest",
        "9999999999999999,a b",
        "\0,a",
    ],
)
def test_a_place_that_makes_no_sense_is_the_beginning(tags: Repository, place: str) -> None:
    page = tag_page(found_tags(tags, ""), after=place)
    assert len(page.tags) == len(NAMES)


def test_a_place_holds_though_its_tag_is_gone(tags: Repository) -> None:
    first, second, *_ = walk(tags, TagOrder.NAME, 3)
    Tag.objects.filter(name=first.tags[-1].name).delete()
    assert names(
        tag_page(found_tags(tags, ""), order=TagOrder.NAME, after=first.after, size=3)
    ) == names(second)
