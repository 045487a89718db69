"""What people do on the pages, step by step; each works with and without JavaScript."""

from __future__ import annotations

import re

from tests.e2e.browser import Window
from tests.e2e.people import Person


def sign_up(window: Window, person: Person) -> None:
    """Fill in the sign-up page, and arrive where the code is asked for."""
    page = window.open("/accounts/signup/")
    page.get_by_label("User name").fill(person.name)
    page.get_by_label("E-mail address").fill(email_of(person))
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("heading", name="Verify your e-mail address").wait_for()


def read_code(window: Window, person: Person) -> str:
    """Find the newest mail to a person on the mail page; return the code in it."""
    page = window.open("/dev/mail")
    page.get_by_role("row").filter(has_text=email_of(person)).first.get_by_role("link").click()
    page.get_by_role("heading", name="Verify your e-mail address").wait_for()
    found = re.search(r"Your code for \S+: (\S+)", window.text)
    assert found, window.text
    return found.group(1)


def enter_code(window: Window, code: str) -> None:
    """Enter the code, and be where one is after logging in."""
    page = window.open("/accounts/confirm-email/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Verify").click()
    page.wait_for_url(lambda url: "confirm-email" not in url)


def confirm(window: Window, person: Person) -> None:
    """Type the password once more: what changes how people get in is open for ten minutes then."""
    main = window.open("/accounts/reauthenticate/").get_by_role("main")
    main.locator("input[name=password]").fill(person.password)
    main.get_by_role("button", name="Confirm").click()
    window.page.wait_for_url(lambda url: "reauthenticate" not in url)


def email_of(person: Person) -> str:
    return f"{person.name}@example.com"


def create_repository(window: Window, name: str, description: str) -> None:
    """Fill in the form for a new repository; its page is what comes next."""
    page = window.open("/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Description").fill(description)
    page.get_by_role("button", name="Create the repository").click()
    page.get_by_text("is there. Push the first image to it.").wait_for()


def offers_official_images(window: Window) -> bool:
    """Whether the form for a new repository offers what only administrators may create."""
    page = window.open("/new")
    return "(official images)" in page.get_by_label("Namespace", exact=True).inner_text()


def star(window: Window, name: str) -> None:
    page = window.open(f"/r/{name}")
    page.get_by_role("button", name="Star").click()
    page.get_by_role("button", name="Starred").wait_for()


def change_visibility(window: Window, name: str, visibility: str) -> None:
    page = window.open(f"/r/{name}/-/settings")
    page.get_by_role("radio", name=visibility).check()
    page.get_by_role("button", name="Change visibility").click()
    page.get_by_text(f"{name} is {visibility.lower()} now.").wait_for()


def add_collaborator(window: Window, name: str, who: Person, role: str) -> None:
    page = window.open(f"/r/{name}/-/access")
    form = page.get_by_role("region", name="Give access")
    form.get_by_label("User name").fill(who.name)
    form.get_by_label("Role", exact=True).select_option(role)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text(f"{who.name} is {role} of {name} now.").wait_for()


def trash_repository(window: Window, name: str) -> None:
    """Type the name and press the button: it is closed, and lies in the trash."""
    page = window.open(f"/r/{name}/-/delete")
    page.get_by_label("Type the full name to confirm").fill(name)
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_text(f"{name} is closed and in the trash.").wait_for()


def delete_repository(window: Window, name: str) -> None:
    """Delete it for good, without waiting for the trash to be emptied."""
    trash_repository(window, name)
    window.page.get_by_role("button", name=f"Delete now {name}").click()
    window.page.get_by_text(f"The content of {name} is being deleted for good.").wait_for()
