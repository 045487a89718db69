"""The search page and the boxes that suggest: in every look, by keyboard, by mouse, and without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.e2e.backstage import Backstage
from tests.e2e.browser import PHONE, Look, Window
from tests.e2e.looks import inspect, inspect_as_it_is
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack

BAKERY = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Namespace
from index.models import Registry, Repository
from search.upkeep import apply_changes
namespace, registry = Namespace.objects.get(name=name), Registry.objects.order_by("pk").first()
now = timezone.now()
made = [Repository(namespace=namespace, name=f"{name}/{word}-{number:02}", stored_name=f"{name}/{word}-{number:02}",
        registry=registry, visibility="private" if number == 29 else "public", last_pushed_at=now - timedelta(hours=number ** 3),
        description="Bread <b>& more</b>" if number % 3 else "", topics=["bread", "oven"][: number % 3],
        star_count=number, pull_count=number ** 4, is_automated=number % 4 == 0,
        mode="archived" if number == 17 else "open") for number in range(30)]
made[1].name = made[1].stored_name = f"{name}/{word}-that-goes-on-and-on-and-on/and-further-down-still"
Repository.objects.bulk_create(made)
while apply_changes():
    pass
"""


@dataclass(frozen=True, slots=True)
class Bakery:
    """29 public repositories and a private one of alice, of a word that is nobody else's."""

    alice: Person
    word: str


@pytest.fixture(scope="module")
def bakery(people: People, backstage: Backstage) -> Bakery:
    alice = people.make("alice")
    word = f"{alice.name}bread"
    backstage.run(BAKERY, name=alice.name, word=word)
    return Bakery(alice, word)


@pytest.fixture(scope="module")
def window(stack: Stack, browser: Browser) -> Iterator[Window]:
    """Of someone who is not logged in."""
    window = Window(browser, stack.origin, Look())
    yield window
    window.close()


PAGES = {
    "search-found": "q=WORD",
    "search-narrowed": "q=WORD+topic:bread+-is:archived+stars:>=3+sort:stars",
    "search-corrected": "q=TYPO",
    "search-partial": "q=WORD+zzyzxword",
    "search-none": "q=zzyzxword+is:official+owner:acme",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_every_look(name: str, bakery: Bakery, window: Window) -> None:
    typo = bakery.word[:-2] + bakery.word[-1] + bakery.word[-2]
    query = PAGES[name].replace("WORD", bakery.word).replace("TYPO", typo)
    inspect(window, f"/search?{query}", name)


def test_an_error_is_told_beside_the_box_in_every_look(bakery: Bakery, window: Window) -> None:
    path = f"/search?q={bakery.word}+stars:many"
    box = (
        window.open(path, status=400)
        .get_by_role("main")
        .get_by_role("combobox", name="Search images")
    )
    expect(box).to_be_focused()
    expect(box).to_have_value(f"{bakery.word} stars:many")
    expect(box).to_have_accessible_description(re.compile("needs a number"))
    inspect(window, path, "search-refused", 400)
    window.page.get_by_role("link", name="How to write a search").click()
    expect(window.page.get_by_role("heading", name="Searching")).to_be_in_viewport()


def test_people_find_what_is_private_in_every_look(
    bakery: Bakery, stack: Stack, browser: Browser
) -> None:
    window = Window(browser, stack.origin, Look())
    window.log_in(bakery.alice)
    inspect(window, f"/search?q={bakery.word}-29", "search-private")
    assert "Private" in window.text
    window.close()


def test_the_next_page_and_the_way_back(bakery: Bakery, window: Window) -> None:
    page = window.open(f"/search?q={bakery.word}")
    first = rows(page)
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="Back to the first page")).to_be_visible()
    second = rows(page)
    assert len({*first, *second}) == 29
    page.go_back()
    expect(page.get_by_role("link", name="Next page")).to_be_visible()
    assert rows(page) == first
    page.go_forward()
    page.get_by_role("link", name="Back to the first page").click()
    expect(page.get_by_role("link", name="Next page")).to_be_visible()
    assert rows(page) == first


def test_narrowing_and_widening_by_keyboard_on_a_phone(bakery: Bakery, window: Window) -> None:
    page = window.open(f"/search?q={bakery.word}")
    window.change_look(Look(width=PHONE))
    narrow = page.get_by_role("navigation", name="Narrow the search")
    expect(narrow.get_by_role("link", name="bread")).not_to_be_visible()
    narrow.locator("summary").press("Enter")
    inspect_as_it_is(window, "search-unfolded")
    narrow.get_by_role("link", name="oven").press("Enter")
    expect(page.get_by_role("heading", name="9 repositories")).to_be_visible()
    page.get_by_role("link", name="Remove topic:oven").press("Enter")
    expect(page.get_by_role("heading", name="29 repositories")).to_be_visible()
    window.change_look(Look())


def test_without_javascript_every_box_searches(bakery: Bakery, plain_window: Window) -> None:
    for path, box in (
        ("/", "#home-search"),
        ("/docs/", "#site-search"),
        ("/search", "#search-box"),
    ):
        page = plain_window.open(path)
        page.locator(box).fill(bakery.word)
        page.locator(box).press("Enter")
        expect(page.get_by_role("heading", name="29 repositories")).to_be_visible()
        page.get_by_role("link", name="Stars", exact=True).click()
        expect(page.locator(".sorting [aria-current]")).to_have_text("Stars")


