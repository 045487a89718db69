"""Lists of tags: found, ordered, and read page by page from where the last page ended.

A page begins after (or ends before) a place in the order, not at a number: so the two hundredth page
is read as fast as the first, and what is pushed meanwhile moves nothing out of sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.prepared import prepared
from index.models import Repository, Tag
from index.names import is_tag
from index.tag_versions import version_key

PAGE_SIZE = 25
LARGEST_PAGE = 100
_LONGEST_SEARCH = 140  # a digest, with its algorithm
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TagOrder(StrEnum):
    """How a list may be sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    VERSION = "version"
    NAME = "name"
    SIZE = "size"
    PULLS = "pulls"


def order_of(text: str) -> TagOrder:
    """Return the order of that name; the newest first for what is none."""
    return next((order for order in TagOrder if order == text), TagOrder.NEWEST)


# What each is sorted by; the name comes after it, in the same direction.
_KEYS = {
    TagOrder.NEWEST: "-pushed_at",
    TagOrder.OLDEST: "pushed_at",
    TagOrder.VERSION: "-version_key",
    TagOrder.NAME: "name",
    TagOrder.SIZE: "-size",
    TagOrder.PULLS: "-pull_count",
}


@dataclass(frozen=True, slots=True)
class TagPage:
    """Tags in their order; `before` and `after` are the places of the neighbouring pages, or ""."""

    tags: list[Tag]
    count: int
    before: str
    after: str


def found_tags(repository: Repository, search: str) -> QuerySet[Tag]:
    """Return the tags that have the text in their name; `v1.*` those that begin with it.

    A digest finds the tags that point to it, as far as it is given.
    """
    text = search.strip()[:_LONGEST_SEARCH]
    tags = Tag.objects.filter(repository=repository)
    if not text:
        return tags
    if "\0" in text:
        return tags.none()
    if text[:7] in {"sha256:", "sha512:"}:
        return tags.filter(manifest__digest__startswith=text)
    if text[-1] == "*":
        return tags.filter(name__startswith=text[:-1])
    return tags.filter(name__icontains=text)


def tag_page(
    tags: QuerySet[Tag],
    *,
    order: TagOrder = TagOrder.NEWEST,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    count: int | None = None,
) -> TagPage:
    """Return the page after a place, or before one; the first where there is no such place.

    `count` is how many there are, where that is known already.
    """
    key = _KEYS[order].removeprefix("-")
    start = _read(before or after, key)
    is_backwards = bool(before) and start is not None
    is_falling = ("-" in _KEYS[order]) != is_backwards
    listed = _listed(tags, key, start, is_falling=is_falling, most=size + 1)
    has_more, listed = len(listed) > size, listed[:size]
    if is_backwards:
        listed.reverse()
    places = [_write(key, value, name) for _, name, value in listed]
    has_earlier = has_more if is_backwards else start is not None
    has_later = is_backwards or has_more
    return TagPage(
        tags=whole_tags([pk for pk, *_ in listed]),
        count=tags.count() if count is None else count,
        before=places[0] if places and has_earlier else "",
        after=places[-1] if places and has_later else "",
    )


def whole_tags(numbers: list[int]) -> list[Tag]:
    """Return the tags with all that a row shows, in the order of the numbers."""
    found = {tag.pk: tag for tag in prepared(_whole, numbers=numbers).rows()}
    return [found[number] for number in numbers if number in found]


def _whole(*, numbers: list[int]) -> QuerySet[Tag]:
    related = ("manifest", "pushed_by", "pushed_by_robot__namespace", "built_by")
    return Tag.objects.filter(pk__in=numbers).select_related(*related)


def sorted_tags(tags: QuerySet[Tag], order: TagOrder) -> QuerySet[Tag, dict[str, Any]]:
    """Return number, name and key of the tags in that order."""
    key = _KEYS[order].removeprefix("-")
    sign = "-" if "-" in _KEYS[order] else ""
    ordered = _with_key(tags, key).order_by(*dict.fromkeys((f"{sign}{key}", f"{sign}name")))
    listed: QuerySet[Tag, dict[str, Any]] = ordered.values(*dict.fromkeys(("pk", "name", key)))
    return listed


def _with_key(tags: QuerySet[Tag], key: str) -> QuerySet[Tag]:
    return tags.annotate(size=Coalesce(F("manifest__largest"), 0)) if key == "size" else tags


def _listed(
    tags: QuerySet[Tag], key: str, start: tuple[Any, str] | None, *, is_falling: bool, most: int
) -> list[tuple[int, str, Any]]:
    """Return number, name and key of the tags beyond a place."""
    rows = _with_key(tags, key)
    if start is not None:
        side, (value, name) = "lt" if is_falling else "gt", start
        further = Q(**{f"{key}__{side}": value}) | Q(**{f"name__{side}": name})
        rows = rows.filter(**{f"{key}__{side}e": value}).filter(further)
    sign = "-" if is_falling else ""
    ordered = rows.order_by(*dict.fromkeys((f"{sign}{key}", f"{sign}name")))
    return list(ordered.values_list("pk", "name", key)[:most])


def _read(place: str, key: str) -> tuple[Any, str] | None:
    """Return key and name of a place; None for what is none."""
    text, _, name = place.partition(",")
    if not is_tag(name):
        return None
    if key in {"name", "version_key"}:
        return (name if key == "name" else version_key(name)), name
    value = _moment(text) if key == "pushed_at" else _number(text)
    return None if value is None else (value, name)


def _write(key: str, value: Any, name: str) -> str:
    if key in {"name", "version_key"}:
        return f",{name}"
    return (
        f"{(value - _EPOCH) // timedelta(microseconds=1) if key == 'pushed_at' else value},{name}"
    )


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else None


def _moment(text: str) -> datetime | None:
    number = _number(text)
    try:
        return None if number is None else _EPOCH + timedelta(microseconds=number)
    except OverflowError:
        return None
