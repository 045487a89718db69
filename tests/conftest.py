"""The cast, and what every test stands on.

alice has public and private repositories; bob is a stranger to her; acme is owned by olga, mia of
its team devs may push to acme/app, rita of its team readers may pull; dave is disabled, newt has
not verified his address, root is the administrator.
"""

from __future__ import annotations

import functools
import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import SimpleTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypotheses

from accounts.models import Namespace, Organization, User, Visibility
from config.stack_room import with_room
from index import denials
from index.events import lane as events
from index.gateway import lane as gateway
from index.models import AccessGrant, PlacementRule, Registry, Repository
from index.roles import Role
from launcher.databases import ON_POSTGRESQL
from search import reach
from tests import migrated
from tests.factories import (
    make_organization,
    make_people,
    make_plan,
    make_repositories,
    make_teams,
    new_registry,
    new_repository,
    new_user,
)
from tests.inserting import insert
from tokenauth import lane as tokens
from tokenauth.signing import keys as keys_module
from tokenauth.signing.keys import SigningKeys

# How quick a machine is decides nothing: two processes share a core, and sometimes others too.
hypotheses.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypotheses.load_profile("any machine")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what asks for no database and so can touch none: it is asked once, beside SQLite's tests."""
    of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    asks = of_django or item.get_closest_marker("django_db") is not None
    asks = asks or "django_db_setup" in getattr(item, "fixturenames", ())
    if not asks and item.path.relative_to(item.config.rootpath) not in ON_POSTGRESQL:
        item.add_marker("without_database")


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and never look again at what lives as long as the process.

    That is all that was imported, and some hundred objects for each of ten thousand tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Give the frames of each test a piece of memory of their own, as those of a request have."""
    test = pyfuncitem.obj
    pyfuncitem.obj = functools.wraps(test)(with_room(test))


@pytest.fixture(scope="session")
def django_db_keepdb(
    *, django_db_keepdb: bool, django_db_use_migrations: bool, django_db_modify_db_settings: None
) -> bool:
    """Begin with a copy of a database that was migrated before, where there is one to copy."""
    database = settings.DATABASES["default"]
    is_copied = django_db_use_migrations and str(database["ENGINE"]).endswith("sqlite3")
    if is_copied:
        shutil.copy(migrated.sqlite(), database["TEST"]["NAME"])
    return django_db_keepdb or is_copied


@dataclass(frozen=True)
class World:
    """People and things one knows."""

    alice: User
    bob: User
    mia: User
    rita: User
    olga: User
    dave: User
    newt: User
    root: User
    acme: Organization
    east: Registry
    west: Registry
    public: Repository  # alice/pub
    private: Repository  # alice/priv
    app: Repository  # acme/app
    base: Repository  # base, an official image

    def person(self, name: str) -> User | None:
        """Return someone of the cast, None for `anonymous`."""
        found: User | None = None if name == "anonymous" else getattr(self, name)
        return found


@pytest.fixture
def world(db: None) -> World:
    """Build the cast, each table in one statement: it is built thousands of times."""
    east, west = insert([new_registry("east"), new_registry("west")])
    insert(
        [
            PlacementRule(pattern="*", registry=east),
            PlacementRule(pattern="library/*", registry=west),
        ]
    )
    alice, bob, mia, rita, olga, root, dave, newt = make_people(
        *(new_user(name) for name in ("alice", "bobby", "mila", "rita", "olga")),
        new_user("rooty", administrator=True),
        new_user("dave", active=False),
        new_user("newt"),
        unverified={"newt"},
    )
    acme = make_organization("acme", owner=olga)
    devs, readers = make_teams(acme, devs=mia, readers=rita)
    # Tests of plans make people of their own.
    Namespace.objects.filter(user=alice).update(plan=make_plan("unlimited"))
    app, public, private, base = make_repositories(
        new_repository("acme/app", registry=east),
        new_repository("alice/pub", registry=east, visibility=Visibility.PUBLIC),
        new_repository("alice/priv", registry=east),
        new_repository("base", registry=west, visibility=Visibility.PUBLIC),
    )
    insert(
        [
            AccessGrant(repository=app, team=devs, role=Role.WRITER),
            AccessGrant(repository=app, team=readers, role=Role.READER),
        ]
    )
    return World(
        alice=alice,
        bob=bob,
        mia=mia,
        rita=rita,
        olga=olga,
        dave=dave,
        newt=newt,
        root=root,
        acme=acme,
        east=east,
        west=west,
        public=public,
        private=private,
        app=app,
        base=base,
    )


@pytest.fixture(scope="session", autouse=True)
def signing_keys_of_tests(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """Sign with keys made for this run."""
    directory: Path = tmp_path_factory.mktemp("keys")
    keys_module.signing_keys._directory = directory
    keys_module.signing_keys.create("index.test")
    return keys_module.signing_keys


@pytest.fixture(autouse=True)
def _forgetful_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test be throttled by another, nor be told what another's database said."""
    # A timer's thread would apply the inbox past the transaction of the test, on a connection of its own.
    monkeypatch.setattr(events, "wake_worker", lambda: None)
    cache.clear()
    tokens.forget()
    gateway.forget()
    events.forget()
    denials.forget()
    reach.forget()
    yield
    cache.clear()
