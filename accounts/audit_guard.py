"""Triggers that keep the audit append-only whatever code runs, on both databases.

They stand beside the model's own refusal. Installed after each migration: SQLite loses triggers where
a table is rebuilt. What they let through is what the project does on purpose: an account that closes
leaves its whereabouts behind empty, a namespace or person that is gone becomes NULL, and retention
says beforehand that it is at work (PostgreSQL). SQLite takes deletions: there is nothing to tell
retention by, and whoever can open its file can drop triggers, too.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

RETENTION = "waybill.audit_retention"
_REFUSAL = "the audit is append-only"
_FIXED = ("id", "at", "action", "actor", "actor_name", "credential")
_ERASABLE = ("address", "user_agent", "target")
_NULLABLE = ("namespace_id", "user_id")

_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION waybill_guard_audit() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('{RETENTION}', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '{_REFUSAL}';
  END IF;
  IF {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)}
    OR {" OR ".join(f"NEW.{name} NOT IN (OLD.{name}, '')" for name in _ERASABLE)}
    OR NEW.details::text NOT IN (OLD.details::text, '{{}}')
    OR {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name} AND NEW.{name} IS NOT NULL" for name in _NULLABLE)}
  THEN RAISE EXCEPTION '{_REFUSAL}'; END IF;
  RETURN NEW;
END $guard$;
CREATE OR REPLACE TRIGGER waybill_guard_audit BEFORE UPDATE OR DELETE ON accounts_auditevent
FOR EACH ROW EXECUTE FUNCTION waybill_guard_audit();
"""
_SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS waybill_guard_audit BEFORE UPDATE ON accounts_auditevent
WHEN {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FIXED)}
  OR {" OR ".join(f"NEW.{name} NOT IN (OLD.{name}, '')" for name in _ERASABLE)}
  OR NEW.details NOT IN (OLD.details, '{{}}')
  OR {" OR ".join(f"(NEW.{name} IS NOT OLD.{name} AND NEW.{name} IS NOT NULL)" for name in _NULLABLE)}
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
"""


def install(using: str = "default", **_kwargs: Any) -> None:
    """Put the triggers there, once the table is."""
    connection = connections[using]
    if "accounts_auditevent" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE if connection.vendor == "sqlite" else _POSTGRESQL)


def say_that_this_is_retention(using: str) -> None:
    """Open the way for deletions until the transaction ends."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'on', true)", [RETENTION])
