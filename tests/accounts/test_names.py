"""User and organization names (case 9)."""

from __future__ import annotations

import pytest

from accounts.errors import NameInvalid, NameReserved, NameTaken
from accounts.flows.organizations import create_organization
from accounts.flows.signup import create_user
from accounts.names import check_organization_name, check_user_name
from tests.conftest import World
from tests.factories import PASSWORD

REFUSED = [".", "..", "-x", "_", "admin\n", "\u24d0dmin", "a@b", "a+b", "robot$x", "a", "a" * 40,
           "Alice", "ali-ce", "ali_ce", "ali ce", "", "\uff41lice", "abcd\0",
           "\u0430lice", "al\u0131ce", "alice\u200b", "alic\u00e9", "\u0661\u0662\u0663\u0664"]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_user_name(name: str) -> None:
    with pytest.raises(NameInvalid):
        check_user_name(name)


@pytest.mark.parametrize("name", ["library", "admin", "token", "search", "settings", "root"])
def test_reserved_names_are_for_nobody(name: str) -> None:
    for check in (check_user_name, check_organization_name):
        with pytest.raises(NameReserved):
            check(name)


@pytest.mark.parametrize("name", ["acme-tools", "acme", "a1-b2-c3"])
def test_organizations_may_have_single_inner_hyphens(name: str) -> None:
    assert check_organization_name(name) == name


@pytest.mark.parametrize("name", ["acme--tools", "-acme", "acme-", "abc"])
def test_other_hyphens_are_refused(name: str) -> None:
    with pytest.raises(NameInvalid):
        check_organization_name(name)


def test_users_and_organizations_compete_for_one_table(world: World) -> None:
    with pytest.raises(NameTaken):
        create_user(username="acme", email="x@example.com", password=PASSWORD)
    with pytest.raises(NameTaken):
        create_organization("alice", owner=world.olga)


def test_an_organization_that_cannot_be_made_leaves_nothing(world: World) -> None:
    before = world.olga.organizations.count()
    with pytest.raises(NameTaken):
        create_organization("bobby", owner=world.olga)
    assert world.olga.organizations.count() == before
