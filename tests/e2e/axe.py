"""axe-core's rules for WCAG 2.2 AA, asked of the page that is open.

Its source is evaluated by the driver of the browser, which no policy of the page governs: a script
element would be refused, and the policy stays as it is.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# What another scheme of the same page can break; the rest was asked in the first one.
_OF_COLOURS = ("color-contrast", "link-in-text-block")
_IS_THERE = "() => 'axe' in window"
_RUN = """async choice => {
  // Without a look at style sheets: axe parses them in a style element, which the policy refuses.
  const found = await axe.run(document, {
    runOnly: choice, resultTypes: ["violations"], elementRef: false, preload: false,
  });
  return found.violations.flatMap(({id, help, nodes}) => nodes.map(
    ({html, failureSummary}) => `axe ${id} (${help}): ${html.slice(0, 200)} ${failureSummary}`));
}"""


def findings(page: Page, *, only_colours: bool = False) -> list[str]:
    """Return what breaks a rule, each with the element and what would mend it."""
    if not page.evaluate(_IS_THERE):
        page.evaluate(_source())
    rules: dict[str, Any] = {"type": "tag", "values": _LEVELS}
    if only_colours:
        rules = {"type": "rule", "values": _OF_COLOURS}
    found: list[str] = page.evaluate(_RUN, rules)
    return found


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()
