"""The cast, and what every test stands on.

alice has public and private repositories; bob is a stranger to her; acme is owned by olga, mia of
its team devs may push to acme/app, rita of its team readers may pull; dave is disabled, newt has
not verified his address, root is the administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.cache import cache

from accounts.models import Namespace, Organization, User, Visibility
from index import denials
from index.events import lane as events
from index.gateway import lane as gateway
from index.models import Registry, Repository
from index.roles import Role
from tests.factories import (
    make_grant,
    make_member,
    make_organization,
    make_plan,
    make_registry,
    make_repository,
    make_rule,
    make_team,
    make_user,
)
from tokenauth import lane as tokens
from tokenauth.signing import keys as keys_module
from tokenauth.signing.keys import SigningKeys


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
    """Build the cast."""
    east, west = make_registry("east"), make_registry("west")
    make_rule("*", east)
    make_rule("library/*", west)
    people = {name: make_user(name) for name in ("alice", "bobby", "mila", "rita", "olga")}
    people["root"] = make_user("rooty", administrator=True)
    acme = make_organization("acme", owner=people["olga"])
    for member in ("mila", "rita"):
        make_member(acme, people[member])
    # Tests of plans make people of their own.
    Namespace.objects.filter(user=people["alice"]).update(plan=make_plan("unlimited"))
    app = make_repository("acme/app")
    make_grant(app, make_team(acme, "devs", people["mila"]), Role.WRITER)
    make_grant(app, make_team(acme, "readers", people["rita"]), Role.READER)
    return World(
        alice=people["alice"],
        bob=people["bobby"],
        mia=people["mila"],
        rita=people["rita"],
        olga=people["olga"],
        dave=make_user("dave", active=False),
        newt=make_user("newt", verified=False),
        root=people["root"],
        acme=acme,
        east=east,
        west=west,
        public=make_repository("alice/pub", visibility=Visibility.PUBLIC),
        private=make_repository("alice/priv"),
        app=app,
        base=make_repository("base", visibility=Visibility.PUBLIC),
    )


@pytest.fixture(scope="session", autouse=True)
def signing_keys_of_tests(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """Sign with keys made for this run."""
    directory: Path = tmp_path_factory.mktemp("keys")
    keys_module.signing_keys._directory = directory
    keys_module.signing_keys.create("index.test")
    return keys_module.signing_keys


@pytest.fixture(autouse=True)
def _forgetful_limits() -> Iterator[None]:
    """Let no test be throttled by another, nor be told what another's database said."""
    cache.clear()
    tokens.forget()
    gateway.forget()
    events.forget()
    denials.forget()
    yield
    cache.clear()
