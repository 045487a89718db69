"""What happens to a repository between the check of a change of its name and the change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import Visibility
from accounts.principals import Principal
from index.errors import AlreadyDecided, Denied, IndexRefusal, NameTaken
from index.flows.change_repository import change_visibility
from index.flows.create_repository import create_repository
from index.flows.delete_organization import delete_organization
from index.flows.delete_repository import request_deletion
from index.flows.rename_repository import rename_repository
from index.flows.transfer_repository import (
    decline_transfer,
    take_transfer,
    transfer_repository,
    withdraw_transfer,
)
from index.models import Repository, Transfer
from index.names import RepositoryName, parse_repository_name
from tests.conftest import World
from tests.factories import make_organization
from tests.index.test_creation_races import before_the_first_transaction


def name(text: str) -> RepositoryName:
    return parse_repository_name(text)


def rename(world: World, to: str) -> Repository:
    return rename_repository(world.app, to=name(to), by=Principal(world.olga))


def transfer(world: World, to: str) -> Repository | Transfer:
    return transfer_repository(world.app, to=name(to), by=Principal(world.olga))


def test_of_two_renames_each_leads_on(world: World) -> None:
    first = partial(rename_repository, Repository.objects.get(pk=world.app.pk), to=name("acme/b"))
    with before_the_first_transaction(partial(first, by=Principal(world.olga))):
        assert rename(world, "acme/c").name == "acme/c"
    formers = world.app.former_names.values_list("name", flat=True)
    assert sorted(formers) == ["acme/app", "acme/b"]


def test_the_name_that_somebody_took_just_now_is_refused(world: World) -> None:
    create = partial(create_repository, name("acme/web"), by=Principal(world.olga))
    with before_the_first_transaction(create), pytest.raises(NameTaken):
        rename(world, "acme/web")


def test_the_name_that_it_left_just_now_is_refused(world: World) -> None:
    away = partial(rename, world, "acme/web")
    with before_the_first_transaction(away), pytest.raises(NameTaken):
        create_repository(name("acme/app"), by=Principal(world.olga))


@pytest.mark.parametrize("change", [rename, transfer])
def test_what_was_deleted_just_now_keeps_its_name(
    world: World, change: Callable[[World, str], object]
) -> None:
    end = partial(request_deletion, world.app, by=Principal(world.olga))
    to = "acme/web" if change is rename else "olga/app"
    with before_the_first_transaction(end), pytest.raises(Denied):
        change(world, to)
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_what_was_given_away_just_now_is_not_renamed_by_its_former_owner(world: World) -> None:
    give = partial(transfer, world, "olga/app")
    with before_the_first_transaction(give), pytest.raises(Denied):
        rename_repository(
            Repository.objects.get(pk=world.app.pk), to=name("acme/web"), by=Principal(world.olga)
        )
    assert Repository.objects.get(pk=world.app.pk).name == "olga/app"


def test_a_former_owner_does_not_open_what_was_given_away_just_now(world: World) -> None:
    make_organization("umbra", owner=world.bob)
    offer = transfer(world, "umbra/app")
    assert isinstance(offer, Transfer)
    seen = Repository.objects.get(pk=world.app.pk)
    take = partial(take_transfer, offer, by=Principal(world.bob))
    with before_the_first_transaction(take), pytest.raises(Denied):
        change_visibility(seen, by=Principal(world.olga), visibility=Visibility.PUBLIC)
    assert Repository.objects.get(pk=world.app.pk).visibility == Visibility.PRIVATE


def test_an_organization_that_ended_just_now_takes_nothing(world: World) -> None:
    umbra = make_organization("umbra", owner=world.olga)
    end = partial(delete_organization, umbra, by=Principal(world.olga))
    with before_the_first_transaction(end), pytest.raises(IndexRefusal):
        transfer(world, "umbra/app")
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_of_two_answers_the_second_comes_too_late(world: World) -> None:
    make_organization("umbra", owner=world.bob)
    offer = transfer(world, "umbra/app")
    assert isinstance(offer, Transfer)
    decline = partial(decline_transfer, offer, by=Principal(world.bob))
    with before_the_first_transaction(decline), pytest.raises(AlreadyDecided):
        take_transfer(offer, by=Principal(world.bob))
    again = transfer(world, "umbra/app")
    assert isinstance(again, Transfer)
    withdraw = partial(withdraw_transfer, world.app, by=Principal(world.olga))
    with before_the_first_transaction(withdraw), pytest.raises(AlreadyDecided):
        take_transfer(again, by=Principal(world.bob))
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"
