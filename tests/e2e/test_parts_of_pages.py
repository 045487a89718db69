"""What changes without loading a page: where the focus stays, what is announced, and what never happens."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import steps
from tests.e2e.browser import Window
from tests.e2e.people import Person
from tests.waiting import eventually

_SOON = 30_000  # milliseconds
_SHOW = """state => {
  Object.defineProperty(document, "hidden", {value: state === "hidden", configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""

_SEND_AGAIN = """() => new Promise(done => {
  window.addEventListener("submit",
    event => done(event.defaultPrevented ? "prevented" : "sent"), {once: true});
  document.querySelector("main form[method=post]").requestSubmit();
})"""

_PRESS_AT_ONCE = """() => {
  const pressed = new Promise(done => {
    window.addEventListener("submit", event => {
      if (!document.getElementById("star").textContent.includes("Starred")) return;
      done(event.defaultPrevented ? "in place" : "a new page");
      event.preventDefault();
    });
  });
  new MutationObserver((_, observer) => {
    observer.disconnect();
    document.getElementById("star-button").click();
  }).observe(document.getElementById("star").parentElement, {childList: true});
  document.getElementById("star-button").click();
  return pressed;
}"""

# By the browser's clock, which is wound: we hear of a request some turns later.
_NOTE_WHEN_IT_ASKS = """() => {
  window.asked = [];
  document.addEventListener("htmx:beforeRequest", () => window.asked.push(Date.now()));
}"""


@pytest.fixture
def at_app(alice: Person, window: Window) -> Page:
    """alice before a repository of hers, with one tag."""
    window.log_in(alice)
    alice.push_image("app")
    path = f"/r/{alice.name}/app"
    eventually(lambda: "1.0" in window.open(path).get_by_role("main").inner_text())
    window.page.evaluate("window.isTheSamePage = true")
    return window.page


def test_a_star_changes_in_place_and_keeps_the_focus(at_app: Page) -> None:
    at_app.get_by_role("button", name="Star 0").press("Enter")
    starred = at_app.get_by_role("button", name=re.compile("^Starred.* 1"))
    expect(starred).to_be_focused()
    starred.press("Enter")
    expect(at_app.get_by_role("button", name="Star 0")).to_be_focused()
    assert at_app.evaluate("window.isTheSamePage")


def test_a_button_that_just_came_is_alive_at_once(at_app: Page) -> None:
    assert at_app.evaluate(_PRESS_AT_ONCE) == "in place"


def test_a_watch_changes_in_place_and_keeps_the_focus(at_app: Page) -> None:
    at_app.get_by_role("button", name=re.compile("^Watch ")).press("Enter")
    expect(at_app.get_by_role("button", name=re.compile("^Watching"))).to_be_focused()
    assert at_app.evaluate("window.isTheSamePage")


def test_what_was_changed_in_place_is_there_after_going_back(at_app: Page) -> None:
    at_app.get_by_role("button", name="Star 0").click()
    expect(at_app.get_by_role("button", name="Starred")).to_be_visible()
    at_app.get_by_role("link", name="Activity").click()
    at_app.go_back()
    expect(at_app.get_by_role("button", name="Starred")).to_be_visible()


def test_whose_session_ended_logs_in_and_is_back_on_the_page(at_app: Page, alice: Person) -> None:
    at_app.context.clear_cookies(name=re.compile("session"))
    at_app.get_by_role("button", name="Star 0").click()
    at_app.wait_for_url("**/accounts/login/**")
    assert at_app.get_by_role("heading", level=1).count() == 1
    main = at_app.get_by_role("main")
    main.locator("input[name=login]").fill(alice.name)
    main.locator("input[name=password]").fill(alice.password)
    main.get_by_role("button", name="Log in", exact=True).click()
    expect(at_app.get_by_role("heading", level=1)).to_have_text(f"{alice.name}/app")


def test_what_goes_wrong_is_told_and_changes_nothing(at_app: Page, window: Window) -> None:
    at_app.route("**/-/star", lambda route: route.fulfill(status=502, body="Bad gateway"))
    at_app.get_by_role("button", name="Star 0").click()
    expect(at_app.locator("#toasts")).to_contain_text("Something went wrong")
    expect(at_app.get_by_role("button", name="Star 0")).to_be_visible()
    assert "Bad gateway" not in window.text
    window.complaints.clear()


def test_without_a_network_one_is_told_so(at_app: Page, window: Window) -> None:
    at_app.route("**/-/star", lambda route: route.abort())
    at_app.get_by_role("button", name="Star 0").click()
    expect(at_app.locator("#toasts")).to_contain_text("Are you online?")
    window.complaints.clear()


def test_a_push_appears_in_the_list_of_tags_by_itself(
    at_app: Page, alice: Person, window: Window
) -> None:
    page = window.open(f"/r/{alice.name}/app/-/tags")
    page.evaluate("window.isTheSamePage = true")
    alice.push_image("app", "2.0")
    expect(page.get_by_role("link", name="2.0", exact=True)).to_be_visible(timeout=_SOON)
    expect(page.locator("#tag-news")).to_have_text(re.compile("Pushed last: 2.0"))
    expect(page.locator("#tag-count")).to_have_text("2")
    assert page.evaluate("window.isTheSamePage")


def test_tags_are_filtered_while_one_types(at_app: Page, alice: Person, window: Window) -> None:
    page = window.open(f"/r/{alice.name}/app/-/tags")
    box = page.get_by_role("searchbox", name="Name")
    box.press_sequentially("9.9")
    expect(page.get_by_text("No tag matches.")).to_be_visible()
    expect(page.locator("#tag-news")).to_have_text("0 tags")
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile(r"/tags\?q=9\.9$"))
    box.fill("")
    expect(page.get_by_role("link", name="1.0", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/tags$"))


def test_nothing_is_asked_while_the_tab_is_hidden(alice: Person, window: Window) -> None:
    window.log_in(alice)
    page = window.page
    page.clock.install()
    window.open("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(_SHOW, "hidden")
    page.clock.run_for(600_000)
    assert [url for url in asked if "/static/" not in url] == []  # the icon comes when it likes
    with page.expect_request("**/?seen=*"):
        page.evaluate(_SHOW, "visible")


def test_while_nothing_happens_it_asks_ever_more_rarely(alice: Person, window: Window) -> None:
    window.log_in(alice)
    page = window.page
    page.clock.install()
    window.open("/")
    page.evaluate(_NOTE_WHEN_IT_ASKS)
    for _ in range(4):
        with page.expect_response("**/?seen=*"):
            run_until_asked(page)
    asked = page.evaluate("window.asked")
    waits = [after - before for before, after in pairwise(asked)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def run_until_asked(page: Page) -> None:
    """Let time pass until the page asks; it may be a little past that when we hear of it."""
    asked: list[str] = []
    page.once("request", lambda request: asked.append(request.url))
    while not asked:
        page.clock.run_for(100)


def test_the_search_page_finds_while_one_types(alice: Person, window: Window) -> None:
    alice.push_image("app")
    window.log_in(alice)
    eventually(lambda: f"{alice.name}/app" in found(window, alice.name))
    page = window.open("/search")
    page.evaluate("window.isTheSamePage = true")
    box = page.locator("#search-box")
    box.press_sequentially(alice.name)
    expect(page.locator("#results").get_by_role("link", name=f"{alice.name}/app")).to_be_visible()
    expect(page.locator("#search-news")).to_have_text("1 repository")
    expect(page).to_have_url(re.compile(rf"/search\?q={alice.name}$"))
    expect(page).to_have_title(re.compile(f"^{alice.name}: search"))
    expect(box).to_be_focused()
    expect(box).to_have_value(alice.name)
    expect(page.get_by_role("listbox")).to_be_visible()  # suggestions and results do not fight
    box.press("Escape")
    expect(page.get_by_role("listbox")).not_to_be_visible()
    assert page.evaluate("window.isTheSamePage")
    box.press_sequentially(" stars:")
    expect(page.locator("#search-problem")).to_be_visible()
    expect(box).to_be_focused()


def found(window: Window, word: str) -> str:
    window.open(f"/search?q={word}")
    return window.text


def test_a_form_is_sent_once(alice: Person, window: Window) -> None:
    window.log_in(alice)
    page = window.open("/new")
    sent: list[str] = []

    def stay(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # as while an answer is on its way: the page stays

    page.route("**/new", stay)
    page.get_by_label("Name", exact=True).fill("once")
    button = page.get_by_role("button", name="Create the repository")
    button.click()
    expect(button).to_be_disabled()
    assert page.evaluate(_SEND_AGAIN) == "prevented"
    assert sent == ["POST"]


def test_who_goes_back_to_a_form_can_send_it_again(alice: Person, window: Window) -> None:
    window.log_in(alice)
    steps.create_repository(window, "once", "")
    page = window.page
    page.go_back()
    expect(page.get_by_role("button", name="Create the repository")).to_be_enabled()


def test_the_browser_asks_before_a_typed_text_is_lost(at_app: Page, alice: Person) -> None:
    at_app.goto(f"/r/{alice.name}/app/-/settings")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(getattr(dialog, "type", ""))
        dialog.dismiss()  # type: ignore[attr-defined]

    at_app.on("dialog", stay)
    at_app.get_by_role("textbox", name=re.compile("README")).press_sequentially("Hello")
    at_app.get_by_role("link", name="Explore").click(no_wait_after=True)
    eventually(lambda: asked == ["beforeunload"])
    assert at_app.url.endswith("/-/settings")


def test_nobody_is_asked_where_nothing_was_typed(at_app: Page, alice: Person) -> None:
    at_app.goto(f"/r/{alice.name}/app/-/settings")
    at_app.on("dialog", lambda dialog: dialog.dismiss())
    at_app.get_by_role("link", name="Explore").first.click()
    expect(at_app).to_have_url(re.compile("/explore$"))
