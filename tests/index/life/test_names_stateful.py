"""Whatever is created, renamed, given away and deleted: each name leads to one repository at most.

The model is a dictionary of names that were ever answered to. Every entrance is asked after each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.errors import AccountError
from accounts.models import Namespace, Organization, User
from accounts.principals import Principal
from index.errors import IndexRefusal
from index.facts import facts_by_name
from index.flows.create_repository import create_repository
from index.flows.rename_namespace import rename_organization
from index.flows.rename_repository import rename_repository
from index.flows.take_name import NAME_REST
from index.flows.transfer_repository import transfer_repository
from index.lookup import find_repository, leads_to, the_one_called
from index.models import Repository, RepositoryState
from index.names import RepositoryName, parse_repository_name
from tests.factories import make_organization, make_registry, make_rule, make_user
from tokenauth.access import granted_access, repository_names
from tokenauth.scopes import parse_scopes

SPACES = ("red", "blue", "green")  # two organizations, and names for them to change to
WORDS = ("a", "b")
NAMES = st.builds(
    lambda space, word: f"{space}/{word}", st.sampled_from(SPACES), st.sampled_from(WORDS)
)
PLACES = st.integers(0, 5)
SERVICE = "index.test"


class Names(RuleBasedStateMachine):
    """Creates, renames, gives away and deletes at random, each step refused or done as a whole."""

    owner: User

    def __init__(self) -> None:
        """Two organizations of one owner."""
        super().__init__()
        cache.clear()
        self.clock = time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False)
        self.time = self.clock.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        make_rule("*", make_registry("east", service=SERVICE))
        self.owner = make_user("owner")
        self.by = Principal(self.owner)
        for name in SPACES[:2]:
            make_organization(name, owner=self.owner)
        # What each name led to as long as the repository lived: it must lead there for ever.
        self.known: dict[str, int] = {}

    def teardown(self) -> None:
        """Ask every entrance, and leave nothing behind."""
        try:
            self._check_entrances()
            self._check_registry()
        finally:
            self._leave()

    def _leave(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.clock.stop()

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        """Create it, if the name is free."""
        self._learn(
            self._try(lambda: create_repository(parse_repository_name(name), by=self.by)), name
        )

    @rule(place=PLACES, word=st.sampled_from(WORDS))
    def rename(self, place: int, word: str) -> None:
        """Give one of them another name."""
        if repository := self._pick(place):
            to = parse_repository_name(f"{repository.namespace.name}/{word}")
            self._learn(self._try(lambda: rename_repository(repository, to=to, by=self.by)))

    @rule(place=PLACES, word=st.sampled_from(WORDS))
    def transfer(self, place: int, word: str) -> None:
        """Give one of them to the other namespace."""
        if repository := self._pick(place):
            others = Namespace.objects.exclude(organization=None)
            target = others.exclude(pk=repository.namespace_id).get()
            to = parse_repository_name(f"{target.name}/{word}")
            self._learn(self._try(lambda: transfer_repository(repository, to=to, by=self.by)))

    @rule(place=st.integers(0, 1), name=st.sampled_from(SPACES))
    def rename_namespace(self, place: int, name: str) -> None:
        """Give one of the organizations another name, or one of its past."""
        organization = Organization.objects.order_by("pk")[place]
        cache.clear()
        self._try(lambda: rename_organization(organization, to=name, by=self.by))

    @rule(place=PLACES)
    def delete(self, place: int) -> None:
        """Delete one of them for good, its content proven gone."""
        if repository := self._pick(place):
            Repository.objects.filter(pk=repository.pk).update(
                state=RepositoryState.DELETED, deleted_at=timezone.now()
            )
            self.known = {name: pk for name, pk in self.known.items() if pk != repository.pk}

    @rule(minutes=st.sampled_from([1, int(NAME_REST.total_seconds() // 60) + 1]))
    def wait(self, minutes: int) -> None:
        """Let time pass, sometimes as long as a name rests."""
        self.time.shift(timedelta(minutes=minutes))

    def _learn(self, repository: Any, *names: str) -> None:
        """Note what leads to it now; what led to another one, which lives, was not to be had."""
        for name in (repository.name, *names) if repository else ():
            assert self.known.setdefault(name, repository.pk) == repository.pk, name

    def _check_entrances(self) -> None:
        """Look by the way of pages, API, v1 and gateway, by the statement's and by the token's."""
        everything = Repository.objects.all()
        live = {row.pk: row for row in everything.exclude(state=RepositoryState.DELETED)}
        for name in self._names():
            found = find_repository(everything, name)
            pk = found.pk if found else None
            assert self.known.get(name.value, pk) == pk, name
            assert the_one_called(everything, name).first() == found, name
            assert [row.pk for row in live.values() if leads_to(name, row)] == ([pk] if pk else [])
            self._check_token(name, found)

    def _check_registry(self) -> None:
        """No registry keeps two under one name, and none under what another one is called today."""
        rows = list(Repository.objects.exclude(state=RepositoryState.DELETED))
        stored = {row.stored_name: row for row in rows}
        assert len(stored) == len(rows)
        for row in rows:
            assert stored.get(row.name, row) == row

    def _check_token(self, name: RepositoryName, found: Repository | None) -> None:
        """A token says what the registry knows it by, so it opens this one and no other."""
        scopes = parse_scopes([f"repository:{name}:pull"])
        names = repository_names(scopes)
        facts = facts_by_name(self.by, [name.value])
        granted = granted_access(self.by, scopes, names=names, facts=facts, service=SERVICE)
        if found is not None:
            assert [access["name"] for access in granted.access] == [found.stored_name]
            return
        keepers = Repository.objects.exclude(state=RepositoryState.DELETED)
        for access in granted.access:  # to create it
            assert not keepers.filter(stored_name=access["name"]).exists()

    def _names(self) -> Iterator[RepositoryName]:
        for space in SPACES:
            for word in WORDS:
                yield parse_repository_name(f"{space}/{word}")

    def _pick(self, place: int) -> Repository | None:
        live = list(Repository.objects.exclude(state=RepositoryState.DELETED).order_by("pk"))
        return live[place % len(live)] if live else None

    def _try(self, step: Callable[[], Any]) -> Any:
        cache.clear()  # how often is not what is tested
        try:
            with transaction.atomic():
                return step()
        except (IndexRefusal, AccountError):
            return None


@pytest.mark.django_db
def test_each_name_leads_to_one_repository_whatever_happens() -> None:
    run_state_machine_as_test(
        Names,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Namespace.objects.filter(name="red").exists()  # each run left nothing behind
