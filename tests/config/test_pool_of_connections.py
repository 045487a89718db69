"""A pooler gets nothing that belongs to a session; without one nothing changes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env_databases import env_pool


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("WAYBILL_TRIED", raising=False)
    return monkeypatch


def test_without_a_pooler_there_is_none(tried: pytest.MonkeyPatch) -> None:
    assert env_pool("WAYBILL_TRIED") == {}


def test_a_pooler_is_told_nothing_that_belongs_to_a_session(tried: pytest.MonkeyPatch) -> None:
    tried.setenv("WAYBILL_TRIED", "postgresql://waybill:p%40ss@pooler:6432/waybill")
    pool = env_pool("WAYBILL_TRIED")["pool"]
    assert (pool["HOST"], pool["PORT"], pool["PASSWORD"]) == ("pooler", "6432", "p@ss")
    assert pool["OPTIONS"] == {"connect_timeout": 3}
    assert pool["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_what_is_no_postgresql_has_no_pooler(tried: pytest.MonkeyPatch) -> None:
    tried.setenv("WAYBILL_TRIED", "sqlite:///tried.sqlite3")
    with pytest.raises(ImproperlyConfigured, match="must start with postgresql"):
        env_pool("WAYBILL_TRIED")
