"""What the database writes down by itself when a repository changes, and what it takes out at once."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import Namespace, Organization, User, Visibility
from accounts.principals import ANONYMOUS, Principal
from index.models import Manifest, Repository
from index.roles import Role
from search import schema
from search.apps import _after_migrations, _before_migrations
from search.backends import slots
from search.backends.database import lexemes_kept
from search.models import SearchChange, SearchState
from tests.conftest import World
from tests.factories import make_grant, make_tag
from tests.search.conftest import brought_up_to_date, found_names, hit_ids


@pytest.fixture(autouse=True)
def _indexed(world: World) -> None:
    brought_up_to_date()
    assert not SearchChange.objects.exists()


def noted() -> set[int]:
    """The repositories that upkeep is to look at."""
    return set(SearchChange.objects.values_list("repository_id", flat=True))


def change(repository: Repository, **fields: Any) -> None:
    """Change columns."""
    Repository.objects.filter(pk=repository.pk).update(**fields)


def entries(*repositories: Repository) -> set[int]:
    """Which of them have an entry."""
    return set(lexemes_kept([one.pk for one in repositories], slots.live()))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "alice/new"},
        {"visibility": Visibility.INTERNAL},
        {"state": "trashed"},
        {"mode": "archived"},
        {"description": "new"},
        {"readme": "new"},
        {"topics": ["new"]},
        {"image_facts": {"source": "new"}},
        {"star_count": 7},
        {"is_automated": True},
        {"last_pushed_at": None},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_change_is_noted(world: World, fields: dict[str, Any]) -> None:
    change(world.public, **fields)
    assert noted() == {world.public.pk}


def test_a_new_one_is_noted(world: World) -> None:
    made = Repository.objects.create(
        name="alice/new",
        stored_name="alice/new",
        namespace=world.alice.namespace,
        registry=world.east,
        visibility="public",
    )
    assert noted() == {made.pk}


def test_what_stays_as_it_was_is_not_noted(world: World) -> None:
    world.public.save()
    assert noted() == set()


def test_a_pull_is_not_noted(world: World) -> None:
    change(world.public, pull_count=1_000, tokens_not_before=timezone.now())
    assert noted() == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": Visibility.PRIVATE},
        {"visibility": Visibility.INTERNAL},
        {"state": "trashed"},
        {"name": "alice/new"},
    ],
    ids=lambda fields: str(*fields.values()),
)
def test_what_hides_takes_the_entry_out_at_once(world: World, fields: dict[str, Any]) -> None:
    change(world.public, **fields)
    assert entries(world.public, world.base) == {world.base.pk}
    assert hit_ids(ANONYMOUS) == {world.base.pk}


def test_a_repository_that_is_given_away_goes_at_once(world: World) -> None:
    change(world.private, namespace=world.acme.namespace)
    assert entries(world.private) == set()
    assert hit_ids(Principal(world.alice)) == {world.public.pk, world.base.pk}


def test_a_row_that_is_deleted_takes_its_entry_along(world: World) -> None:
    Repository.objects.filter(pk=world.base.pk).delete()
    assert hit_ids(ANONYMOUS) == {world.public.pk}


def test_what_is_rolled_back_leaves_the_entry_where_it_is(world: World) -> None:
    with transaction.atomic():
        change(world.public, visibility="private")
        assert found_names("pub") == []
        transaction.set_rollback(True)
    assert found_names("pub") == ["alice/pub"]
    assert noted() == set()


def test_names_and_marks_of_an_owner_are_noted(world: World) -> None:
    changes: list[tuple[Any, dict[str, Any], str]] = [
        (Namespace.objects.filter(user=world.alice), {"is_verified": True}, "alice"),
        (User.objects.filter(pk=world.alice.pk), {"display_name": "Al"}, "alice"),
        (Organization.objects.filter(pk=world.acme.pk), {"display_name": "A"}, "acme"),
    ]
    for rows, fields, owner in changes:
        brought_up_to_date()
        rows.update(**fields)
        theirs = Repository.objects.filter(namespace__name=owner)
        assert noted() == set(theirs.values_list("pk", flat=True))


def test_platforms_are_noted_when_an_image_is_described(world: World) -> None:
    make_tag(world.public)
    brought_up_to_date()
    assert found_names("platform:amd64") == []
    Manifest.objects.update(described_at=timezone.now())
    assert noted() == {world.public.pk}
    brought_up_to_date()
    assert found_names("platform:amd64") == ["alice/pub"]


def test_a_grant_needs_no_note(world: World) -> None:
    make_grant(world.private, world.bob, Role.READER)
    assert noted() == set()
    assert world.private.pk in hit_ids(Principal(world.bob))


def test_a_migration_finds_the_triggers_gone_and_leaves_them_there(world: World) -> None:
    """SQLite makes a table anew when it changes, which loses its triggers."""
    _before_migrations(plan=["something"])
    assert not schema.is_laid()
    change(world.public, visibility="private")
    change(world.base, star_count=9)
    _after_migrations(plan=["something"])
    assert schema.is_laid()
    assert noted() == {world.public.pk, world.base.pk}, "what happened in between is looked at"
    brought_up_to_date()
    assert hit_ids(ANONYMOUS) == {world.base.pk}
    change(world.base, visibility="private")
    assert hit_ids(ANONYMOUS) == set()


def test_migrating_twice_is_harmless(world: World) -> None:
    for _ in range(2):
        call_command("migrate", stdout=StringIO())
    assert schema.is_laid()
    assert hit_ids(ANONYMOUS) == {world.public.pk, world.base.pk}
    assert SearchState.objects.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_laying_twice_is_harmless(world: World, times: int) -> None:
    for _ in range(times):
        schema.lay()
    change(world.public, description="new")
    assert noted() == {world.public.pk}
    brought_up_to_date()
    assert found_names("new") == ["alice/pub"]


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_leaves_an_index_that_works(world: World) -> None:
    call_command("flush", interactive=False, stdout=StringIO())
    assert schema.is_laid()
    assert SearchState.objects.count() == 1
    assert found_names("") == []
