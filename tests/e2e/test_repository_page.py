"""What the page of a repository says after pushes and pulls."""

from __future__ import annotations

import re

from tests.e2e.browser import Window
from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.waiting import eventually


def says(window: Window, path: str, *words: str) -> bool:
    """Whether the page says all of that now."""
    window.open(path)
    text = window.text
    return all(word in text for word in words)


def test_a_push_appears_with_tag_size_platform_digest_and_who(
    alice: Person, plain_window: Window
) -> None:
    reference = alice.push_image("app")
    plain_window.log_in(alice)
    digest = alice.docker.digest_of(reference).removeprefix("sha256:")[:12]
    words = ("1.0", digest, "linux/amd64", f"by {alice.name}", f"docker pull {reference}")
    eventually(lambda: says(plain_window, f"/r/{alice.name}/app", *words))


def test_every_tag_is_on_the_page_of_tags(alice: Person, plain_window: Window) -> None:
    for tag in ("1.0", "2.0", "latest"):
        alice.push_image("app", tag)
    plain_window.log_in(alice)
    eventually(lambda: says(plain_window, f"/r/{alice.name}/app/-/tags", "1.0", "2.0", "latest"))


def test_pulls_are_counted_on_the_page(alice: Person, plain_window: Window) -> None:
    reference = alice.push_image("app")
    alice.forget(reference)
    alice.docker("pull", reference)
    plain_window.log_in(alice)
    eventually(lambda: says(plain_window, f"/r/{alice.name}/app", "Pulls 1 "))


def test_an_image_for_several_platforms_shows_them(alice: Person, plain_window: Window) -> None:
    push_index(alice, "app")
    plain_window.log_in(alice)
    path = f"/r/{alice.name}/app/-/tags"
    eventually(lambda: says(plain_window, path, "2 platforms"))
    plain_window.page.get_by_text("2 platforms").click()
    assert "linux/amd64" in plain_window.text
    assert "linux/arm64" in plain_window.text


def test_an_image_for_several_platforms_is_pulled_as_one(alice: Person) -> None:
    reference = push_index(alice, "app")
    alice.docker("pull", reference)
    alice.docker("pull", "--platform", "linux/arm64", reference)


def test_a_stranger_gets_the_page_of_what_does_not_exist(
    alice: Person, bob: Person, plain_window: Window
) -> None:
    alice.push_image("app")
    plain_window.log_in(bob)

    def said(repository: str) -> str:
        """What the page says, without the number of its request."""
        plain_window.open(f"/r/{alice.name}/{repository}", status=404)
        return re.sub(r"[0-9a-f]{32}", "", plain_window.text).replace(repository, "")

    assert said("app") == said("nope")
