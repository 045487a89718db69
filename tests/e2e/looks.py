"""A page in two looks, narrow and dark, wide and light, and by keyboard; loaded once.

Two checks take as long as all else: axe is asked about one half of the pages, in one of the two looks, and Tab goes
through the other half, and on one page for each kind of person through what stands around <main>. `./dev test looks`
asks all of each page, in four looks. WAYBILL_TEST_SCREENSHOTS=FOLDER keeps a picture of each of these.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from zlib import crc32

from tests.e2e import axe
from tests.e2e.accessibility import faults_by_keyboard, faults_of
from tests.e2e.browser import (
    ARE_PICTURES_KEPT,
    DESKTOP,
    IS_EVERY_LOOK_ASKED,
    PHONE,
    Look,
    Window,
    keep_screenshot,
)

ALWAYS = (Look(width=PHONE, scheme="dark"), Look(width=DESKTOP, scheme="light"))
EVERY = (Look(width=PHONE, scheme="light"), Look(width=DESKTOP, scheme="dark"), *ALWAYS)
# Of nobody, of somebody, and of an administrator: around <main> all their pages are alike.
WITH_ALL_AROUND = {"home", "dashboard", "administration"}

# What makes the page scroll sideways, to the right or (where one reads from there) to the left.
STICKS_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  ["scrolls sideways", ...[...document.querySelectorAll("body *")]
    .filter(element => {
      const {left, right} = element.getBoundingClientRect();
      return left < -1 || right > innerWidth + 1;
    })
    .map(element => element.outerHTML.slice(0, 120))]"""
# Visible text with a contrast below 4.5 to what is painted behind it (WCAG 1.4.3).
UNREADABLE = """() => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => [red, green, blue]
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor);
      if ((color[3] ?? 1) === 1) return color;
    }
    return [255, 255, 255];
  };
  const contrast = element => {
    const pair = [channels(getComputedStyle(element).color), behind(element)].map(luminance);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const says = element => [...element.childNodes]
    .some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter(element => says(element) && element.checkVisibility() && !element.matches(":disabled *, :disabled"))
    .filter(element => contrast(element) < 4.5)
    .map(element => `${contrast(element).toFixed(1)} ${element.outerHTML.slice(0, 120)}`);
}"""


def inspect(window: Window, path: str, name: str, status: int = 200) -> None:
    """Open the page, and see that nothing is wrong with it."""
    window.complaints.clear()
    page = window.open(path, status=status)
    assert urlsplit(page.url).path == path.partition("?")[0]  # not where one is sent first
    assert page.title()
    inspect_as_it_is(window, name, *faults_without_scripts(window, path, status))


def faults_without_scripts(window: Window, path: str, status: int) -> list[str]:
    """Open the page as somebody whose browser runs no scripts; say what it lacks then."""
    plain = window.without_scripts()
    page = plain.open(path, status=status)
    faults = [*page.evaluate(STICKS_OUT), *faults_of(page)]
    if page.get_by_role("heading", level=1).count() != 1:
        faults.append("not one heading of the first level")
    return [f"without scripts: {fault}" for fault in [*faults, *plain.complaints]]


def inspect_as_it_is(window: Window, name: str, *found: str) -> None:
    """See that nothing is wrong with the page that is open, nor was found yet; keep its pictures."""
    page, number = window.page, crc32(name.encode())
    faults, is_for_axe = list(found), number % 2 == 0
    for look in EVERY if IS_EVERY_LOOK_ASKED or ARE_PICTURES_KEPT else ALWAYS:
        window.change_look(look)
        keep_screenshot(window, f"{name}-{look}")
        seen = list(page.evaluate(UNREADABLE))
        if look in ALWAYS:  # where things are does not ask for the colours
            seen += [*page.evaluate(STICKS_OUT), *faults_of(page)]
        if IS_EVERY_LOOK_ASKED or (is_for_axe and look == ALWAYS[number // 2 % 2]):
            seen += axe.findings(page)
        faults += [f"{look}: {fault}" for fault in seen]
    if page.get_by_role("heading", level=1).count() != 1:
        faults.append("not one heading of the first level")
    is_whole = IS_EVERY_LOOK_ASKED or name in WITH_ALL_AROUND
    if is_whole or not is_for_axe:
        faults += faults_by_keyboard(page, is_whole=is_whole)
    faults += window.complaints
    assert not faults, "\n".join(faults)
