"""Error pages and the theme."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from config import views
from tests.conftest import World


def test_a_missing_page_says_what_to_do(db: None, client: Client) -> None:
    page = client.get("/u/nobody").content.decode()
    assert "Error: not found" in page
    assert 'action="/search"' in page


def test_errors_that_may_not_touch_the_database_do_not(rf: RequestFactory) -> None:
    assert views.bad_request(rf.get("/"), ValueError()).status_code == 400
    assert b"Something broke" in views.server_error(rf.get("/")).content


def test_too_many_log_ins_are_answered_with_a_page(world: World, client: Client) -> None:
    data = {"login": "alice", "password": "wrong"}
    answers = [client.post("/accounts/login/", data) for _ in range(40)]
    assert answers[-1].status_code == 429
    assert "Error: too many requests" in answers[-1].content.decode()
    cache.clear()


def test_the_theme_is_sent_with_the_page(db: None, client: Client) -> None:
    assert 'data-theme="auto"' in client.get("/").content.decode()
    assert (
        client.post("/theme", {"theme": "dark", "next": "/docs/"}).headers["Location"] == "/docs/"
    )
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/theme", {"theme": "auto"})
    assert 'data-theme="auto"' in client.get("/").content.decode()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_theme_switch_leads_nowhere_else(db: None, client: Client, target: str) -> None:
    response = client.post("/theme", {"theme": "dark", "next": target})
    assert response.headers["Location"] == "/"


def test_a_made_up_theme_is_ignored(db: None, client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/explore", "/docs/", "/r/alice/pub", "/u/alice", "/nope/x"])
def test_pages_have_one_heading_and_nothing_inline(world: World, client: Client, path: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    ours = page.count('<script type="module" src="/static/') + page.count('<script src="/static/')
    assert page.count("<script") == ours
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
