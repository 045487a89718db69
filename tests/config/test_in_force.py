"""The settings in force: every variable, and never a secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from config import env, in_force

_DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def shown(name: str) -> str:
    """Return what the page would show of a variable."""
    return next(value for row_name, value, _, _ in in_force.in_force() if row_name == name)


def test_every_documented_variable_is_there() -> None:
    named = set(re.findall(r"^\| `(WAYBILL_\w+)` \|", _DOCUMENTED.read_text(), re.MULTILINE))
    missing = named - {row[0] for row in settings.IN_FORCE}
    # Those of a directory are read where there is one.
    assert {name for name in missing if not name.startswith("WAYBILL_LDAP_")} == set()


def test_a_secret_is_named_and_not_shown() -> None:
    rows = {row[0]: row for row in settings.IN_FORCE}
    assert rows["WAYBILL_SECRET_KEY"] == ("WAYBILL_SECRET_KEY", "", True, True)


@pytest.mark.parametrize(
    ("value", "is_shown"),
    [
        ("postgresql://waybill:pa%2Fss@db/w?host=/run", "postgresql://waybill:…@db/w?host=/run"),
        ("redis://:pass@redis/0", "redis://:…@redis/0"),
        ("smtp://me:a/b@mail?tls=tls", "smtp://me:…@mail?tls=tls"),
        ("https://logs/x?token=abc&a=b", "https://logs/x?token=…&a=b"),
        ("Hub=https://a:b@hub,Old=http://c:d@old", "Hub=https://a:…@hub,Old=http://c:…@old"),
        ("postgresql://w:pa,s@s:x@db/w", "postgresql://w:…@db/w"),
        ("Hub=https://hub:5000,Old=http://c:d@old", "Hub=https://hub:5000,Old=http://c:…@old"),
        ("https://logs/x?auth=a,b", "https://logs/x?auth=…"),
        ("ldaps://ldap.example.com", "ldaps://ldap.example.com"),
    ],
)
def test_passwords_in_addresses_are_hidden(
    monkeypatch: pytest.MonkeyPatch, value: str, is_shown: str
) -> None:
    monkeypatch.setenv("WAYBILL_SOMETHING", value)
    monkeypatch.setattr(in_force, "_read", {})
    env.env_text("WAYBILL_SOMETHING")
    assert shown("WAYBILL_SOMETHING") == is_shown


def test_what_was_not_set_is_called_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_force, "_read", {})
    env.env_text("WAYBILL_NOTHING", "default")
    assert ("WAYBILL_NOTHING", "default", False, False) in in_force.in_force()
