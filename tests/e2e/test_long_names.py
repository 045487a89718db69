"""Names at their limits, in one piece: no page scrolls sideways for them, on a phone or a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.backstage import Backstage
from tests.e2e.browser import DESKTOP, PHONE, Look, Window
from tests.e2e.long_names import DISMISS, MAKE, NAMES, PAGES, USER
from tests.e2e.looks import STICKS_OUT
from tests.e2e.people import PASSWORD
from tests.e2e.stack import Stack

_LONG = re.compile(r"(.)\1{5,}")  # one letter says as much


@pytest.fixture(scope="module")
def window(backstage: Backstage, stack: Stack, browser: Browser) -> Iterator[Window]:
    """Of an administrator with the longest name there is, who has things with such names."""
    backstage.run(MAKE, names=NAMES, password=PASSWORD)
    window = Window(browser, stack.origin, Look(width=PHONE))
    main = window.open("/accounts/login/").get_by_role("main")
    main.locator("input[name=login]").fill(USER)
    main.locator("input[name=password]").fill(PASSWORD)
    main.get_by_role("button", name="Log in", exact=True).click()
    window.page.get_by_role("heading", name=f"Hello, {USER}").wait_for()
    yield window
    window.close()
    backstage.run(DISMISS, name=USER)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: _LONG.sub(r"\1", path))
def test_a_page_is_no_wider_than_the_window(window: Window, path: str) -> None:
    for width in (PHONE, DESKTOP):
        window.change_look(Look(width=width))
        page = window.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate(STICKS_OUT) == [], width
