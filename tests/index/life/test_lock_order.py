"""Two people at once, each holding its first row before either asks for its second: none waits for ever.

PostgreSQL ends a deadlock by an error, which would be one of the two's. Where nothing locks rows (SQLite)
one comes after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection

from accounts.errors import AccountError
from accounts.flows.invitations import send_invitation
from accounts.models import Organization, Visibility
from accounts.principals import Principal
from index.errors import IndexRefusal
from index.flows.change_repository import change_mode, change_visibility
from index.flows.close_account import close_account
from index.flows.delete_repository import request_deletion
from index.flows.rename_namespace import rename_organization
from index.flows.rename_repository import rename_repository
from index.flows.request_access import grant_request
from index.flows.star_repository import star
from index.flows.transfer_repository import (
    decline_transfer,
    take_transfer,
    transfer_repository,
    withdraw_transfer,
)
from index.models import AccessRequest, Repository, RepositoryMode, Transfer
from index.names import parse_repository_name
from index.roles import Role
from tests.conftest import World
from tests.factories import make_organization, make_repository

pytestmark = pytest.mark.django_db(transaction=True)

ROW = r"FOR (NO KEY )?UPDATE"
NAME = r'UPDATE "accounts_namespace" SET "name"'
_SECONDS = 20  # until a test that hangs fails


@dataclass
class Side:
    """Somebody who acts, and stops after the first statement that takes such a lock."""

    act: Callable[[], object]
    stops_after: str = ROW
    holds: Event = field(default_factory=Event)
    pid: int = 0

    def run(self, go: Event) -> None:
        """Act in a connection of its own; a refusal is an answer, an error of the database is none."""

        def stop(execute: Any, sql: str, *rest: Any) -> Any:
            done = execute(sql, *rest)
            if self.pid and not self.holds.is_set() and re.search(self.stops_after, sql):
                self.holds.set()
                assert go.wait(_SECONDS)
            return done

        try:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                self.pid = connection.connection.info.backend_pid
            with connection.execute_wrapper(stop):
                self.act()
        except (IndexRefusal, AccountError):
            pass
        finally:
            self.holds.set()
            connection.close()

    def is_waiting(self) -> bool:
        """Whether another one holds what it wants."""
        if not self.pid:
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid])
            return bool(cursor.fetchone()[0])


def meet(one: Side, other: Side) -> None:
    """Let both take their first lock, or the second one wait for it; then let both go on to the end."""
    go = Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one.run, go)
        assert one.holds.wait(_SECONDS)
        second = pool.submit(other.run, go)
        while not (other.holds.wait(0.005) or other.is_waiting()):
            pass
        go.set()
        first.result(_SECONDS)
        second.result(_SECONDS)


@pytest.fixture
def umbra(world: World) -> Organization:
    """An organization of bob's."""
    return make_organization("umbra", owner=world.bob)


def transfer(world: World, to: str) -> Repository | Transfer:
    fresh = Repository.objects.get(pk=world.app.pk)
    return transfer_repository(fresh, to=parse_repository_name(to), by=Principal(world.olga))


def deletion(world: World) -> Side:
    fresh = Repository.objects.get(pk=world.app.pk)
    return Side(partial(request_deletion, fresh, by=Principal(world.olga)))


@pytest.mark.parametrize("answer", [take_transfer, decline_transfer])
@pytest.mark.parametrize("anew", [transfer, None])
def test_an_offer_is_answered_while_it_is_made_anew_or_taken_back(
    world: World,
    umbra: Organization,
    answer: Callable[..., object],
    anew: Callable[..., object] | None,
) -> None:
    offer = transfer(world, "umbra/app")
    again = partial(transfer, world, "umbra/app2")
    withdrawal = partial(withdraw_transfer, world.app, by=Principal(world.olga))
    answering = Side(partial(answer, offer, by=Principal(world.bob)))
    meet(answering, Side(again if anew else withdrawal))


def test_a_repository_is_renamed_while_it_is_deleted(world: World) -> None:
    to = parse_repository_name("acme/web")
    fresh = Repository.objects.get(pk=world.app.pk)
    rename = Side(partial(rename_repository, fresh, to=to, by=Principal(world.olga)))
    meet(rename, deletion(world))
    assert not Repository.objects.live().filter(name="acme/app").exists()


def test_an_organization_gets_its_name_while_a_repository_of_it_is_deleted(world: World) -> None:
    rename = partial(rename_organization, world.acme, to="acne", by=Principal(world.olga))
    meet(Side(rename, stops_after=NAME), deletion(world))
    assert Repository.objects.get(pk=world.app.pk).name == "acne/app"


def test_an_organization_gets_its_name_while_somebody_is_invited(world: World) -> None:
    rename = partial(rename_organization, world.acme, to="acne", by=Principal(world.olga))
    fresh = Organization.objects.get(pk=world.acme.pk)
    invitation = partial(send_invitation, fresh, by=Principal(world.olga), invitee="bobby")
    meet(Side(rename, stops_after=NAME), Side(invitation))
    assert fresh.invitations.exists()


def test_a_repository_is_hidden_while_its_mode_changes(world: World) -> None:
    one, other = (Repository.objects.get(pk=world.app.pk) for _ in range(2))
    olga = Principal(world.olga)
    hiding = partial(change_visibility, one, by=olga, visibility=Visibility.INTERNAL)
    meet(Side(hiding), Side(partial(change_mode, other, by=olga, mode=RepositoryMode.READ_ONLY)))
    found = Repository.objects.get(pk=world.app.pk)
    assert (found.visibility, found.mode) == (Visibility.INTERNAL, RepositoryMode.READ_ONLY)


def test_two_namespaces_give_each_other_repositories(world: World) -> None:
    make_organization("umbra", owner=world.olga)
    back = make_repository("umbra/lib")
    to = parse_repository_name("acme/lib")
    other = partial(transfer_repository, back, to=to, by=Principal(world.olga))
    meet(Side(partial(transfer, world, "umbra/app")), Side(other))
    names = Repository.objects.filter(pk__in=[world.app.pk, back.pk]).values_list("name", flat=True)
    assert set(names) == {"umbra/app", "acme/lib"}


def test_a_repository_is_given_away_while_a_request_for_access_is_granted(world: World) -> None:
    make_organization("umbra", owner=world.olga)
    request = AccessRequest.objects.create(repository=world.app, user=world.bob, role=Role.READER)
    away = partial(transfer, world, "umbra/app")
    granting = partial(grant_request, request, by=Principal(world.olga), role=Role.READER)
    meet(Side(away, stops_after=f'FROM "index_repository".*{ROW}'), Side(granting))
    request.refresh_from_db()
    assert request.decided_at
    assert not request.is_granted


def test_an_account_closes_while_its_person_deletes(world: World) -> None:
    alice = Principal(world.alice)
    closing = Side(
        partial(close_account, by=alice, typed="alice"), stops_after="accounts_user.*FOR"
    )
    fresh = Repository.objects.get(name="alice/pub")
    meet(closing, Side(partial(request_deletion, fresh, by=alice)))
    assert not Repository.objects.live().filter(namespace=world.alice.namespace).exists()


def test_an_account_closes_while_its_person_stars(world: World) -> None:
    bob, base = Principal(world.bob), Repository.objects.get(name="base")
    star(base, by=bob)
    closing = Side(partial(close_account, by=bob, typed="bobby"))
    public = Repository.objects.get(name="alice/pub")
    meet(closing, Side(partial(star, public, by=bob), stops_after="INSERT INTO .index_star"))
