"""The calculation at sign-up, on a site that demands it: in a browser, without, and what is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Look, Window, keep_screenshot
from tests.e2e.people import PASSWORD
from tests.e2e.stack import Stack, running_stack

NO_SECURE_CONTEXT = "Object.defineProperty(crypto, 'subtle', {value: undefined})"


@pytest.fixture(scope="module")
def careful() -> Iterator[Stack]:
    """A site of its own that lets browsers calculate."""
    with running_stack(WAYBILL_SIGNUP_CAPTCHA="yes") as stack:
        yield stack


def fill_in(window: Window, name: str) -> None:
    """Type what is asked."""
    main = window.open("/accounts/signup/").get_by_role("main")
    main.locator("input[name=username]").fill(name)
    main.locator("input[name=email]").fill(f"{name}@example.com")
    main.locator("input[name=password1]").fill(PASSWORD)


def press(window: Window) -> None:
    """Send the form."""
    window.page.get_by_role("button", name="Create the account").click()


def test_who_is_quicker_than_the_browser_gets_in_all_the_same(
    careful: Stack, browser: Browser
) -> None:
    window = Window(browser, careful.origin, Look())
    fill_in(window, "quickly")
    keep_screenshot(window, "captcha")
    press(window)
    heading = window.page.get_by_role("heading", name="Verify your e-mail address")
    heading.wait_for(timeout=60_000)
    assert window.complaints == []
    window.close()


def test_without_javascript_the_page_says_what_to_do(careful: Stack, browser: Browser) -> None:
    window = Window(browser, careful.origin, Look(javascript=False))
    fill_in(window, "plainly")
    assert "ask an administrator for an invitation" in window.text
    press(window)
    assert "The calculation that keeps machines out was not done" in window.text
    keep_screenshot(window, "captcha-without-javascript")
    window.close()


def test_on_a_page_that_is_not_encrypted_it_says_where_to_go(
    careful: Stack, browser: Browser
) -> None:
    window = Window(browser, careful.origin, Look())
    window.page.add_init_script(NO_SECURE_CONTEXT)
    fill_in(window, "openly")
    assert "Your browser calculates on encrypted pages only" in window.text
    assert f"{careful.origin}/accounts/signup/" in window.text
    window.close()
