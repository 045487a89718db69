"""Each filter: how its value is read, and what is said of one that cannot be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.filters import FILTERS, FLAGS, Filter
from search.query import Filters, Period, QueryRefused, Range, Sort, parse_query

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "search" / "query-language.md"
_DOCKER_CUTS_AT = 44  # and puts an ellipsis


def filters_of(typed: str) -> Filters:
    """What a text asks beside words."""
    return parse_query(typed, now=NOW).filters


def day(year: int, month: int, number: int) -> datetime:
    """The first moment of a day."""
    return datetime(year, month, number, tzinfo=UTC)


def refusal_of(typed: str) -> str:
    """What is said of a text that cannot be searched for."""
    with pytest.raises(QueryRefused) as refused:
        parse_query(typed, now=NOW)
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("is:official", Filters(flags=("official",))),
        ("IS:Official is:verified", Filters(flags=("official", "verified"))),
        ("is:official is:official", Filters(flags=("official",))),
        ("-is:archived", Filters(not_flags=("archived",))),
        ("is:official -is:official", Filters(flags=("official",), not_flags=("official",))),
        ("owner:Acme", Filters(owners=("acme",))),
        ("user:a org:b-c namespace:d", Filters(owners=("a", "b-c", "d"))),
        ("-owner:acme", Filters(not_owners=("acme",))),
        ("topic:database topic:message-queue", Filters(topics=("database", "message-queue"))),
        ('topic:"database"', Filters(topics=("database",))),
        ("-topic:demo", Filters(not_topics=("demo",))),
        ("platform:arm64", Filters(platforms=("arm64",))),
        ("platform:linux/ARM64", Filters(platforms=("linux/arm64",))),
        ("arch:aarch64 os:windows", Filters(platforms=("arm64", "windows"))),
        ("arch:x86_64", Filters(platforms=("amd64",))),
        ("arch:armv7", Filters(platforms=("arm/v7",))),
        ("platform:linux/arm/v7", Filters(platforms=("linux/arm/v7",))),
        ("platform:linux/arm64/v8", Filters(platforms=("linux/arm64",))),
        ("-platform:windows", Filters(not_platforms=("windows",))),
        ("arch:sw_64", Filters(platforms=("sw_64",))),
    ],
)
def test_words_behind_a_key(typed: str, filters: Filters) -> None:
    assert filters_of(typed) == filters


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", Range(10, 10)),
        ("=10", Range(10, 10)),
        (">=10", Range(10, None)),
        (">10", Range(11, None)),
        ("<=10", Range(None, 10)),
        ("<10", Range(None, 9)),
        ("<1", Range(None, 0)),
        ("10..100", Range(10, 100)),
        ("10..10", Range(10, 10)),
        ("10..", Range(10, None)),
        ("*..100", Range(None, 100)),
        (">=1k", Range(1_000, None)),
        (">1.5K", Range(1_501, None)),
        ("1k..2M", Range(1_000, 2_000_000)),
        ("<1b", Range(None, 999_999_999)),
        ("0", Range(0, 0)),
    ],
)
@pytest.mark.parametrize("key", ["stars", "pulls"])
def test_numbers(key: str, value: str, expected: Range) -> None:
    assert getattr(filters_of(f"{key}:{value}"), key) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<30d", Period(NOW - timedelta(days=30), None)),
        ("<=30d", Period(NOW - timedelta(days=30), None)),
        (">1y", Period(None, NOW - timedelta(days=365))),
        (">=1y", Period(None, NOW - timedelta(days=365))),
        ("<12h", Period(NOW - timedelta(hours=12), None)),
        ("<2W", Period(NOW - timedelta(days=14), None)),
        (">6m", Period(None, NOW - timedelta(days=180))),
        ("30d..1y", Period(NOW - timedelta(days=365), NOW - timedelta(days=30))),
        ("..30d", Period(NOW - timedelta(days=30), None)),
        (">=2026-01-31", Period(day(2026, 1, 31), None)),
        (">2026-01-31", Period(day(2026, 2, 1), None)),
        ("<2026-01-31", Period(None, day(2026, 1, 31))),
        ("<=2026-01-31", Period(None, day(2026, 2, 1))),
        ("2026-01-31", Period(day(2026, 1, 31), day(2026, 2, 1))),
        ("2026-01-01..2026-02-01", Period(day(2026, 1, 1), day(2026, 2, 2))),
        ("2026-01-01..", Period(day(2026, 1, 1), None)),
    ],
)
@pytest.mark.parametrize("key", ["updated", "pushed"])
def test_times(key: str, value: str, expected: Period) -> None:
    assert filters_of(f"{key}:{value}").pushed == expected


def test_ends_of_one_key_add_up() -> None:
    assert filters_of("stars:>=10 stars:<100").stars == Range(10, 99)
    both = filters_of("updated:>=2026-01-01 updated:<2026-02-01").pushed
    assert both == Period(day(2026, 1, 1), day(2026, 2, 1))


@pytest.mark.parametrize("order", Sort)
def test_orders(order: Sort) -> None:
    assert parse_query(f"sort:{order.value}").sort is order
    assert parse_query(f"sort:{order.value} Sort:{order.value.upper()}").sort is order


def test_updated_is_also_called_pushed() -> None:
    assert parse_query("sort:pushed").sort is Sort.UPDATED


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        ("stars:", "'stars:' needs a number, like stars:>=10."),
        ("stars:many", "'stars:' needs a number, like stars:>=10."),
        ("stars:1.5", "'stars:' needs a number, like stars:>=10."),
        ("stars:..", "'stars:' needs a number, like stars:>=10."),
        ("stars:-1", "'stars:' needs a number, like stars:>=10."),
        ("stars:٣", "'stars:' needs a number, like stars:>=10."),
        ("stars:9999999999999999999999", "'stars:' needs a number, like stars:>=10."),
        ("pulls:99999999999b", "'pulls:' needs a number, like pulls:>1k."),
        ("stars:> 10", "'stars:' needs a number, like stars:>=10."),
        ("stars:100..10", "Nothing can be in 'stars:100..10'."),
        ("stars:<0", "Nothing can be in 'stars:<0'."),
        ("updated:1y..30d", "Nothing can be in 'updated:1y..30d'."),
        ("owner:", "'owner:' needs a name, like owner:acme."),
        ("owner:a/b", "'owner:' needs a name, like owner:acme."),
        ("owner:..", "'owner:' needs a name, like owner:acme."),
        ("org:", "'owner:' needs a name, like owner:acme."),
        ("topic:", "'topic:' needs a word, like topic:database"),
        ("topic:a_b", "'topic:' needs a word, like topic:database"),
        ('topic:"data base"', "'topic:' needs a word, like topic:database"),
        ("platform:", "'platform:' needs one, like platform:arm64"),
        ("platform:a/b/c/d", "'platform:' needs one, like platform:arm64"),
        ("platform:linux/amr64", "Try platform:linux/arm64"),
        ("updated:", "'updated:' needs a time, like updated:<30d"),
        ("updated:30d", "'updated:' needs a time, like updated:<30d"),
        ("updated:2026-02-30", "'updated:' needs a time, like updated:<30d"),
        ("updated:>9999y", "'updated:' needs a time, like updated:<30d"),
        ("updated:9999-12-31", "'updated:' needs a time, like updated:<30d"),
        ("is:", "'is:' takes official, automated, verified"),
        ("is:offical", "Try is:official"),
        ("is:nice", "'is:' takes official, automated, verified"),
        ("sort:", "'sort:' takes best, stars, pulls, updated"),
        ("sort:star", "Try sort:stars"),
        ("sort:size", "'sort:' takes best, stars, pulls, updated"),
        ("-sort:name", "There is no '-sort:', write sort:name."),
        ("-stars:>10", "There is no '-stars:', write stars:<10."),
        ("-pulls:>10", "There is no '-pulls:', write pulls:<1k."),
        ("-pushed:<1d", "There is no '-updated:', write updated:>1y"),
        ("sort:name sort:stars", "Two 'sort:' contradict each other"),
        ("stars:>10 stars:<5", "The 'stars:' filters contradict each other."),
        ("updated:<1d updated:>1y", "The 'updated:' filters contradict each other"),
        ("star:>=10", "Unknown filter 'star:', try stars:."),
        ("platfrom:arm64", "Unknown filter 'platfrom:', try platform:."),
        ("namespac:acme", "Unknown filter 'namespac:', try owner:."),
        ("topics:", "Unknown filter 'topics:', try topic:."),
        ("author:acme", "Unknown filter 'author:', try owner:."),
        ("is-official:true", "Unknown filter 'is-official:', try is:"),
        ("official:true", "Unknown filter 'official:', try is:official"),
        ("name:redis", "Unknown filter 'name:', try the word alone."),
        ("colour:", "Unknown filter 'colour:'."),
        ("foo:>3", "Unknown filter 'foo:'."),
        ('redis:"7"', "Unknown filter 'redis:'."),
        ("stars>=10", "'stars' needs a colon, like stars:>=10."),
        ("stars=3", "'stars' needs a colon, like stars:>=10."),
        ("arch=arm64", "'arch' needs a colon, like platform:arm64."),
        ("is-official=true", "Unknown filter 'is-official', try is:"),
    ],
)
def test_an_error_says_its_point_where_docker_shows_it(typed: str, point: str) -> None:
    shown = refusal_of(typed)[:_DOCKER_CUTS_AT]
    assert shown.startswith(point[:_DOCKER_CUTS_AT])
    assert refusal_of(f"redis {typed}")[:_DOCKER_CUTS_AT] == shown


def test_an_unknown_filter_is_answered_with_the_known_ones() -> None:
    message = refusal_of("colour:")
    assert [known.key for known in FILTERS if f"{known.key}:" not in message] == []


@pytest.mark.parametrize("known", FILTERS, ids=lambda known: known.key)
@pytest.mark.parametrize("value", ["z" * 150, "z" * 60 + "/amr64", "<" * 90, "\u202e" + "z" * 90])
def test_no_error_repeats_more_than_thirty_characters(known: Filter, value: str) -> None:
    message = refusal_of(f"{known.key}:{value}")
    assert "z" * 31 not in message
    assert "<" * 31 not in message
    assert "\u202e" not in message
    assert refusal_of("zz" * 40 + ":<<").count("z") <= 31


@pytest.mark.parametrize("known", FILTERS, ids=lambda known: known.key)
def test_examples_are_understood(known: Filter) -> None:
    assert parse_query(known.example) != parse_query("")
    assert parse_query(known.instead).text == known.instead
    quoted = re.findall(rf"{known.key}:[^\s,]*[^\s,.]", known.error.partition(" ")[2])
    assert [parse_query(example).text for example in quoted] == quoted


@pytest.mark.parametrize("known", FILTERS, ids=lambda known: known.key)
def test_a_filter_of_several_names_means_the_same(known: Filter) -> None:
    value = known.example.partition(":")[2]
    expected = filters_of(known.example)
    assert [alias for alias in known.aliases if filters_of(f"{alias}:{value}") != expected] == []


@pytest.mark.parametrize("known", FILTERS, ids=lambda known: known.key)
def test_the_document_has_a_row_for_each_filter(known: Filter) -> None:
    names = ", ".join(f"`{name}:`" for name in (known.key, *known.aliases))
    negated = "yes" if not known.instead else f"`{known.instead}`"
    row = f"| {names} | {known.help} | `{known.example}` | {negated} |"
    assert row in DOCUMENT.read_text().splitlines()


def test_the_document_has_no_other_filters() -> None:
    table = DOCUMENT.read_text().partition("## Filters")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+):`", table, re.MULTILINE)
    assert rows == [known.key for known in FILTERS]


def test_every_example_of_the_document_is_understood() -> None:
    examples = DOCUMENT.read_text().partition("## Examples")[2].partition("\n## ")[0]
    typed = re.findall(r"^\| `([^`]+)` \|", examples, re.MULTILINE)
    assert len(typed) >= len(FILTERS)
    assert [parse_query(text).text for text in typed] == typed


def test_every_error_of_the_document_is_said() -> None:
    errors = DOCUMENT.read_text().partition("## Errors")[2]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", errors, re.MULTILINE)
    assert rows
    assert [typed for typed, said in rows if not refusal_of(typed).startswith(said)] == []


def test_flags_are_those_of_the_help() -> None:
    assert [flag for flag in FLAGS if flag not in FILTERS[0].help] == []
