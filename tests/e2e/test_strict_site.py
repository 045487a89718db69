"""A site with settings that others leave alone: the calculation at sign-up, and limits of pulls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.backstage import running_backstage
from tests.e2e.browser import Look, Window, keep_screenshot
from tests.e2e.engine import Docker, Engine
from tests.e2e.looks import inspect_as_it_is
from tests.e2e.people import PASSWORD, People, Person
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack, running_stack
from tests.e2e.wire import MANIFEST_TYPES, Wire

MONTH = 2_592_000  # seconds; what is counted does not fade while we look
NO_SECURE_CONTEXT = "Object.defineProperty(crypto, 'subtle', {value: undefined})"


@pytest.fixture(scope="module")
def careful() -> Iterator[Stack]:
    """A site of its own that lets browsers calculate, and nobody pull much."""
    with running_stack(
        WAYBILL_SIGNUP_CAPTCHA="yes",
        WAYBILL_PULL_LIMIT_ANONYMOUS=f"2/{MONTH}",
        WAYBILL_PULL_LIMIT_ACCOUNT=f"3/{MONTH}",
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def public_image(
    careful: Stack, engine: Engine, homes: Iterator[Path]
) -> Iterator[tuple[Person, People]]:
    """Someone there who has published an image, `app`, and who makes people."""
    with running_backstage(careful) as backstage:
        people = People(careful, backstage, lambda: Docker(engine, next(homes)))
        alice = people.make("alice")
        alice.login()
        alice.push_image("app")
        Setup(backstage).publish(f"{alice.name}/app")
        yield alice, people


def fill_in(window: Window, name: str) -> None:
    """Type what is asked."""
    main = window.open("/accounts/signup/").get_by_role("main")
    main.locator("input[name=username]").fill(name)
    main.locator("input[name=email]").fill(f"{name}@example.com")
    main.locator("input[name=password1]").fill(PASSWORD)


def press(window: Window) -> None:
    """Send the form."""
    window.page.get_by_role("button", name="Create the account").click()


def test_who_is_quicker_than_the_browser_gets_in_all_the_same(
    careful: Stack, browser: Browser
) -> None:
    window = Window(browser, careful.origin, Look())
    fill_in(window, "quickly")
    press(window)
    heading = window.page.get_by_role("heading", name="Verify your e-mail address")
    heading.wait_for(timeout=60_000)
    assert window.complaints == []
    window.close()


def test_without_javascript_the_page_says_what_to_do(careful: Stack, browser: Browser) -> None:
    window = Window(browser, careful.origin, Look(javascript=False))
    fill_in(window, "plainly")
    assert "ask an administrator for an invitation" in window.text
    press(window)
    assert "The calculation that keeps machines out was not done" in window.text
    keep_screenshot(window, "captcha-without-javascript")
    window.close()


def test_the_page_that_calculates_is_as_good_as_any(careful: Stack, browser: Browser) -> None:
    window = Window(browser, careful.origin, Look())
    fill_in(window, "slowly")
    inspect_as_it_is(window, "captcha")
    window.close()


def test_on_a_page_that_is_not_encrypted_it_says_where_to_go(
    careful: Stack, browser: Browser
) -> None:
    window = Window(browser, careful.origin, Look())
    window.page.add_init_script(NO_SECURE_CONTEXT)
    fill_in(window, "openly")
    assert "Your browser calculates on encrypted pages only" in window.text
    assert f"{careful.origin}/accounts/signup/" in window.text
    inspect_as_it_is(window, "captcha-not-encrypted")
    window.close()


def test_a_limit_of_pulls_is_counted_down_and_docker_says_what_to_do(
    careful: Stack, public_image: tuple[Person, People]
) -> None:
    alice, people = public_image
    wire, reference = Wire(careful), alice.reference("app")
    manifest, scope = f"/v2/{alice.name}/app/manifests/1.0", f"repository:{alice.name}/app:pull"

    def ask(method: str, person: Person | None) -> tuple[int, str | None, str | None]:
        headers = wire.bearer(person, scope) | {"Accept": MANIFEST_TYPES}
        answer = wire.ask(method, manifest, headers)
        told = answer.headers
        return answer.status, told["RateLimit-Limit"], told["RateLimit-Remaining"]

    anyone = people.make_docker()
    assert ask("HEAD", None) == (200, f"2;w={MONTH}", f"2;w={MONTH}")
    assert ask("GET", None) == (200, f"2;w={MONTH}", f"1;w={MONTH}")
    assert ask("GET", None) == (200, f"2;w={MONTH}", f"0;w={MONTH}")
    assert ask("HEAD", None) == (200, f"2;w={MONTH}", f"0;w={MONTH}")
    # docker keeps manifests for a while and then asks by HEAD alone: it has not pulled this one yet.
    alice.forget(reference)
    printed = anyone.fails("pull", reference)
    assert "toomanyrequests: You have reached your pull rate limit of 2 in 30 days" in printed
    assert f"log in: docker login {careful.host}" in printed
    assert ask("GET", None) == (429, f"2;w={MONTH}", f"0;w={MONTH}")
    alice.docker("pull", reference)
    assert ask("HEAD", alice) == (200, f"3;w={MONTH}", f"2;w={MONTH}")
    refused = wire.ask("GET", manifest, wire.bearer(None, scope))
    assert (refused.code, refused.headers["Docker-RateLimit-Source"]) == (
        "TOOMANYREQUESTS",
        "127.0.0.0/24",
    )
    assert int(refused.headers["Retry-After"]) > 0
    for tags in (f"/v2/{alice.name}/app/tags/list", "/v2/"):
        assert wire.ask("GET", tags, wire.bearer(None, scope)).headers["RateLimit-Limit"] is None
