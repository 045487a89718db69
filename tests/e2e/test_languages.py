"""The main pages in German and French, and from right to left: nothing English left, nothing out of place."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.catalogues import read_catalogue
from tests.e2e.browser import DESKTOP, PHONE, Look, Window, keep_screenshot
from tests.e2e.looks import STICKS_OUT
from tests.e2e.people import People
from tests.e2e.stack import Stack

LOCALE = Path(__file__).resolve().parents[2] / "locale"
PAGES = {
    "home": "/",
    "explore": "/explore",
    "search": "/search?q=bread",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "not-found": "/nothing/here",
}
OWN_PAGES = {
    "dashboard": "/",
    "new": "/new",
    "tokens": "/settings/tokens",
    "token-new": "/settings/tokens/new",
    "mails": "/settings/mails",
    "two-factors": "/accounts/2fa/",
    "appearance": "/settings/appearance",
    "sessions": "/settings/sessions",
    "trash": "/trash",
    "explain": "/settings/explain",
}
# What a reader sees or hears; code, and words in another language, are not of the page's.
TEXTS = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest("code, pre, script, style, [lang]:not(html)")) texts.push(node.data);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
  return texts.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
# Of a page from right to left: code and digests read from the left all the same.
CODE_FROM_THE_RIGHT = """() => [...document.querySelectorAll("code, pre, kbd, .mono")]
  .filter(element => getComputedStyle(element).direction !== "ltr")
  .map(element => element.outerHTML.slice(0, 120))"""


def _english(language: str) -> set[str]:
    """Return the sentences and names of two words and more that are something else in the language."""
    entries = read_catalogue(LOCALE / language / "LC_MESSAGES" / "django.po")
    return {one.msgid for one in entries if " " in one.msgid and one.texts.get(0) != one.msgid}


def _choose(window: Window, name: str) -> None:
    window.open("/explore").get_by_role("button", name=name, exact=True).click()


def _look_at(window: Window, pages: dict[str, str], language: str) -> None:
    english = _english(language)
    for name, path in pages.items():
        page = window.open(path, status=404 if name == "not-found" else 200)
        assert page.evaluate("document.documentElement.lang") == language
        left = sorted({text for text in page.evaluate(TEXTS) if text in english})
        assert (name, left, page.evaluate(STICKS_OUT)) == (name, [], [])
        keep_screenshot(window, f"{language}-{name}-{window.look.width}")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize(("language", "name"), [("de", "Deutsch"), ("fr", "Français")])
def test_pages_speak_one_language_and_hold(
    language: str, name: str, width: int, people: People, stack: Stack, browser: Browser
) -> None:
    """Longer words push nothing out of the window."""
    window = Window(browser, stack.origin, Look(width=width))
    try:
        window.log_in(people.make("reader"))
        _choose(window, name)
        _look_at(window, OWN_PAGES, language)
    finally:
        window.close()


@pytest.mark.parametrize(("language", "name"), [("de", "Deutsch"), ("fr", "Français")])
def test_who_is_not_logged_in_chooses_too(
    language: str, name: str, stack: Stack, browser: Browser
) -> None:
    """Without JavaScript: it is a form."""
    window = Window(browser, stack.origin, Look(width=PHONE, javascript=False))
    try:
        _choose(window, name)
        _look_at(window, PAGES, language)
    finally:
        window.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_pages_hold_from_right_to_left(
    width: int, people: People, stack: Stack, browser: Browser
) -> None:
    """No language of the site is read so yet; the layout is ready for one."""
    window = Window(browser, stack.origin, Look(width=width))
    try:
        window.log_in(people.make("reader"))
        for name, path in OWN_PAGES.items():
            page = window.open(path)
            page.evaluate("document.documentElement.dir = 'rtl'")
            faults = [*page.evaluate(STICKS_OUT), *page.evaluate(CODE_FROM_THE_RIGHT)]
            assert (name, faults) == (name, [])
            keep_screenshot(window, f"rtl-{name}-{width}")
    finally:
        window.close()
