"""What a person sees come and go: by itself where scripts run, after a reload where none does."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.browser import USUAL, Window, keep_screenshot
from tests.waiting import eventually

_SOON = 30_000  # milliseconds
_PAUSE = 10_000  # the page asks again within that time


def picture(window: Window, name: str) -> None:
    """Keep a picture, named by the look too."""
    keep_screenshot(window, f"{name}-{window.look.name}")


def arrives(window: Window, what: Locator) -> None:
    """See it come."""
    page = window.page
    if not window.look.javascript:
        eventually(lambda: page.reload() and what.is_visible(), within=30)
        return
    page.evaluate("window.isTheSamePage = true")
    if window.look == USUAL:
        expect(what).to_be_visible(timeout=_SOON)
    else:  # the browser's clock was made for winding
        eventually(lambda: wound(window) and what.is_visible(), within=30)
    assert page.evaluate("window.isTheSamePage")


def arrives_without(window: Window, what: Locator) -> None:
    """Load the page again until that is not on it any more."""
    eventually(lambda: window.page.reload() and what.count() == 0, within=30)


def wound(window: Window) -> bool:
    """Let time go by in the browser."""
    window.page.clock.fast_forward(_PAUSE)
    return True
