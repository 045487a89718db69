"""`manage.py demo`: where it works, and what it puts into the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.principals import Principal
from config.demo import filling
from config.demo.catalogue import REPOSITORIES
from config.demo.password import demo_password, make_password
from config.demo.people import ORGANIZATIONS, PEOPLE
from config.management.commands.demo import is_loopback
from index.models import Repository
from index.policy import allowed_actions
from index.roles import Action
from tests.factories import make_registry, make_rule, make_user


def fill() -> list[int | bool]:
    """All of the demo that needs no registry; returns what was new."""
    password = make_password()
    return [
        *[filling.add_person(name, password=password) for name in PEOPLE],
        *map(filling.add_organization, ORGANIZATIONS),
        *map(filling.add_repository, REPOSITORIES),
        *map(filling.add_grants, ORGANIZATIONS),
        *map(filling.add_stars, REPOSITORIES),
    ]


@pytest.fixture
def registries(db: None) -> None:
    make_rule("*", make_registry("east"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"])
def test_this_machine_is_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    ["https://index.example.com", "http://10.0.0.1", "http://localhost.example.com", "nonsense"],
)
def test_everything_else_is_not(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.django_db
def test_the_demo_refuses_an_instance_that_others_reach() -> None:
    with pytest.raises(CommandError, match=r"local instances alone.*http://index\.test"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = demo_password(tmp_path)
    assert demo_password(tmp_path) == first
    assert (tmp_path / "demo_password").stat().st_mode & 0o777 == 0o600
    assert make_password() != first


def test_filling_twice_changes_nothing_the_second_time(registries: None) -> None:
    assert all(fill()[: len(PEOPLE)])
    assert not any(fill())


def test_the_people_are_verified_and_none_is_administrator(registries: None) -> None:
    fill()
    assert User.objects.with_verified_address().count() == len(PEOPLE)
    assert not User.objects.filter(is_superuser=True).exists()


def test_whoever_is_to_push_may_push(registries: None) -> None:
    fill()
    for plan in REPOSITORIES:
        repository = Repository.objects.get(name=plan.name)
        decision = allowed_actions(Principal(User.objects.get(username=plan.pusher)), repository)
        assert Action.PUSH in decision.actions, plan.name


def test_a_repository_that_was_deleted_stays_away(registries: None) -> None:
    fill()
    Repository.objects.filter(name="nadia/hello").update(state="deleted")
    assert not any(fill())


def test_somebody_elses_name_is_left_alone(registries: None) -> None:
    user = make_user("mirabel")
    User.objects.filter(pk=user.pk).update(email="someone@elsewhere.example")
    with pytest.raises(filling.NameInUse, match="mirabel"):
        fill()
