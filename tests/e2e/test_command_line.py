"""The real `waybill`, approved in a real browser, with no password or token anywhere near the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from launcher.layout import CHECKOUT
from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.looks import inspect_as_it_is
from tests.e2e.people import Person
from tests.e2e.stack import Stack
from tests.e2e.test_credential_helper import helped  # noqa: F401 - a fixture

_PROGRAM = (sys.executable, "-c", "import waybill_start; waybill_start.command()")


class Terminal:
    """A command line of somebody, with a folder of its own and no keyring."""

    def __init__(self, home: Path) -> None:
        self._environment = {
            **os.environ,
            "HOME": str(home),
            "WAYBILL_CONFIG": str(home / "waybill"),
            "PYTHONPATH": str(CHECKOUT / "clients/waybill/src"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def begin(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*_PROGRAM, *words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str) -> str:
        running = self.begin(*words)
        said, complained = running.communicate(timeout=60)
        assert running.returncode == 0, complained
        return said


@pytest.fixture
def window(helped: Person, stack: Stack, browser: Browser) -> Iterator[Window]:  # noqa: F811
    """The browser of somebody whose docker asks the helper."""
    window = Window(browser, stack.origin, Look())
    window.log_in(helped)
    yield window
    window.close()


def approve(window: Window, person: Person, code: str) -> None:
    """Look at the page that the code leads to, and say yes."""
    page = window.open(f"/accounts/device?code={code}")
    assert page.locator(".compared").inner_text() == code
    inspect_as_it_is(window, "command-line-approve")
    page.get_by_label("I have begun this just now").check()
    page.get_by_role("button", name="Approve").click()
    if "reauthenticate" in page.url:
        steps.confirm(window, person)
    page.get_by_text("Approved: go back to your terminal").wait_for()


def test_a_command_line_is_approved_and_does_what_no_token_does_and_docker_goes_by_it(
    helped: Person,  # noqa: F811
    window: Window,
    stack: Stack,
    tmp_path: Path,
) -> None:
    person, waybill = helped, Terminal(tmp_path)
    waiting = waybill.begin("login", stack.origin)
    assert waiting.stderr
    shown = next(found for line in waiting.stderr if (found := re.search(r"\?code=(\S+)", line)))
    approve(window, person, shown[1])
    said, complained = waiting.communicate(timeout=60)
    assert said == f"Logged in to {stack.origin} as {person.name}.\n", complained

    repository = f"{person.name}/app"
    waybill("repos", "create", repository)
    waybill("repos", "delete", repository, "--yes")
    assert waybill("trash", "undo", repository) == f"{repository} is back.\n"
    assert waybill("robots", "create", "ci").startswith("wbs_")
    assert f"{person.name}+ci" in waybill("robots", "list", "-q")

    reference = person.push_image("app")
    waybill("repos", "visibility", repository, "private")
    person.forget(reference)
    person.docker("pull", reference)
    assert "auths" not in person.docker.stored

    page = window.open("/settings/sessions")
    row = page.get_by_role("row").filter(has_text="waybill on")
    inspect_as_it_is(window, "sessions-command-line")
    row.get_by_role("button", name="End").click()
    ended = waybill.begin("whoami")
    assert "waybill login" in ended.communicate(timeout=60)[1]
    assert ended.returncode == 4
