"""The pages without JavaScript."""

from __future__ import annotations

from tests.e2e import steps
from tests.e2e.browser import Window
from tests.e2e.people import People, Person


def test_sign_up_and_verify(people: People, plain_window: Window) -> None:
    newcomer = people.newcomer("nelly")
    steps.sign_up(plain_window, newcomer)
    steps.enter_code(plain_window, steps.read_code(plain_window, newcomer))
    plain_window.page.get_by_role("heading", name=f"Hello, {newcomer.name}").wait_for()


def test_create_star_and_take_the_star_back(clara: Person, plain_window: Window) -> None:
    name = f"{clara.name}/first"
    plain_window.log_in(clara)
    steps.create_repository(plain_window, "first", "Made without a script")
    steps.star(plain_window, name)
    assert "1 star" in plain_window.text
    plain_window.page.get_by_role("button", name="Starred").click()
    plain_window.page.get_by_role("button", name="Star 0").wait_for()


def test_change_settings_and_delete(clara: Person, people: People, plain_window: Window) -> None:
    name = f"{clara.name}/first"
    plain_window.log_in(clara)
    steps.create_repository(plain_window, "first", "Made without a script")
    steps.change_visibility(plain_window, name, "Internal")
    steps.add_collaborator(plain_window, name, people.make("bobby"), "reader")
    steps.delete_repository(plain_window, name)
    plain_window.open(f"/r/{name}", status=404)


def test_log_out(clara: Person, plain_window: Window) -> None:
    plain_window.log_in(clara)
    page = plain_window.page
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").wait_for()
    plain_window.open("/")
    page.get_by_role("link", name="Sign up").first.wait_for()


def test_choose_the_dark_theme(plain_window: Window) -> None:
    page = plain_window.open("/docs/")
    with page.expect_navigation():
        page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/docs/")
