"""Times in the reader's zone that stay true, and lines that are copied: with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack


@pytest.fixture(scope="module")
def repository(people: People, stack: Stack, browser: Browser) -> str:
    """The address of a public repository with one image."""
    person: Person = people.make("timely")
    person.login()
    person.push_image("clock")
    window = Window(browser, stack.origin, Look())
    window.log_in(person)
    steps.change_visibility(window, f"{person.name}/clock", "Public")
    window.close()
    return f"/r/{person.name}/clock"


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Of a reader in Tokyo, whose clipboard may be read."""
    context = browser.new_context(base_url=stack.origin, timezone_id="Asia/Tokyo", locale="en")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def test_an_age_goes_on_while_the_page_stays_open(page: Page, repository: str) -> None:
    page.clock.install()
    page.goto(f"{repository}/-/tags")
    pushed = page.locator("td[data-label=Pushed] time").first
    expect(pushed).not_to_have_text("2 hours ago")
    page.clock.fast_forward(timedelta(hours=2, minutes=5).seconds * 1000)
    expect(pushed).to_have_text("2 hours ago")


def test_the_exact_time_on_hover_is_the_readers_and_utc(page: Page, repository: str) -> None:
    page.goto(f"{repository}/-/tags")
    pushed = page.locator("td[data-label=Pushed] time").first
    there, utc = (pushed.get_attribute("title") or "").split("\n")
    assert "GMT+9" in there
    moment = datetime.fromisoformat(pushed.get_attribute("datetime") or "")
    assert utc == f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def test_without_javascript_the_time_is_said_in_utc(
    browser: Browser, stack: Stack, repository: str
) -> None:
    window = Window(browser, stack.origin, Look(javascript=False))
    title = window.open(f"{repository}/-/tags").locator("td time").first.get_attribute("title")
    assert title is not None
    assert title.endswith(" UTC")
    window.close()


def test_another_program_is_chosen_copied_and_remembered(page: Page, repository: str) -> None:
    page.goto(repository)
    page.get_by_role("button", name="Podman", exact=True).click()
    line = page.locator("#by-tag-podman")
    expect(line).to_be_visible()
    expect(page.locator("#by-tag-docker")).to_be_hidden()
    page.get_by_role("button", name="Copy the line that pulls the tag").click()
    expect(page.locator("[data-copy-status]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == line.inner_text().strip()
    assert copied.startswith("podman pull ")
    page.reload()
    expect(page.locator("#by-tag-podman")).to_be_visible()


def test_the_whole_of_a_short_digest_is_copied(page: Page, repository: str) -> None:
    page.goto(f"{repository}/-/tags")
    page.get_by_role("button", name="Copy the digest").first.click()
    expect(page.locator("[data-copy-status]")).to_have_text("Copied.")
    assert len(page.evaluate("navigator.clipboard.readText()")) == len("sha256:") + 64


def test_where_nothing_can_be_copied_the_line_is_selected(page: Page, repository: str) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.execCommand = () => false;"
    )
    page.goto(repository)
    page.get_by_role("button", name="Copy the line that pulls the tag").click()
    expect(page.locator("[data-copy-status]")).to_contain_text("Ctrl+C")
    assert page.evaluate("getSelection().toString()").startswith("docker pull ")


def test_without_javascript_the_choice_is_sent_and_remembered(
    browser: Browser, stack: Stack, repository: str
) -> None:
    window = Window(browser, stack.origin, Look(javascript=False))
    window.open(repository).get_by_role("button", name="Kubernetes").click()
    expect(window.page.locator("#by-tag-kubernetes")).to_be_visible()
    assert window.page.locator("#by-tag-kubernetes").inner_text().startswith("image: ")
    window.close()
