"""The real parts: one instance and one engine for all tests of a process, new people for each.

They live for this package, not for the session: no other test is to run beside a browser's loop.
With `-n 3 --dist loadfile` each of three processes has parts of its own, and takes whole files.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, StorageState

from tests.e2e.backstage import Backstage, running_backstage
from tests.e2e.browser import (
    EVERY_LOOK,
    IS_EVERY_LOOK_ASKED,
    OPPOSITE,
    USUAL,
    Look,
    Window,
    running_browser,
)
from tests.e2e.engine import Docker, Engine, engine_for_tests
from tests.e2e.hands import ByDocker, ByHand, Hands
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack, running_stack
from tests.e2e.wire import Wire
from tests.local_issuer import LocalIssuer, running_issuer
from tests.tools import tool

HERE = Path(__file__).parent
FAULTS = HERE.parent / "faults"

# What takes half a minute and more, the longest first: no process is to begin such a file when the
# others have nothing left to do.
LONG = (
    "test_cache_and_queue",
    "test_restarts",
    "test_pages",
    "test_budget",
    "test_registries",
    "test_organization_pages",
    "test_single_sign_on",
    "test_flows",
    "test_delete_under_faults",
    "test_parts_of_pages",
    "test_moves",
    "test_postgresql",
    "test_strict_site",
    "test_events",
    "test_long_names",
    "test_delete",
    "test_search_page",
    "test_machine_pages",
    "test_languages",
    "test_newcomer",
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what depends on the look, for `./dev test looks`: pages that are inspected, and flows."""
    seen = {"look", "inspect", "inspect_as_it_is"}
    if isinstance(item, pytest.Function) and seen & {*item.fixturenames, *vars(item.module)}:
        item.add_marker("looks")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests/faults first and then the long files; all else stays where it was.

    Whoever came back from here to there would need new parts, and end those of here.
    """
    places = [place for place, item in enumerate(items) if item.path.parent in {HERE, FAULTS}]
    ours = sorted((items[place] for place in places), key=lambda item: turn(item.path))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def turn(path: Path) -> tuple[bool, int]:
    return path.parent == HERE, LONG.index(path.stem) if path.stem in LONG else len(LONG)


@pytest.fixture(scope="package")
def issuer() -> Iterator[LocalIssuer]:
    """Whose ID tokens the instance takes, beside those of gitlab.com."""
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="package")
def stack(issuer: LocalIssuer) -> Iterator[Stack]:
    """The instance that `./dev run` makes."""
    with running_stack(**settings_for(issuer)) as stack:
        yield stack


@pytest.fixture(scope="package")
def backstage(stack: Stack, issuer: LocalIssuer) -> Iterator[Backstage]:
    """Python inside that instance."""
    with running_backstage(stack, **settings_for(issuer)) as backstage:
        yield backstage


def settings_for(issuer: LocalIssuer) -> dict[str, str]:
    listed = (f"github:{issuer.url}", "gitlab:https://gitlab.com", f"generic:{issuer.cluster()}")
    return {"WAYBILL_CI_ISSUERS": ",".join(listed)}


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    """A real Docker Engine."""
    with engine_for_tests() as engine:
        yield engine


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder for each person's docker configuration."""
    folder = tmp_path_factory.mktemp("docker")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(scope="package")
def people(stack: Stack, backstage: Backstage, engine: Engine, homes: Iterator[Path]) -> People:
    """Makes people who share the engine."""
    return People(stack, backstage, lambda: Docker(engine, next(homes)))


@pytest.fixture
def alice(people: People) -> Person:
    """Someone who is logged in."""
    alice = people.make("alice")
    alice.login()
    return alice


@pytest.fixture
def bob(people: People) -> Person:
    """A stranger to alice, logged in."""
    bob = people.make("bobby")
    bob.login()
    return bob


@pytest.fixture
def clara(people: People) -> Person:
    """Someone who knows the pages and has no docker."""
    return people.make("clara")


@pytest.fixture
def root(people: People) -> Iterator[Person]:
    """An administrator, for this test only: while there is one, the set-up link is dead."""
    root = people.make("root")
    people.promote(root, administrator=True)
    root.login()
    yield root
    people.promote(root, administrator=False)


@pytest.fixture
def anyone(people: People) -> Docker:
    """The docker command of someone without an account."""
    return people.make_docker()


@pytest.fixture(scope="package")
def wire(stack: Stack) -> Wire:
    """HTTP, byte for byte."""
    return Wire(stack)


@pytest.fixture(scope="package")
def registries(stack: Stack, wire: Wire, backstage: Backstage) -> Registries:
    """East and west, without the gateway in between."""
    return Registries(stack, wire, backstage)


@pytest.fixture
def setup(backstage: Backstage) -> Setup:
    """Changes to repositories that this test needs and does not show."""
    return Setup(backstage)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without what draws a window."""
    with running_browser(tool("chromium-headless-shell")) as browser:
        yield browser


class OpenWindow(Protocol):
    """Opens one, with cookies from another."""

    def __call__(self, look: Look, cookies: StorageState | None = None) -> Window:
        """Return a window."""


@pytest.fixture
def open_window(browser: Browser, stack: Stack) -> Iterator[OpenWindow]:
    """Windows that have nothing to complain about in the end: no error, no breach of the policy."""
    windows: list[Window] = []

    def open_window(look: Look, cookies: StorageState | None = None) -> Window:
        windows.append(Window(browser, stack.origin, look, cookies))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()
    assert [complaint for window in windows for complaint in window.complaints] == []


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """A window on a desk."""
    return open_window(Look())


@pytest.fixture
def plain_window(open_window: OpenWindow) -> Window:
    """A window without JavaScript."""
    return open_window(Look(javascript=False))


@pytest.fixture(params=EVERY_LOOK if IS_EVERY_LOOK_ASKED else OPPOSITE, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    """Wide and narrow, light and dark, with scripts and without."""
    found: Look = request.param
    return found


@pytest.fixture
def hands(look: Look, wire: Wire) -> Hands:
    """The real docker in the usual look, its requests in the others."""
    return ByDocker() if look == USUAL else ByHand(wire)


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """Of everybody who has logged in."""
    return {}


OpenAs = Callable[[Person | None], Window]


@pytest.fixture
def open_as(look: Look, open_window: OpenWindow, cookies: dict[str, StorageState]) -> OpenAs:
    """Windows in that look, of nobody yet or of somebody, who logs in once for all looks."""

    def open_as(person: Person | None) -> Window:
        window = open_window(look, cookies.get(person.name) if person else None)
        if look.javascript and look != USUAL:  # in the usual look one waits as people do
            window.page.clock.install()
        if person and person.name not in cookies:
            window.log_in(person)
            cookies[person.name] = window.cookies
        return window

    return open_as


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: podman takes no run root of more than 50 characters."""
    with tempfile.TemporaryDirectory(prefix="wbp-") as folder:
        yield Path(folder)


@pytest.fixture
def skopeo(home: Path) -> Program:
    return Program(tool("skopeo"), home)


@pytest.fixture
def podman(home: Path) -> Program:
    """podman with storage of its own; vfs works wherever files do."""
    return Program(
        tool("podman"),
        home,
        *("--root", str(home / "root"), "--runroot", str(home / "run")),
        *("--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"),
    )


@pytest.fixture
def buildah(home: Path) -> Program:
    """buildah with storage of its own."""
    storage = ("--root", str(home / "root"), "--runroot", str(home / "run"))
    return Program(tool("buildah"), home, *storage, "--storage-driver", "vfs")
