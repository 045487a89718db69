"""Which names lead to a repository, and which of two wins."""

from __future__ import annotations

import pytest

from accounts.errors import NameTaken
from accounts.models import Namespace
from accounts.principals import Principal
from index.flows.rename_namespace import rename_organization
from index.lookup import find_repository, leads_to, the_one_called
from index.models import Repository, RepositoryState
from index.names import parse_repository_name
from tests.conftest import World
from tests.factories import make_repository


def found(name: str) -> Repository | None:
    """Look for the name among all repositories, in both ways."""
    among, parsed = Repository.objects.all(), parse_repository_name(name)
    repository = find_repository(among, parsed)
    assert the_one_called(among, parsed).first() == repository
    return repository


def test_the_name_in_the_registry_leads_to_it(world: World) -> None:
    moved = make_repository("alice/new", stored_name="alice/old")
    assert found("alice/old") == moved
    assert leads_to(parse_repository_name("alice/old"), moved)
    assert not leads_to(parse_repository_name("alice/older"), moved)


def test_a_tombstone_is_found_by_no_name(world: World) -> None:
    make_repository("alice/new", stored_name="alice/old", state=RepositoryState.DELETED)
    assert found("alice/old") is None
    assert found("alice/new") is None


def test_the_name_of_today_wins_over_one_in_a_registry(world: World) -> None:
    make_repository("alice/new", stored_name="alice/other")
    today = make_repository("alice/other", stored_name="alice/something")
    assert found("alice/other") == today


def test_the_name_in_the_registry_wins_over_an_old_name_of_the_namespace(world: World) -> None:
    Namespace.objects.create(name="old", redirects_to=Namespace.objects.get(name="alice"))
    make_repository("alice/app", stored_name="alice/app")
    stored = make_repository("alice/moved", stored_name="old/app")
    assert found("old/app") == stored


def test_an_old_name_of_the_namespace_leads_to_todays(world: World) -> None:
    Namespace.objects.create(name="old", redirects_to=Namespace.objects.get(name="alice"))
    assert found("old/priv") == world.private
    assert found("old/nope") is None
    assert found("older/priv") is None
    assert found("base") == world.base


def test_no_organization_takes_a_name_that_a_registry_keeps_anothers_images_under(
    world: World,
) -> None:
    make_repository("alice/new", stored_name="globex/app")
    with pytest.raises(NameTaken):
        rename_organization(world.acme, to="globex", by=Principal(world.olga))
    world.acme.refresh_from_db()
    assert world.acme.name == "acme"
