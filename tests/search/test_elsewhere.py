"""What other indexes answer to the same words, and what they cannot do to us by it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from pytest_django.live_server_helper import LiveServer

from accounts.models import Visibility
from accounts.ratelimits import OTHER_INDEXES
from config.env import env_indexes
from search import elsewhere as module
from search.asked import Filters, SearchQuery, Term
from search.elsewhere import Elsewhere, Row, elsewhere
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_repository
from tests.search.index_elsewhere import OtherIndex, running_index


@pytest.fixture
def other() -> Iterator[OtherIndex]:
    """One index."""
    cache.clear()
    with running_index() as index:
        yield index


@pytest.fixture
def hub(other: OtherIndex, settings: Any) -> OtherIndex:
    """The one that the setting names."""
    settings.OTHER_INDEXES = {"Hub": other.url}
    return other


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less long: what is waited for never comes."""
    monkeypatch.setattr(module, "_WITHIN", 0.3)


def words(*typed: str, **more: Any) -> SearchQuery:
    """Return a query of plain words."""
    return SearchQuery(" ".join(typed), tuple(Term((word,)) for word in typed), **more)


def rows(query: SearchQuery | None = None) -> list[Row]:
    """Return what the only index answered."""
    (found,) = elsewhere(query or words("web"))
    assert found.problem == ""
    return found.rows


def problem() -> str:
    """Return what is said of the only index, which gave nothing."""
    (found,) = elsewhere(words("web"))
    assert found.rows == []
    return found.problem


# --- what is asked --------------------------------------------------------------------------------


def test_another_waybill_answers_what_is_public_there(
    live_server: LiveServer, world: World, settings: Any
) -> None:
    cache.clear()
    make_repository(
        "alice/webshop", visibility=Visibility.PUBLIC, description="Sells bread", star_count=7
    )
    make_repository("alice/webhidden")
    apply_changes()
    settings.OTHER_INDEXES = {"Other": live_server.url}
    found = elsewhere(words("webshop"))
    row = Row("alice/webshop", "Sells bread", 7, is_official=False)
    assert found == [Elsewhere("Other", live_server.url, [row])]
    assert rows(words("webhidden")) == []


def test_nobody_is_asked_where_the_operator_names_nobody(other: OtherIndex) -> None:
    assert elsewhere(words("web")) == []
    assert other.asked == []


def test_it_gets_the_words_and_no_credential(hub: OtherIndex) -> None:
    elsewhere(words("web", "server", filters=Filters(owners=("acme",), flags=("official",))))
    ((path, headers),) = hub.asked
    assert urlsplit(path).path == "/v1/search"
    assert parse_qs(urlsplit(path).query) == {"q": ["web server"], "n": ["10"]}
    assert not {"authorization", "cookie", "referer", "x-forwarded-for"} & set(headers)


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (SearchQuery("", (Term(("redis", "exporter")),), name="acme/redis_exporter"), "acme/redis_exporter"),
        (SearchQuery("", (Term(("redis", "exporter")), Term(("redis",)))), "redis exporter"),
        (SearchQuery("", (Term(("a",)),), phrases=(("b", "c"),), without=(("d",),)), "a b c"),
        (SearchQuery("", (Term(("a" * 99,)), Term(("b",)))), "a" * 99),
    ],
)  # fmt: skip
def test_a_name_is_sent_as_a_name_and_all_else_as_words(query: SearchQuery, sent: str) -> None:
    assert module.words_of(query) == sent


@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(),
        SearchQuery("", filters=Filters(flags=("official",))),
        SearchQuery("", without=(("web",),)),
        words("secret-plans", filters=Filters(flags=("private",))),
        words("secret-plans", filters=Filters(flags=("internal",))),
    ],
)
def test_what_cannot_be_there_is_not_asked(hub: OtherIndex, query: SearchQuery) -> None:
    assert elsewhere(query) == []
    assert hub.asked == []


def test_the_same_words_are_asked_once_a_minute(hub: OtherIndex) -> None:
    hub.knows({"name": "web"})
    first = rows()
    assert rows() == first != []
    assert len(hub.asked) == 1
    rows(words("other"))
    assert len(hub.asked) == 2


def test_all_are_asked_at_once_and_shown_in_the_order_of_the_setting(
    hub: OtherIndex, settings: Any, impatient: None
) -> None:
    """Two that hang hold up nobody longer than one does."""
    hub.hangs = True
    with running_index() as good:
        good.knows({"name": "web"})
        settings.OTHER_INDEXES = {"One": hub.url, "Two": f"{hub.url}", "Three": good.url}
        found = elsewhere(words("web"))
    assert [(one.title, one.problem, len(one.rows)) for one in found] == [
        ("One", "One did not answer.", 0),
        ("Two", "Two did not answer.", 0),
        ("Three", "", 1),
    ]


