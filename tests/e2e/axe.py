"""axe-core's rules for WCAG 2.2 AA, asked of the page that is open.

Its source is evaluated by the driver of the browser, which no policy of the page governs: a script
element would be refused, and the policy stays as it is.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

from tests.e2e.browser import IS_EVERY_LOOK_ASKED

_LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_IS_THERE = "() => 'axe' in window"
# Half of the time that axe takes; UNREADABLE of tests/e2e/looks.py measures contrasts in each look.
_CONTRAST = {"color-contrast": {"enabled": IS_EVERY_LOOK_ASKED}}
_RUN = """async ([choice, rules]) => {
  // Without a look at style sheets: axe parses them in a style element, which the policy refuses.
  const found = await axe.run(document, {
    runOnly: choice, rules, resultTypes: ["violations"], elementRef: false, preload: false,
  });
  return found.violations.flatMap(({id, help, nodes}) => nodes.map(
    ({html, failureSummary}) => `axe ${id} (${help}): ${html.slice(0, 200)} ${failureSummary}`));
}"""


def findings(page: Page) -> list[str]:
    """Return what breaks a rule, each with the element and what would mend it."""
    if not page.evaluate(_IS_THERE):
        page.evaluate(_source())
    found: list[str] = page.evaluate(_RUN, [{"type": "tag", "values": _LEVELS}, _CONTRAST])
    return found


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()
