"""Two factors in a real browser, with a key that the browser plays, and what docker says."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import Look, Window
from tests.e2e.people import Person
from tests.e2e.stack import Stack

_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at_localhost(browser: Browser, stack: Stack) -> Iterator[Window]:
    """A window at http://localhost: browsers give no key to a number."""
    port = urlsplit(stack.origin).port
    window = Window(browser, f"http://localhost:{port}", Look())
    yield window
    window.close()


def plug_in_a_key(page: Page) -> None:
    """Let the browser play a security key with a fingerprint reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def test_a_passkey_is_set_up_and_logs_in_without_password(
    at_localhost: Window, alice: Person
) -> None:
    page = at_localhost.page
    at_localhost.log_in(alice)
    plug_in_a_key(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Log in with it alone").check()
    page.get_by_role("button", name="Use my key").click()
    page.get_by_text("They are shown this once").wait_for()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_role("heading", name=f"Hello, {alice.name}").wait_for()
    assert at_localhost.complaints == []


def test_where_no_key_works_the_page_says_so(window: Window, alice: Person) -> None:
    window.log_in(alice)
    window.page.goto("/accounts/2fa/webauthn/add/")
    window.page.get_by_text("need a page on https").wait_for()
    assert window.page.get_by_role("button", name="Use my key").count() == 0
    assert window.page.get_by_role("main").get_by_role("textbox").count() == 0


def test_with_an_app_the_page_asks_for_a_code_and_docker_for_a_token(
    window: Window, alice: Person
) -> None:
    page = window.page
    window.log_in(alice)
    page.goto("/accounts/2fa/totp/activate/")
    secret = page.locator("#totp-secret").text_content() or ""
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    code = (page.locator("#recovery-codes").text_content() or "").split()[0]
    page.context.clear_cookies()
    window.open("/accounts/login/")
    page.get_by_role("main").locator("input[name=login]").fill(alice.name)
    page.get_by_role("main").locator("input[name=password]").fill(alice.password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Ask me each time").click()
    page.get_by_role("heading", name=f"Hello, {alice.name}").wait_for()
    assert window.complaints == []
    printed = replace(alice).docker.fails(*alice.login_words, stdin=alice.password.encode())
    assert "/settings/tokens" in printed
