"""The change stamp: a write that can change a decision is never missed, the others cost nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.changes import IRRELEVANT_TABLES, matters, stamp
from accounts.models import Membership, PersonalAccessToken, User
from accounts.principals import ANONYMOUS
from index.models import AccessGrant, Repository
from tests.conftest import World

Change = Callable[[World], object]


def session_of(user: User) -> SessionStore:
    """A browser's session, just begun."""
    session = SessionStore()
    session.update({SESSION_KEY: str(user.pk)})
    session.save()
    return session


MATTERING: dict[str, Change] = {
    "a grant ends": lambda world: AccessGrant.objects.filter(repository=world.app).delete(),
    "a grant has a date": lambda _: AccessGrant.objects.update(expires_at=timezone.now()),
    "a member leaves": lambda world: Membership.objects.filter(user=world.mia).delete(),
    "a person is disabled": lambda world: User.objects.filter(pk=world.mia.pk).update(
        is_active=False
    ),
    "a repository opens": lambda world: Repository.objects.filter(pk=world.app.pk).update(
        visibility="public"
    ),
    "a session is over": lambda world: session_of(world.mia).delete(),
    "a row is saved": lambda world: world.app.save(),
    "somebody writes SQL": lambda _: connection.cursor().execute("DELETE FROM index_accessgrant"),
}
HARMLESS: dict[str, Change] = {
    "a look": lambda world: Repository.objects.filter(pk=world.app.pk).first(),
    "a pull": lambda world: Repository.objects.filter(pk=world.app.pk).update(pull_count=7),
    "a use": lambda _: PersonalAccessToken.objects.update(
        last_used_at=timezone.now(), last_used_address="127.0.0.1"
    ),
    "a log-in": lambda world: session_of(world.mia).save(),
    "an event": lambda world: record(AuditAction.MACHINE_ENDED, by=ANONYMOUS, user=world.mia),
}


@pytest.mark.parametrize("change", MATTERING)
def test_what_can_change_a_decision_renews_the_stamp(world: World, change: str) -> None:
    before = stamp.read()
    MATTERING[change](world)
    assert stamp.read() != before


@pytest.mark.parametrize("change", HARMLESS)
def test_what_cannot_leaves_it_alone(world: World, change: str) -> None:
    before = stamp.read()
    HARMLESS[change](world)
    assert stamp.read() == before


@pytest.mark.django_db(transaction=True)
def test_the_commit_renews_it_once_more(world: World) -> None:
    with transaction.atomic():
        Repository.objects.filter(pk=world.app.pk).update(mode="archived")
        User.objects.filter(pk=world.mia.pk).update(is_active=False)
        in_the_transaction = stamp.read()
    assert stamp.read() != in_the_transaction


def test_an_update_of_one_column_that_matters_among_others_counts() -> None:
    assert matters('UPDATE "index_repository" SET "pull_count" = %s, "mode" = %s WHERE "id" = %s')
    assert matters('UPDATE "index_repository" SET "mode" = COALESCE("pull_count", "readme")')
    assert not matters(
        'UPDATE "index_repository" SET "pull_count" = "index_repository"."star_count"'
    )


@pytest.mark.parametrize(
    "sql",
    [
        "update index_repository set visibility = 'public'",
        'WITH gone AS (SELECT 1) DELETE FROM "index_accessgrant"',
        "TRUNCATE index_accessgrant",
        'INSERT INTO "index_accessgrant" ("id") VALUES (1)',
        'DELETE FROM "accounts_personalaccesstoken" WHERE "id" = 1',
    ],
)
def test_what_is_not_understood_matters(sql: str) -> None:
    assert matters(sql)


def test_tables_said_to_be_irrelevant_are_there() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert tables >= IRRELEVANT_TABLES - {"index_denial"}