def rows(page: Page) -> list[str]:
    """The names that are found, in order."""
    return page.locator("#results h3 a").all_inner_texts()


def typed(page: Page, text: str, box: str = "#site-search") -> Locator:
    """Type as a person does, until something is suggested for all of it; return the box."""
    field = page.locator(box)
    field.fill("")
    # A key that comes late lets the beginning be asked for: what is chosen then goes with the next answer.
    with page.expect_response(f"**/search/suggestions?q={text}"):
        field.press_sequentially(text)
    shown = page.locator(".suggestion-name b").first
    expect(shown).to_have_text(text, ignore_case=True)
    return field


@pytest.mark.parametrize(
    ("path", "box"), [("/", "#home-search"), ("/docs/", "#site-search"), ("/search", "#search-box")]
)
def test_every_box_suggests_while_one_types(
    path: str, box: str, bakery: Bakery, window: Window
) -> None:
    field = typed(window.open(path), bakery.word[:-2], box)
    expect(window.page.get_by_role("option")).to_have_count(8)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(window.page.get_by_role("status").filter(has_text="8 suggestions.")).to_have_count(1)
    assert window.complaints == []


def test_arrows_choose_and_enter_opens(bakery: Bakery, window: Window) -> None:
    page = window.open("/docs/")
    field = typed(page, bakery.word)
    options = page.get_by_role("option")
    field.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "site-search-suggestions-0")
    field.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    expect(field).to_have_attribute("aria-activedescendant", "site-search-suggestions-1")
    field.press("Home")
    expect(field).not_to_have_attribute("aria-activedescendant", "site-search-suggestions-1")
    field.press("ArrowUp")
    expect(options.nth(7)).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)  # back in the box
    field.press("ArrowDown")
    name = options.nth(0).locator(".suggestion-name").inner_text()
    field.press("Enter")
    page.wait_for_url(f"**/r/{name}")


def test_escape_closes_and_keeps_what_was_typed(bakery: Bakery, window: Window) -> None:
    page = window.open("/docs/")
    field = typed(page, bakery.word)
    field.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value(bakery.word)
    field.press("ArrowDown")  # asks again
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)


def test_enter_searches_where_nothing_is_chosen(bakery: Bakery, window: Window) -> None:
    typed(window.open("/docs/"), bakery.word).press("Enter")
    expect(window.page.get_by_role("heading", name="29 repositories")).to_be_visible()


def test_a_slash_goes_to_the_box_of_the_page(window: Window) -> None:
    page = window.open("/search")
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    expect(page.locator("#site-search")).to_have_count(0)  # one box is enough


def test_a_suggestion_can_be_clicked(bakery: Bakery, window: Window) -> None:
    page = window.open("/docs/")
    typed(page, bakery.word)
    option = page.get_by_role("option").nth(3)
    name = option.locator(".suggestion-name").inner_text()
    option.click()
    page.wait_for_url(f"**/r/{name}")


def test_an_answer_to_what_was_typed_before_is_thrown_away(
    bakery: Bakery, stack: Stack, browser: Browser
) -> None:
    window = Window(browser, stack.origin, Look())
    page = window.page
    page.route("**/search/suggestions?q=slow", lambda _route: None)  # never answered
    window.open("/docs/")
    field = page.locator("#site-search")
    with page.expect_request("**/search/suggestions?q=slow"):
        field.press_sequentially("slow")
    with page.expect_event("requestfailed", is_slow):
        typed(page, bakery.word)
    expect(page.get_by_role("option")).to_have_count(8)
    window.close()


def is_slow(request: Request) -> bool:
    return request.url.endswith("?q=slow")


def test_what_is_suggested_is_text(stack: Stack, browser: Browser) -> None:
    evil = {"name": "<img src=x onerror=alert(1)>", "address": "/docs/", "marks": []}
    window = Window(browser, stack.origin, Look())
    page = window.page
    body = json.dumps({"suggestions": [evil]})
    page.route("**/search/suggestions?*", lambda route: route.fulfill(body=body))
    window.open("/docs/")
    typed(page, "img")
    expect(page.get_by_role("option")).to_have_text(evil["name"])
    assert page.locator(".suggestions img").count() == 0
    assert window.complaints == []
    window.close()


SECTION = """<section data-behaviour="fragment" data-address="/search/elsewhere?q=x" data-part="elsewhere">
<h2>In other indexes</h2><p data-place><a href="/search/elsewhere?q=x">Search other indexes</a></p></section>"""


@pytest.mark.parametrize("works", [True, False])
def test_what_other_indexes_find_takes_the_place_of_the_link(
    *, works: bool, stack: Stack, browser: Browser
) -> None:
    """The section stands in the page where a setting names an index: here it is put there."""
    window = Window(browser, stack.origin, Look())
    page = window.page

    def with_section(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{SECTION}</main>"))

    def elsewhere(route: Route) -> None:
        if works:
            route.fulfill(content_type="text/html", body='<div id="elsewhere"><h3>Hub</h3></div>')
        else:
            route.abort()

    page.route("**/search?q=x", with_section)
    page.route("**/search/elsewhere?q=x", elsewhere)
    with page.expect_event("requestfinished" if works else "requestfailed", is_elsewhere):
        window.open("/search?q=x")
    expect(page.get_by_role("heading", name="Hub")).to_have_count(int(works))
    expect(page.get_by_role("link", name="Search other indexes")).to_have_count(int(not works))
    window.close()


def is_elsewhere(request: Request) -> bool:
    return "/search/elsewhere" in request.url