def test_there_is_an_end_to_how_often_others_are_asked(
    hub: OtherIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OTHER_INDEXES", replace(OTHER_INDEXES, events=2))
    hub.knows({"name": "web"})
    for number in range(2):
        rows(words(f"web{number}"))
    assert problem() == "Hub was not asked: too many searches in the last minute."
    assert len(hub.asked) == 2


# --- what is answered -----------------------------------------------------------------------------


def test_at_most_ten_rows_are_shown_each_once_in_their_order(hub: OtherIndex) -> None:
    hub.knows(*({"name": f"web{number}"} for number in (9, 1, 9, *range(20))))
    assert [row.name for row in rows()][:4] == ["web9", "web1", "web0", "web2"]
    assert len(rows()) == 10


@pytest.mark.parametrize(
    "name",
    [
        None, 7, "", "Web", "a b", "a\nb", "a/", "/a", "a//b", "../a", "a\u202eb", "<b>", "w" * 256,
        "javascript:alert(1)", "\uff57eb", "Cannot search", ["web"],
    ],
)  # fmt: skip
def test_a_row_that_names_no_image_is_left_out(hub: OtherIndex, name: Any) -> None:
    hub.knows({"name": name}, {"name": "bitnami/web_server-1.2"}, "text", None, [])
    assert [row.name for row in rows()] == ["bitnami/web_server-1.2"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Two\r\n\tlines", "Two lines"),
        ("x" * 500, "x" * 200 + "…"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\x1b[31mb", "a<U+001B>[31mb"),
        (None, ""),
        (["x"], ""),
        (7, ""),
    ],
)
def test_a_description_is_one_short_line_of_what_can_be_seen(
    hub: OtherIndex, sent: Any, shown: str
) -> None:
    hub.knows({"name": "web", "description": sent})
    assert rows()[0].description == shown


@pytest.mark.parametrize(
    ("stars", "shown"),
    [(3, 3), (-1, 0), ("3", 0), (True, 0), (1.5, 0), (None, 0), (10**30, 10**9)],
)
def test_stars_are_a_number(hub: OtherIndex, stars: Any, shown: int) -> None:
    hub.knows({"name": "web", "star_count": stars})
    assert rows()[0].stars == shown


@pytest.mark.parametrize(
    ("sent", "shown"), [(True, True), (False, False), ("yes", False), (1, False)]
)
def test_official_is_what_is_true(hub: OtherIndex, sent: Any, shown: Any) -> None:
    hub.knows({"name": "web", "is_official": sent})
    assert rows()[0].is_official is shown


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b'{"results": {}}', b'{"results": null}', b"{}", b"\xff\xfe", b"[" * 100_000,
        b'{"results": [' + b"9" * 5_000 + b"]}",
        b'{"results": [{"name": "web"}]}' + b" " * 256 * 1024,
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_sentence(hub: OtherIndex, body: bytes) -> None:
    hub.body = body
    assert problem() == "Hub did not answer."


@pytest.mark.parametrize("status", [204, 301, 302, 307, 401, 404, 429, 500])
def test_a_redirect_or_refusal_is_followed_nowhere(hub: OtherIndex, status: int) -> None:
    with running_index() as inside:
        inside.knows({"name": "inside"})
        hub.status, hub.location = status, f"{inside.url}/v1/search?q=web"
        assert problem() == "Hub did not answer."
        assert inside.asked == []


def test_one_that_hangs_ends_in_time(hub: OtherIndex, impatient: None) -> None:
    hub.hangs = True
    assert problem() == "Hub did not answer."


def test_one_that_drips_ends_in_time(hub: OtherIndex, impatient: None) -> None:
    """Each byte comes in time; all of them, a good answer, too late."""
    hub.drips, hub.body = True, b'{"results": [{"name": "web"}]}'
    assert problem() == "Hub did not answer."


def test_one_that_did_not_answer_is_left_alone_for_a_moment(hub: OtherIndex) -> None:
    hub.status = 500
    problem()
    hub.status = 200
    assert problem() == "Hub did not answer."
    assert len(hub.asked) == 1


def test_one_that_is_not_there_is_a_sentence(settings: Any) -> None:
    cache.clear()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.OTHER_INDEXES = {"Hub": f"http://127.0.0.1:{port}"}
    assert problem() == "Hub did not answer."


def test_https_wants_a_good_certificate(hub: OtherIndex, settings: Any) -> None:
    settings.OTHER_INDEXES = {"Hub": hub.url.replace("http:", "https:")}
    assert problem() == "Hub did not answer."
    assert hub.asked == []


def test_plain_http_goes_to_no_address_of_the_internet(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    tried = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: tried.append(where))
    for host in ("140.82.121.4", "[::ffff:140.82.121.4]", "169.254.169.254"):
        settings.OTHER_INDEXES = {"Hub": f"http://{host}"}
        assert problem() == "Hub did not answer."
    assert tried == []


# --- the setting ----------------------------------------------------------------------------------


def test_the_setting_names_indexes_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "X", "Docker Hub=https://index.docker.io, Old (2019) = http://10.0.0.7:5000/"
    )
    assert env_indexes("X") == {
        "Docker Hub": "https://index.docker.io",
        "Old (2019)": "http://10.0.0.7:5000",
    }
    monkeypatch.setenv("X", "")
    assert env_indexes("X") == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://hub.example", "Hub", "Hub=", "=https://hub.example", "Hub=hub.example",
        "Hub=ftp://hub.example", "Hub=https://", "Hub=https://hub.example/path", "Hub=https://hub.example?q=1",
        "Hub=https://hub.example#x", "Hub=https://me:pw@hub.example", "Hub=https://hub.example:99999",
        "Hub=https://hub.example:0", "Hub=https://[::1", "Hub=https://hüb.example", f"{'H' * 41}=https://hub.example",
        "<b>=https://hub.example", "Hub=https://a.example,Hub=https://b.example", "Hub=https://a b.example",
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_read_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match="such as Hub=https"):
        env_indexes("X")
