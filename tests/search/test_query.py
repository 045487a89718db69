"""What is typed, as a query."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.filters import FILTERS, FLAGS
from search.query import (
    MAXIMUM_LENGTH,
    Filters,
    QueryRefused,
    SearchQuery,
    Sort,
    Term,
    parse_page,
    parse_query,
    parse_size,
    with_filter,
    without_filter,
)
from search.words import words_of

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
KEYS = [name for known in FILTERS for name in (known.key, *known.aliases)]
VALUES = [known.example.partition(":")[2] for known in FILTERS] + ["", "official", "<1k", "name"]
PIECES = st.one_of(
    st.builds(
        "{}{}:{}".format, st.sampled_from(["", "-"]), st.sampled_from(KEYS), st.sampled_from(VALUES)
    ),
    st.builds("{}:{}".format, st.sampled_from(KEYS), st.text(max_size=12)),
    st.sampled_from(
        ["redis", "-demo", '"two words"', '-"x y"', "acme/app:7", "localhost:5000/a", "***"]
    ),
    st.text(max_size=12),
)
TYPED = st.lists(PIECES, max_size=8).map(" ".join) | st.text(max_size=250)


def parsed(typed: str) -> SearchQuery | None:
    """The query, None if it is refused."""
    try:
        return parse_query(typed, now=NOW)
    except QueryRefused:
        return None


def terms(*words: str) -> tuple[Term, ...]:
    """Terms of one word each."""
    return tuple(Term((word,)) for word in words)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", SearchQuery()),
        ("   ", SearchQuery()),
        ("web", SearchQuery("web", terms("web"), name="web")),
        ("  Web   server ", SearchQuery("Web server", terms("web", "server"))),
        ("web Web", SearchQuery("web Web", terms("web"), name="web")),
        ("Café", SearchQuery("Café", terms("cafe"))),
        ("\U0001d468", SearchQuery("\U0001d468", terms("a"))),  # a bold A
        ("redis_exporter", SearchQuery("redis_exporter", (Term(("redis", "exporter")),), name="redis_exporter")),
        ("acme/", SearchQuery("acme/", terms("acme"), name="acme/")),
        ("c & c++", SearchQuery("c & c++", terms("c"), name="c")),
        ('"Exact  words"', SearchQuery('"Exact words"', phrases=(("exact", "words"),))),
        ('a "b c"', SearchQuery('a "b c"', terms("a"), (("b", "c"),))),
        ("“b c”", SearchQuery("“b c”", phrases=(("b", "c"),))),
        ("-demo", SearchQuery("-demo", without=(("demo",),))),
        ("a -Demo_x -demo/x", SearchQuery("a -Demo_x -demo/x", terms("a"), without=(("demo", "x"),), name="a")),
        ('a -"b c"', SearchQuery('a -"b c"', terms("a"), without=(("b", "c"),), name="a")),
        ("-redis:7", SearchQuery("-redis:7", without=(("redis",),))),
        ("sort:name", SearchQuery("sort:name", sort=Sort.NAME)),
        ("a is:official", SearchQuery("a is:official", terms("a"), filters=Filters(("official",)), name="a")),
        ("std::vector", SearchQuery("std::vector", (Term(("std", "vector")),))),
    ],
)  # fmt: skip
def test_a_text_becomes_a_query(typed: str, query: SearchQuery) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("library/ubuntu", "ubuntu"),
        ("Library/Ubuntu:24.04", "ubuntu"),
        ("library/", "library/"),
        ("Acme/Redis-Exporter:1.2", "acme/redis-exporter"),
        ("localhost:5000/acme/app", "acme/app"),
        ("docker.io/library/redis:7", "redis"),
        ("app@sha256:" + "0a" * 32, "app"),
        ("https://index.example/r/acme/app/-/tags", "acme/app"),
        ("redis is:official -demo", "redis"),
        ("redis cache", ""),
        ('redis "cache"', ""),
        ("ré", ""),
    ],
)
def test_one_term_may_be_a_name(typed: str, name: str) -> None:
    query = parse_query(typed)
    assert query.name == name
    assert not name or query.terms == (Term(tuple(words_of(name))),)


def test_a_term_can_be_written_as_one_word() -> None:
    assert parse_query("redis-exporter").terms[0].joined == "redisexporter"


@pytest.mark.parametrize("typed", ["", "sort:name", " "])
def test_nothing_but_an_order_is_empty(typed: str) -> None:
    assert parse_query(typed).is_empty


@pytest.mark.parametrize("typed", ["a", '"a"', "-a", "is:official", "-is:official", "stars:>1"])
def test_whatever_is_asked_is_not_empty(typed: str) -> None:
    assert not parse_query(typed).is_empty


@pytest.mark.parametrize("typed", ["***", "-", '""', "🙂", '-"!"', "- -"])
def test_a_text_of_signs_is_refused(typed: str) -> None:
    with pytest.raises(QueryRefused, match=r"^A search needs a letter or a digit\.$"):
        parse_query(typed)


@pytest.mark.parametrize(
    "typed", ["a b c d e f g h i j k", "a-b-c-d-e-f-g-h-i-j-k", 'a "b c d e f g h" -i -j -k']
)
def test_a_search_has_at_most_ten_words(typed: str) -> None:
    with pytest.raises(QueryRefused, match=r"^A search has at most 10 words\.$"):
        parse_query(typed)
    assert parsed(typed.removesuffix("k").rstrip(" -")) is not None


@given(TYPED)
def test_anything_typed_is_refused_with_a_sentence_or_becomes_a_query(typed: str) -> None:
    try:
        query = parse_query(typed, now=NOW)
    except QueryRefused as refused:
        message = str(refused)
        assert message.endswith(".")
        assert message.isprintable()
        assert len(message) < 300
        return
    parts = [*(term.parts for term in query.terms), *query.phrases, *query.without]
    assert all(parts)
    assert sum(map(len, parts)) <= 10
    assert [list(words) for words in parts] == [words_of(" ".join(words)) for words in parts]


@given(TYPED)
def test_what_is_shown_again_is_the_same_query(typed: str) -> None:
    if query := parsed(typed):
        assert parse_query(query.text, now=NOW) == query
        assert query.text == " ".join(query.text.split())


@given(st.text(st.sampled_from('a1:"-/@.<>= '), min_size=MAXIMUM_LENGTH, max_size=MAXIMUM_LENGTH))
def test_the_longest_texts_are_read_or_refused(typed: str) -> None:
    parsed(typed)


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("redis", "topic", "database", "redis topic:database"),
        ("", "is", "official", "is:official"),
        ('a  "b c"', "owner", "acme", 'a "b c" owner:acme'),
        ("r topic:database", "topic", "Database", "r topic:database"),
        ("r arch:aarch64", "platform", "arm64", "r arch:aarch64"),
        ("r topic:a", "topic", "b", "r topic:a topic:b"),
        ("r -topic:a x", "topic", "a", "r x topic:a"),
        ("r topic:a -topic:a", "topic", "a", "r topic:a"),
        ("r topic:a", "-topic", "a", "r -topic:a"),
        ("r sort:name x", "sort", "stars", "r x sort:stars"),
        ("r sort:name x", "sort", "best", "r x"),
        ("r stars:>1", "stars", ">=100", "r stars:>=100"),
        ("r pushed:<1d", "updated", "<30d", "r updated:<30d"),
    ],
)
def test_a_filter_is_added(text: str, key: str, value: str, expected: str) -> None:
    assert with_filter(text, key, value) == expected


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("redis topic:database", "topic", "database", "redis"),
        ("redis TOPIC:Database x", "topic", "database", "redis x"),
        ('r topic:"database"', "topic", "database", "r"),
        ("r arch:aarch64 os:linux", "platform", "arm64", "r os:linux"),
        ("r topic:a topic:b -topic:c", "topic", "", "r -topic:c"),
        ("r -topic:a topic:a", "-topic", "a", "r topic:a"),
        ("r sort:name", "sort", "", "r"),
        ("r stars:>1", "stars", "", "r"),
        ('a "b  c" -d', "topic", "x", 'a "b c" -d'),
    ],
)
def test_a_filter_is_taken_out(text: str, key: str, value: str, expected: str) -> None:
    assert without_filter(text, key, value) == expected


@pytest.mark.parametrize(
    ("key", "value"), [("topic", "a b"), ("nothing", "x"), ("is", ""), ("topic", ":a")]
)
def test_a_filter_that_cannot_be_read_is_not_added(key: str, value: str) -> None:
    with pytest.raises(QueryRefused):
        with_filter("redis", key, value)


@given(TYPED, st.sampled_from(FLAGS))
def test_a_filter_added_is_asked_and_the_rest_stays(typed: str, flag: str) -> None:
    query = parsed(typed)
    if query is None or len(query.text) > MAXIMUM_LENGTH - 20:
        return
    added = with_filter(typed, "is", flag)
    asked = parse_query(added, now=NOW)
    assert flag in asked.filters.flags
    assert flag not in asked.filters.not_flags
    assert (asked.terms, asked.phrases, asked.without) == (
        query.terms,
        query.phrases,
        query.without,
    )
    taken_out = without_filter(added, "is", flag)
    assert parsed(taken_out) or taken_out.strip('-"*!') == taken_out


@given(st.text())
def test_every_text_is_a_page_and_a_size(sent: str) -> None:
    assert parse_page(sent) >= 1
    assert 1 <= parse_size(sent) <= 100


@pytest.mark.parametrize(
    ("sent", "size"),
    [("", 25), ("abc", 25), ("NaN", 25), ("0", 1), ("-1", 1), ("7", 7), ("100", 100), ("101", 100)],
)
def test_a_size_is_clamped(sent: str, size: int) -> None:
    assert parse_size(sent) == size


@pytest.mark.parametrize("sent", ["9" * 19, "9" * 5_000])
def test_an_absurd_number_is_no_error(sent: str) -> None:
    assert parse_size(sent) in {25, 100}
    assert parse_page(sent) in {1, 1_000_000}
