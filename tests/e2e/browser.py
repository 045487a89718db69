"""A real browser, which keeps whatever it has to complain about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    StorageState,
    sync_playwright,
)

from launcher.packages import is_root
from tests.e2e.people import Person

_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = 1280, 390
_HEIGHT = 900
_TIMEOUT = 10_000
Scheme = Literal["light", "dark"]
_SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """How wide the window is, and what the person prefers."""

    width: int = DESKTOP
    scheme: Scheme = "light"
    javascript: bool = True

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"

    @property
    def name(self) -> str:
        """What tells it from every other look."""
        return f"{self}-{'scripts' if self.javascript else 'plain'}"


USUAL = Look()
# The usual one is the first.
EVERY_LOOK = tuple(
    Look(width, scheme, javascript)
    for width in (DESKTOP, PHONE)
    for scheme in _SCHEMES
    for javascript in (True, False)
)
# Two of them, in which each side is met once.
OPPOSITE = (USUAL, EVERY_LOOK[-1])
IS_EVERY_LOOK_ASKED = "WAYBILL_TEST_EVERY_LOOK" in os.environ  # by `./dev test looks`
ARE_PICTURES_KEPT = "WAYBILL_TEST_SCREENSHOTS" in os.environ


class Window:
    """A window with cookies of its own."""

    def __init__(
        self, browser: Browser, origin: str, look: Look, state: StorageState | None = None
    ) -> None:
        self.browser = browser
        self.origin = origin
        self.look = look
        self.complaints: list[str] = []
        self._plain: Window | None = None
        self._context = browser.new_context(
            base_url=origin,
            viewport={"width": look.width, "height": _HEIGHT},
            color_scheme=look.scheme,
            java_script_enabled=look.javascript,
            storage_state=state,
        )
        self._context.set_default_timeout(_TIMEOUT)
        self._context.on("console", self._hear)
        self._context.on("response", self._see)
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to an address that is to answer with that status."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == status, (path, response.status)
        if status >= 400:  # the browser itself complains about every such answer
            self.complaints = [text for text in self.complaints if str(status) not in text]
        return self.page

    def log_in(self, person: Person) -> None:
        page = self.open("/accounts/login/")
        main = page.get_by_role("main")
        main.locator("input[name=login]").fill(person.name)
        main.locator("input[name=password]").fill(person.password)
        main.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_role("heading", name=f"Hello, {person.name}").wait_for()
        page.wait_for_load_state()  # the heading is there before the keys of the page are alive

    @property
    def cookies(self) -> StorageState:
        """Who the person is, for other windows of theirs."""
        return self._context.storage_state()

    def again(self, look: Look) -> Window:
        """Open another window of the same person, which remembers nothing but who it is."""
        return Window(self.browser, self.origin, look, self.cookies)

    def without_scripts(self) -> Window:
        """Return the window of the same person, where no script runs.

        There is one for all pages: to open one takes ten times what a page takes.
        """
        look = replace(self.look, javascript=False)
        if self._plain is None:
            self._plain = self.again(look)
        else:
            self._plain.be(self.cookies)
            self._plain.change_look(look)
        return self._plain

    def be(self, cookies: StorageState) -> None:
        """Become whoever these cookies are of, with nothing to complain about yet."""
        kept: Any = cookies.get("cookies")  # playwright keeps to itself what they are called here
        self._context.clear_cookies()
        self._context.add_cookies(kept)
        self.complaints.clear()

    def change_look(self, look: Look) -> None:
        """Make the window so wide, and let the person prefer that scheme; the page stays open.

        Without motion: half-way between two schemes nothing is readable.
        """
        self.look = look
        self.page.set_viewport_size({"width": look.width, "height": _HEIGHT})
        self.page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")

    @property
    def text(self) -> str:
        """What the page says when all of it is there, spaces made single."""
        self.page.wait_for_load_state()
        return " ".join(self.page.get_by_role("main").inner_text().split())

    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()
        self._context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 500 or not response.url.startswith(self.origin):
            self.complaints.append(f"{response.status} {response.url}")


@contextmanager
def running_browser(chromium: str) -> Iterator[Browser]:
    """Start Debian's chromium; root has to do without its sandbox."""
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if is_root() else [])]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Its loop runs in this thread, so Django takes every test beside it for a coroutine; none is.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


def keep_screenshot(window: Window, name: str) -> None:
    """Save the page where WAYBILL_TEST_SCREENSHOTS names a folder."""
    if ARE_PICTURES_KEPT:
        folder = Path(os.environ["WAYBILL_TEST_SCREENSHOTS"])
        window.page.screenshot(path=folder / f"{name}.png", full_page=True)
