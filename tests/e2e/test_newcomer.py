"""A newcomer's way from the sign-up page to a deleted repository, in a browser and with docker."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.browser import Look, Window, keep_screenshot
from tests.e2e.conftest import OpenWindow
from tests.e2e.engine import Docker
from tests.e2e.people import People, Person
from tests.waiting import eventually


@pytest.fixture
def newcomer(people: People) -> Person:
    """Someone without an account."""
    return people.newcomer("nelly")


def test_sign_up_verify_and_be_greeted(newcomer: Person, window: Window) -> None:
    steps.sign_up(window, newcomer)
    keep_screenshot(window, "verify")
    steps.enter_code(window, steps.read_code(window, newcomer))
    window.page.get_by_role("heading", name=f"Hello, {newcomer.name}").wait_for()
    assert f"docker login {newcomer.host} -u {newcomer.name}" in window.text


def test_whoever_verified_logs_in_with_docker(newcomer: Person, plain_window: Window) -> None:
    steps.sign_up(plain_window, newcomer)
    steps.enter_code(plain_window, steps.read_code(plain_window, newcomer))
    assert "Login Succeeded" in newcomer.login()


def test_until_then_neither_page_nor_docker_lets_one_in(newcomer: Person, window: Window) -> None:
    steps.sign_up(window, newcomer)
    refused = newcomer.docker.fails(*newcomer.login_words, stdin=newcomer.password.encode())
    assert f"account '{newcomer.name}' is not verified" in refused
    page = window.open("/new")
    assert "/new" not in page.url.partition("?")[0]


def test_from_the_form_by_docker_to_the_search_page(
    alice: Person, anyone: Docker, window: Window
) -> None:
    name = f"{alice.name}/first"
    window.log_in(alice)
    steps.create_repository(window, "first", "My very first image")
    alice.push_image("first")
    steps.change_visibility(window, name, "Public")
    eventually(lambda: name in found(window, alice.name))
    steps.star(window, name)
    assert "1" in anyone("search", "--format", "{{.Name}} {{.StarCount}}", f"{alice.host}/{name}")
    alice.forget(alice.reference("first"))
    anyone("pull", alice.reference("first"))


def found(window: Window, word: str) -> str:
    page = window.open("/")
    box = page.get_by_role("combobox", name="Search images").locator("visible=true").first
    box.fill(word)
    box.press("Enter")
    page.get_by_role("heading", name="Search", exact=True).wait_for()
    return window.text


def test_a_collaborator_added_on_the_page_pushes_with_docker(
    alice: Person, bob: Person, window: Window
) -> None:
    window.log_in(alice)
    reference = alice.push_image("app")
    bob.docker.fails("push", reference)
    steps.add_collaborator(window, f"{alice.name}/app", bob, "writer")
    bob.docker("push", reference)
    window.page.get_by_role("button", name=f"Remove {bob.name}").click()
    window.page.get_by_text(f"{bob.name} has no role on {alice.name}/app any more").wait_for()
    bob.docker.fails("pull", reference)


def test_the_delete_button_waits_for_the_whole_name(alice: Person, window: Window) -> None:
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    window.log_in(alice)
    page = window.open(f"/r/{name}/-/delete")
    button = page.get_by_role("button", name=f"Delete {name}")
    expect(button).to_be_disabled()
    steps.delete_repository(window, name)
    window.open(f"/r/{name}", status=404)
    alice.docker.fails("pull", reference)


def test_a_pasted_reference_leads_to_the_repository(alice: Person, window: Window) -> None:
    alice.push_image("app")
    window.log_in(alice)
    assert window.open(f"/{alice.name}/app:1.0").url.endswith(f"/r/{alice.name}/app")


def test_the_set_up_link_makes_the_first_administrator_once(
    people: People, newcomer: Person, open_window: OpenWindow
) -> None:
    window = open_window(Look())
    link = people.stack.setup_link.removeprefix(people.stack.origin)
    page = window.open(link)
    keep_screenshot(window, "setup")
    page.get_by_label("User name").fill(newcomer.name)
    page.get_by_label("E-mail address").fill(steps.email_of(newcomer))
    page.get_by_label("Password", exact=True).fill(newcomer.password)
    page.get_by_role("button", name="Create the administrator and log in").click()
    page.get_by_role("heading", name=f"Hello, {newcomer.name}").wait_for()
    open_window(Look()).open(link, status=410)
    assert steps.offers_official_images(window)
    people.promote(newcomer, administrator=False)
