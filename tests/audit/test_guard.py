"""The audit is append-only, whatever code runs; retention alone deletes, and says so."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import AuditAction, Origin, origin, record
from accounts.flows.prune_audit import prune_audit
from accounts.models import AuditEvent, AuditForwarding
from accounts.models.audit_event import AuditIsAppendOnly
from accounts.principals import Principal
from tests.audit.collector import lines_over_http
from tests.conftest import World


@pytest.fixture
def event(world: World) -> AuditEvent:
    """One that somebody wrote."""
    token = origin.set(Origin("192.0.2.1", "a browser"))
    record(
        AuditAction.EMAIL_ADDED,
        by=Principal(world.alice),
        user=world.alice,
        namespace=world.acme.namespace,
        target="a…@example.com",
        reason="words",
    )
    origin.reset(token)
    return AuditEvent.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        "action = 'x'", "actor = 'user:0'", "actor_name = 'x'", "at = '2020-01-01'",
        "credential = 'x'", "target = 'x'", "address = '192.0.2.2'", "user_agent = 'x'",
        "details = '{\"a\": 1}'", "namespace_id = (SELECT MIN(id) FROM accounts_namespace)",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_to_change_a_line(event: AuditEvent, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE accounts_auditevent SET {change}")  # noqa: S608


def test_postgresql_itself_refuses_to_delete_a_line(event: AuditEvent) -> None:
    """SQLite takes deletions, as its own `flush` is made of them: there the model refuses alone."""
    refuses = pytest.raises(DatabaseError, match="append-only")
    is_guarded = connection.vendor == "postgresql"
    with (
        refuses if is_guarded else nullcontext(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM accounts_auditevent")
    assert AuditEvent.objects.exists() is is_guarded


def test_the_model_refuses_to_delete_and_to_change(event: AuditEvent) -> None:
    with pytest.raises(AuditIsAppendOnly):
        AuditEvent.objects.filter(pk=event.pk).delete()
    with pytest.raises(AuditIsAppendOnly):
        AuditEvent.objects.update(target="x")
    with pytest.raises(AuditIsAppendOnly):
        event.delete()
    with pytest.raises(AuditIsAppendOnly):
        event.save()


def test_an_account_that_closes_leaves_its_whereabouts_empty(event: AuditEvent) -> None:
    AuditEvent.objects.forget_whereabouts(event.actor)
    event.refresh_from_db()
    assert (event.address, event.user_agent, event.target, event.details) == ("", "", "", {})


def test_a_namespace_that_is_gone_takes_no_line_along(world: World, event: AuditEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET namespace_id = NULL")
    event.refresh_from_db()
    assert event.namespace is None


def test_everything_is_kept_without_a_setting(event: AuditEvent) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=10_000)):
        assert prune_audit() == 0
    assert AuditEvent.objects.count() == 1


def test_retention_leaves_a_line_that_says_how_many(
    world: World, event: AuditEvent, settings: Any
) -> None:
    settings.AUDIT_DAYS = 365
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        record(AuditAction.PROFILE_CHANGED, by=Principal(world.alice), target="young")
        assert prune_audit() == 1
        assert prune_audit() == 0
    left = AuditEvent.objects.order_by("pk")
    assert [one.target for one in left] == ["young", "audit"]
    assert left[1].action == AuditAction.AUDIT_PRUNED
    assert left[1].details["deleted"] == 1


def test_what_a_collector_does_not_have_is_kept(
    world: World, event: AuditEvent, settings: Any
) -> None:
    with lines_over_http() as collector:
        settings.AUDIT_DAYS, settings.AUDIT_HTTP_URL = 1, collector.url
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            assert prune_audit() == 0
            AuditForwarding.objects.create(target="http", position=event.pk)
            assert prune_audit() == 1
