"""The change stamp: what is remembered between requests holds while nothing that matters is written.

A file of eight bytes, mapped by every process of this machine. Each write to the database that can
change who may do what puts new ones there, when it is made and when it is committed; whoever remembers
a decision keeps the stamp beside it. What is not known to be harmless matters. Other machines, and an
operator at the database's own prompt, are heeded within `LONGEST_MEMORY`.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

# Seconds. nginx keeps a route for two more: together the five of design.md, "Live enforcement".
LONGEST_MEMORY = 3.0

_SIZE = 8
# Statements that write nothing; all others are looked at.
_READING = (
    *(
        "SELECT ",
        "(SELECT ",
        "SAVEPOINT ",
        "RELEASE ",
        "ROLLBACK",
        "BEGIN",
        "PRAGMA ",
        "SET ",
        "SHOW ",
    ),
    "EXPLAIN ",
)
_WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_ASSIGNED = re.compile(r'(?:\bSET|,)\s*"(\w+)"\s*=')
# Tables that no decision reads.
IRRELEVANT_TABLES = frozenset(
    {
        "account_emailconfirmation",
        "accounts_announcement",
        "accounts_auditevent",
        "accounts_auditforwarding",
        "accounts_devicelogin",
        "accounts_keptanswer",
        "accounts_mailchoice",
        "accounts_picture",
        "django_admin_log",
        "index_accessrequest",
        "index_activity",
        "index_bloblink",
        "index_dailycount",
        "index_deletion",
        "index_denial",
        "index_difference",
        "index_garbagecollection",
        "index_hiding",
        "index_indexentry",
        "index_manifest",
        "index_manifestcontent",
        "index_move",
        "index_notification",
        "index_promotion",
        "index_pullcount",
        "index_reconciliation",
        "index_registrycheck",
        "index_registryevent",
        "index_report",
        "index_retentionrule",
        "index_secretfinding",
        "index_star",
        "index_tag",
        "index_tagchange",
        "index_tagclaim",
        "index_tagdeletion",
        "index_transfer",
        "index_v1image",
        "index_v1token",
        "index_watch",
        "index_webhook",
        "index_webhookdelivery",
        "search_entry_a",
        "search_entry_b",
        "search_searchchange",
        "search_searchstate",
        "search_variant_a",
        "search_variant_b",
        "search_word_a",
        "search_word_b",
        "tokenauth_keyprobe",
        "usersessions_usersession",
    }
)
# Columns that say when and how often, of tables that decisions do read.
_HARMLESS_COLUMNS = frozenset(
    {
        "description",
        "expire_date",
        "idle_expires_at",
        "image_facts",
        "is_automated",
        "last_heard_at",
        "last_login",
        "last_pulled_at",
        "last_pushed_at",
        "last_used_address",
        "last_used_at",
        "pull_count",
        "readme",
        "session_data",
        "star_count",
        "storage_used",
        "topics",
        "warned_at",
    }
)
# A credential that is new takes nothing from anybody, and refusals are not remembered.
_HARMLESS_WHEN_NEW = frozenset(
    {
        "accounts_commandlinesession",
        "accounts_personalaccesstoken",
        "accounts_robotsecret",
        "django_session",
        "index_workloadlogin",
        "tokenauth_refreshtoken",
        "tokenauth_workloadsecret",
    }
)


class ChangeStamp:
    """Eight bytes that are others after each change; whatever they are, only equality counts."""

    def __init__(self) -> None:
        """Map nothing yet: a process that is started from this one must map anew."""
        self._shared: mmap.mmap | None = None

    def read(self) -> bytes:
        """Return the stamp of now."""
        shared = self._shared or self._map()
        return shared[:_SIZE]

    def renew(self) -> None:
        """Make every memory on this machine invalid.

        Random and not counted up: of two processes that write at once neither may undo the other.
        """
        shared = self._shared or self._map()
        shared[:_SIZE] = os.urandom(_SIZE)

    def _map(self) -> mmap.mmap:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        path = settings.VAR_DIR / "changes"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < _SIZE:
                os.pwrite(descriptor, os.urandom(_SIZE), 0)
            self._shared = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        return self._shared


def writes(sql: str) -> bool:
    """Whether the statement writes anything; what is not understood does."""
    return not sql.startswith(_READING)


def matters(sql: str) -> bool:
    """Whether the statement can change a decision; what is not understood can."""
    if not writes(sql):
        return False
    write = _WRITE.match(sql)
    if write is None:
        return True
    verb, table = write.groups()
    if table in IRRELEVANT_TABLES:
        return False
    if verb == "INSERT INTO":
        return table not in _HARMLESS_WHEN_NEW
    if verb == "UPDATE":
        assigned = _ASSIGNED.findall(sql.partition(" WHERE ")[0])
        is_simple = "SELECT" not in sql  # else the first WHERE may not be the end of what is set
        return not (is_simple and assigned and _HARMLESS_COLUMNS.issuperset(assigned))
    return True


def watch(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
    """Renew the stamp at a write that matters, and once more when it is committed."""
    result = execute(sql, params, many, context)
    if matters(sql if isinstance(sql, str) else str(sql)):
        stamp.renew()  # the transaction itself is to see it: tests never commit
        connection = context["connection"]
        if connection.in_atomic_block and not _is_awaited(connection):
            connection.on_commit(stamp.renew)
    return result


def watch_connection(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Watch whatever is executed on a connection that was just opened."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def _is_awaited(connection: BaseDatabaseWrapper) -> bool:
    return any(function == stamp.renew for _, function, *_ in connection.run_on_commit)


stamp = ChangeStamp()
