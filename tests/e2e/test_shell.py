"""The shell of every page: keys, dialogs, colours, and what it weighs."""

from __future__ import annotations

from playwright.sync_api import Page, Response, expect

from tests.e2e.browser import DESKTOP, PHONE, Look, Window
from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person

BUDGET = 60_000  # bytes of styles and scripts
FOCUSED = "document.activeElement.id"


def ground(page: Page) -> str:
    """The colour that the page is painted on."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_a_slash_leads_to_the_search_box_and_is_a_letter_there(window: Window) -> None:
    page = window.open("/explore")
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "site-search"
    page.keyboard.type("a/b?")
    assert page.locator("#site-search").input_value() == "a/b?"
    assert not page.locator("dialog[open]").count()


def test_a_question_mark_shows_the_keys_and_escape_gives_the_focus_back(window: Window) -> None:
    page = window.open("/explore")
    page.locator("[data-opens-keys]").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("/")  # does nothing meanwhile
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    assert page.evaluate("document.activeElement.hasAttribute('data-opens-keys')")


def test_g_and_a_letter_go_to_a_page(window: Window, alice: Person) -> None:
    window.log_in(alice)
    page = window.page
    for letter, path in (("t", "/settings/tokens"), ("e", "/explore"), ("d", "/")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{path}")
    page.keyboard.press("e")  # without g
    page.keyboard.press("g")
    page.keyboard.press("x")  # no such key
    page.keyboard.press("Control+g")
    page.keyboard.press("e")
    assert page.url.removesuffix("/").count("/") == 2


def test_who_is_nobody_is_led_to_no_page_of_accounts(window: Window) -> None:
    page = window.open("/explore")
    assert (
        page.locator("#keys a[data-key]").evaluate_all(
            "links => links.map(link => link.dataset.key).sort().join('')"
        )
        == "dehls"
    )


def test_keys_that_are_off_stay_off(window: Window, alice: Person) -> None:
    window.log_in(alice)
    page = window.open("/settings/appearance")
    switch = page.get_by_role("main").get_by_role("button", name="Use these keys")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    for address in ("/settings/appearance", "/explore"):
        window.open(address)
        page.keyboard.press("/")
        page.keyboard.press("?")
        assert page.evaluate(FOCUSED) == ""
        assert not page.locator("dialog[open]").count()


def test_a_question_is_a_dialog_whose_way_back_has_the_focus(window: Window) -> None:
    page = window.open("/_design/")
    link = page.get_by_role("link", name="What opens as a dialog").first
    link.click()
    dialog = page.get_by_role("dialog", name="Delete acme/app?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    assert page.url.endswith("/_design/")


def test_without_scripts_a_question_is_a_page(plain_window: Window) -> None:
    page = plain_window.open("/_design/")
    page.get_by_role("link", name="What opens as a dialog").first.click()
    expect(page.get_by_role("heading", level=1, name="Delete acme/app?")).to_be_visible()
    expect(page.locator("#keys")).to_be_hidden()


def test_the_colours_follow_the_system_until_somebody_chooses(open_window: OpenWindow) -> None:
    window = open_window(Look(scheme="dark"))
    page = window.open("/explore")
    dark = ground(page)
    page.get_by_role("button", name="Light").click()
    light = ground(page)
    assert light != dark
    page.reload()
    assert ground(page) == light
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert ground(page) == dark
    page.get_by_role("button", name="Auto").click()
    page.reload()
    assert ground(page) == light


def test_the_colours_can_be_chosen_without_scripts(plain_window: Window) -> None:
    page = plain_window.open("/explore")
    before = ground(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Dark").click()
    assert page.url.endswith("/explore")
    assert ground(page) != before


def test_a_page_loads_few_and_small_files(window: Window) -> None:
    loaded: list[Response] = []
    window.page.on("response", lambda response: loaded.append(response))  # noqa: PLW0108
    window.open("/explore")
    window.page.wait_for_load_state("networkidle")
    parts = [one for one in loaded if one.request.resource_type in {"stylesheet", "script"}]
    assert len(parts) == 3
    assert all(one.headers["content-encoding"] == "gzip" for one in parts)
    assert all("immutable" in one.headers["cache-control"] for one in parts)
    assert sum(one.request.sizes()["responseBodySize"] for one in parts) < BUDGET


def test_on_paper_there_is_nothing_to_press(window: Window) -> None:
    page = window.open("/explore")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("button:visible, .site-nav:visible, .site-footer:visible").count() == 0
    assert ground(page) == "rgb(255, 255, 255)"
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_page_from_right_to_left_does_not_stick_out(open_window: OpenWindow) -> None:
    for width in (PHONE, DESKTOP):
        page = open_window(Look(width=width)).open("/explore")
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        brand = page.locator(".brand").bounding_box()
        assert brand
        assert brand["x"] > width / 2
