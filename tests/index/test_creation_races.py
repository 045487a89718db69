"""A repository that begins at the moment at which its namespace ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.models import Organization
from accounts.principals import Principal
from index.errors import Denied
from index.flows.close_account import close_account
from index.flows.create_repository import create_repository
from index.flows.delete_organization import delete_organization
from index.models import Repository, RepositoryState
from index.names import parse_repository_name
from tests.conftest import World


@contextmanager
def before_the_first_transaction(happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen after everything was checked, and before anything was locked."""
    waiting = [happens]

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        if waiting and sql.startswith("SAVEPOINT"):
            waiting.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield
    assert not waiting


def test_none_begins_in_an_organization_that_was_deleted_just_now(world: World) -> None:
    Repository.objects.filter(pk=world.app.pk).update(state=RepositoryState.DELETED)
    Organization.objects.update(members_may_create=True)
    end = partial(delete_organization, world.acme, by=Principal(world.olga))
    with before_the_first_transaction(end), pytest.raises(Denied):
        create_repository(parse_repository_name("acme/new"), by=Principal(world.mia))
    assert not Repository.objects.live().filter(namespace=world.acme.namespace).exists()


def test_none_begins_in_an_account_that_was_closed_just_now(world: World) -> None:
    end = partial(close_account, by=Principal(world.alice), typed="alice")
    with before_the_first_transaction(end), pytest.raises(Denied):
        create_repository(parse_repository_name("alice/new"), by=Principal(world.alice))
    assert not Repository.objects.live().filter(namespace=world.alice.namespace).exists()
