"""When a credential was last used is written beside the requests, once for many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import InternalError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts import last_use
from accounts.models import PersonalAccessToken
from tests.conftest import World
from tests.machines import make_token


@pytest.fixture
def _beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that serves requests, but for the thread."""
    monkeypatch.setattr(last_use, "_beside", True)
    yield
    last_use._waiting.clear()


@pytest.mark.usefixtures("_beside")
def test_many_uses_from_one_address_are_one_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make_token(world.alice).token for _ in range(5)]
    with django_assert_num_queries(0):
        for token in [*made, *made]:
            last_use.touch(token, address="192.0.2.1")
    with django_assert_num_queries(3):  # with the savepoint around it
        last_use.write_now()
    uses = PersonalAccessToken.objects.values_list("last_used_address", flat=True)
    assert set(uses) == {"192.0.2.1"}


@pytest.mark.usefixtures("_beside")
def test_a_use_within_the_minute_is_not_written_again(world: World) -> None:
    token = make_token(world.alice).token
    last_use.touch(token, address="192.0.2.1")
    last_use.write_now()
    first = PersonalAccessToken.objects.get(pk=token.pk)
    last_use.touch(token, address="192.0.2.9")  # another process read it before
    last_use.write_now()
    assert PersonalAccessToken.objects.get(pk=token.pk).last_used_at == first.last_used_at


@pytest.mark.usefixtures("_beside")
def test_a_use_that_could_not_be_written_waits_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token(world.alice).token
    last_use.touch(token, address="192.0.2.1")
    with monkeypatch.context() as patch:
        patch.setattr(transaction, "atomic", refuse_writes)
        with pytest.raises(InternalError):
            last_use.write_now()
    last_use.write_now()
    token.refresh_from_db()
    assert token.last_used_address == "192.0.2.1"


def refuse_writes() -> None:
    message = "cannot execute UPDATE in a read-only transaction"
    raise InternalError(message)
