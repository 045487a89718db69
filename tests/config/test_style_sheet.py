"""The style sheet: inside the page for who has it not yet, a file for everybody else."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.style_sheet import COOKIE, style_sheet

LINK = '<link rel="stylesheet" href="/static/css/site.css">'
_INSIDE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@pytest.fixture
def browser(db: None) -> Client:
    """A browser, which takes compressed answers and keeps cookies."""
    return Client(headers={"accept-encoding": "gzip, deflate, br"})


def page_of(response: Any) -> str:
    return gzip.decompress(response.content).decode()


def policy_of(response: Any) -> str:
    return str(response.headers["Content-Security-Policy"])


def test_a_first_visit_gets_the_sheet_inside_the_page_and_its_digest_in_the_policy(
    browser: Client,
) -> None:
    response = browser.get("/explore")
    [text] = _INSIDE.findall(page_of(response))
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in policy_of(response)
    assert text == style_sheet().text


def test_a_first_visit_does_not_wait_for_the_file_of_the_pages_that_follow(browser: Client) -> None:
    page = page_of(browser.get("/explore"))
    assert LINK.replace(">", ' media="not all">') in page
    assert LINK not in page


def test_the_pages_that_follow_have_a_link_and_no_digest(browser: Client) -> None:
    browser.get("/explore")
    response = browser.get("/explore")
    page = page_of(response)
    assert LINK in page
    assert "<style" not in page
    assert policy_of(response) == settings.CONTENT_SECURITY_POLICY
    assert COOKIE not in response.cookies


def test_who_has_an_older_sheet_gets_the_new_one_inside(browser: Client) -> None:
    browser.cookies[COOKIE] = "0123456789ab"
    response = browser.get("/explore")
    assert "<style>" in page_of(response)
    assert response.cookies[COOKIE].value == style_sheet().version


def test_who_keeps_no_cookies_gets_it_each_time(browser: Client) -> None:
    for _ in range(2):
        browser.cookies.clear()
        assert "<style>" in page_of(browser.get("/explore"))


def test_who_takes_nothing_compressed_gets_the_link(db: None, client: Client) -> None:
    response = client.get("/explore")
    assert LINK in response.content.decode()
    assert "sha256-" not in policy_of(response)


def test_an_error_page_is_a_first_visit_too(browser: Client) -> None:
    response = browser.get("/u/nobody")
    assert response.status_code == 404
    assert "<style>" in page_of(response)
    assert "sha256-" in policy_of(response)


def test_scripts_cannot_read_which_sheet_it_is(browser: Client) -> None:
    cookie = browser.get("/explore").cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_page_of_the_same_content_has_another_length_each_time(browser: Client) -> None:
    lengths = {len(browser.get("/docs/").content) for _ in range(8)}
    assert len(lengths) > 1


@pytest.mark.parametrize("path", ["/search?q=a", "/u/nobody"])
def test_a_part_of_a_page_allows_nothing_that_it_does_not_hold(browser: Client, path: str) -> None:
    part = {"HX-Request": "true", "HX-Target": "search-results"}
    response = browser.get(path, headers=part)
    assert policy_of(response) == settings.CONTENT_SECURITY_POLICY
    assert COOKIE not in response.cookies


@pytest.mark.parametrize("path", ["/token?service=index.test", "/api/v1/openapi.json"])
def test_what_programs_ask_is_not_compressed(browser: Client, path: str) -> None:
    assert "Content-Encoding" not in browser.get(path).headers
