"""What a slow line sees: how soon the largest thing on a page is painted, and how little moves afterwards.

The one place where a test asks for a time: of the browser's own clock, on a line that the browser
slows down by itself, and the middle one of several loads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import pytest
from playwright.sync_api import Browser

from config.style_sheet import COOKIE as STYLE_COOKIE
from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.images import push_index
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack

# What Chromium takes for a typical line of the third generation, and others call "Slow 3G".
SLOW_3G = {
    "offline": False,
    "latency": 400,  # milliseconds, from a request to the first byte of its answer
    "downloadThroughput": 400_000 / 8,  # bytes per second
    "uploadThroughput": 400_000 / 8,
}
LARGEST_PAINT = 1_000.0  # milliseconds, on a first visit as on all that follow
LAYOUT_SHIFT = 0.05
LOADS = 3
PAGES = {
    "home": "/",
    "search": "/search?q=ALICE",
    "repository": "/r/ALICE/several",
    "tags": "/r/ALICE/several/-/tags",
    "tag": "/r/ALICE/several/-/manifests/amd64",
    "settings": "/r/ALICE/several/-/settings",
    "organization": "/o/ALICE-org",
}
_FOUND = """
from accounts.flows.organizations import create_organization
from accounts.models import User
create_organization(organization, owner=User.objects.get(username=name))
"""
WATCH = """() => {
  window.seen = {paint: 0, shift: 0};
  new PerformanceObserver(list => list.getEntries().forEach(
    entry => { window.seen.paint = entry.startTime; }
  )).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(
    entry => { window.seen.shift += entry.hadRecentInput ? 0 : entry.value; }
  )).observe({type: "layout-shift", buffered: true});
}"""
# Two frames after the load everything that it moves has been painted, and told to the observers.
SEEN = """() => new Promise(resolve =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(window.seen)))))"""


@dataclass(frozen=True, slots=True)
class Seen:
    """When the largest thing was painted, in milliseconds, and how much moved."""

    paint: float
    shift: float


@pytest.fixture(scope="module")
def alice(people: People) -> Person:
    """Someone with an image for two platforms, and an organization."""
    alice = people.make("alice")
    alice.login()
    push_index(alice, "several")
    people.backstage.run(_FOUND, name=alice.name, organization=f"{alice.name}-org")
    return alice


@pytest.fixture(scope="module")
def own(alice: Person, stack: Stack, browser: Browser) -> Iterator[Window]:
    """A window of hers, confirmed a moment ago."""
    window = Window(browser, stack.origin, Look())
    window.log_in(alice)
    steps.confirm(window, alice)
    yield window
    window.close()


@pytest.fixture(params=[Look(), Look(width=390)], ids=str)
def slow(request: pytest.FixtureRequest, own: Window) -> Iterator[Window]:
    """A window of hers on a slow line."""
    window = own.again(request.param)
    window.page.add_init_script(f"({WATCH})()")
    session = window.page.context.new_cdp_session(window.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_3G)
    yield window
    window.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_slow_line_sees_the_page_soon_and_nothing_moves(
    name: str, alice: Person, slow: Window
) -> None:
    path = PAGES[name].replace("ALICE", alice.name)
    for visits in (
        [visit(slow, path) for _ in range(LOADS)],
        [look_at(slow, path) for _ in range(LOADS)],
    ):
        assert 0 < median(seen.paint for seen in visits) < LARGEST_PAINT
        assert median(seen.shift for seen in visits) < LAYOUT_SHIFT


def visit(window: Window, path: str) -> Seen:
    """Open the page as somebody whose browser has nothing of the site yet."""
    window.page.context.clear_cookies(name=STYLE_COOKIE)
    session = window.page.context.new_cdp_session(window.page)
    session.send("Network.clearBrowserCache")
    session.detach()
    return look_at(window, path)


def look_at(window: Window, path: str) -> Seen:
    """Open the page, and return what there was to see."""
    window.open(path)
    return Seen(**window.page.evaluate(SEEN))
