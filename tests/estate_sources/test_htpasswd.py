"""htpasswd: names alone, for there is nothing else in it that can be taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.estate.records.people import Person
from config.estate.sources.errors import Unusable
from tests.estate_sources.reading import SAMPLES, Moved


def test_people_without_passwords_and_rights(tmp_path: Path) -> None:
    moved = Moved("htpasswd", SAMPLES / "htpasswd", tmp_path, email_domain="example.com")
    people = [(one.username, one.addresses[0].email, one.password) for one in moved.all(Person)]
    assert people == [("alice", "alice@example.com", ""), ("carol", "carol@example.com", "")]
    assert set(moved.left()) == {"person: B.Smith", "line: 5", "passwords: of 2 people"}


def test_a_hash_moves_where_it_can_be_checked(tmp_path: Path, settings: Any) -> None:  # fmt: skip
    settings.PASSWORD_HASHERS = ["accounts.passwords.Argon2", "accounts.old_passwords.Bcrypt"]
    settings.BCRYPT_COST = 10
    moved = Moved("htpasswd", SAMPLES / "htpasswd", tmp_path)
    assert moved.one(Person, "alice").password.startswith("bcrypt$$2y$05$")
    assert moved.one(Person, "carol").password == ""
    assert {"old passwords: of 1 people", "passwords: of 1 people"} <= moved.left().keys()


@pytest.mark.parametrize("content", [b"", b"hello\n", b"al\xfcce:$2y$05$A\n"])
def test_what_is_no_such_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "htpasswd").write_bytes(content)
    with pytest.raises(Unusable, match="htpasswd"):
        Moved("htpasswd", tmp_path / "htpasswd", tmp_path)
