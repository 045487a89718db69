"""What a page must have for people who use a keyboard or a screen reader."""

from __future__ import annotations

from playwright.sync_api import Page

_AT_ONCE = 10  # presses, before the page is asked how far it is

# Each yields sentences about what is missing (WCAG 1.3.1, 2.4.1, 2.4.6, 2.5.8, 4.1.2).
STRUCTURE = """() => {
  const faults = [];
  const shown = element => element.checkVisibility({visibilityProperty: true});
  const all = selector => [...document.querySelectorAll(selector)].filter(shown);
  const brief = element => element.outerHTML.slice(0, 140);
  const text = element => (element?.textContent ?? "").trim();
  const name = element =>
    element.getAttribute("aria-label")?.trim() ||
    (element.getAttribute("aria-labelledby") ?? "").split(" ")
      .map(id => text(document.getElementById(id))).join("").trim() ||
    [...(element.labels ?? [])].map(text).join("").trim() ||
    text(element) || element.querySelector?.("img[alt]")?.alt || element.title || "";
  for (const element of all("input:not([type=hidden]), select, textarea, button, a[href], summary"))
    if (!name(element)) faults.push(`has no name: ${brief(element)}`);
  for (const element of all("img:not([alt])")) faults.push(`has no alt: ${brief(element)}`);
  for (const element of all("th:not([scope])")) faults.push(`has no scope: ${brief(element)}`);
  for (const element of all("table"))
    if (!element.caption && !name2(element)) faults.push(`a table without a name: ${brief(element)}`);
  function name2(element) {
    return element.getAttribute("aria-label") || element.getAttribute("aria-labelledby");
  }
  for (const role of ["main", "header.site-header", "footer"])
    if (document.querySelectorAll(role).length !== 1) faults.push(`not one ${role}`);
  const navs = all("nav");
  for (const element of navs)
    if (!name2(element)) faults.push(`a nav without a name: ${brief(element)}`);
  const labels = navs.map(element => element.getAttribute("aria-label")).filter(Boolean);
  if (new Set(labels).size !== labels.length) faults.push(`two navs are called alike: ${labels}`);
  let level = 0;
  for (const element of all("main h1, main h2, main h3, main h4")) {
    const here = Number(element.tagName[1]);
    if (here > level + 1) faults.push(`skips a level: ${brief(element)}`);
    level = here;
  }
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    faults.push(`an id twice: ${id}`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const attribute of ["aria-describedby", "aria-labelledby"])
      for (const id of (element.getAttribute(attribute) ?? "").split(" ").filter(Boolean))
        if (!document.getElementById(id)) faults.push(`${attribute} leads nowhere: ${brief(element)}`);
  for (const element of all("button, input[type=checkbox], input[type=radio], select, summary")) {
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    if (box.width && (box.width < 24 || box.height < 24))
      faults.push(`smaller than 24 px: ${brief(element)}`);
  }
  return faults;
}"""

# What can be reached by Tab alone; each must show that it has the focus. It is all round when
# something is reached for the second time, or where only <main> is asked, when that is left.
WATCH = """isWhole => {
  const main = document.querySelector("main");
  document.activeElement?.blur();
  if (!isWhole) main.focus();
  window.tabbed = {faults: [], isRound: false};
  document.addEventListener("focusin", ({target}) => {
    const isOutside = !isWhole && !main.contains(target);
    if (target.dataset.reached || isOutside) { window.tabbed.isRound = true; return; }
    target.dataset.reached = "yes";
    const style = getComputedStyle(target);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    if (!ring && style.boxShadow === "none") window.tabbed.faults.push(target.outerHTML.slice(0, 120));
  });
}"""
# Once for each that may take the focus, and some for what scrolls and for the browser's own.
PRESSES = """() => 50 +
  document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]").length"""
IS_ROUND = "() => window.tabbed.isRound"
UNFOCUSED = "() => window.tabbed.faults"
UNREACHED = """() => [...document.querySelectorAll(
    "main a[href], main button:not(:disabled), main input:not([type=hidden]):not(:disabled), " +
    "main select, main textarea, main summary")]
  .filter(element => element.checkVisibility({visibilityProperty: true}))
  .filter(element => !element.dataset.reached && element.tabIndex >= 0)
  .filter(element => !(element.type === "radio" && document.querySelector(
    `input[type=radio][name="${element.name}"][data-reached]`)))
  .map(element => element.outerHTML.slice(0, 140))"""


def faults_of(page: Page) -> list[str]:
    """Say what the page lacks; nothing if it is well."""
    found: list[str] = page.evaluate(STRUCTURE)
    return found


def faults_by_keyboard(page: Page, *, is_whole: bool = True) -> list[str]:
    """Go through the page or its <main> by Tab; say what has no focus ring, and what was never reached."""
    page.evaluate(WATCH, is_whole)
    for _ in range(0, page.evaluate(PRESSES), _AT_ONCE):
        for _ in range(_AT_ONCE):  # held down, as one does: half of what so many presses cost
            page.keyboard.down("Tab")
        page.keyboard.up("Tab")
        if page.evaluate(IS_ROUND):
            break
    unfocused: list[str] = page.evaluate(UNFOCUSED)
    unreached: list[str] = page.evaluate(UNREACHED)
    faults = [f"shows no focus: {text}" for text in unfocused]
    return faults + [f"not reached by Tab: {text}" for text in unreached]
