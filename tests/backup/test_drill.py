"""The restore drill: real commands, real databases, and what was revoked after the backup stays so (L25)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests import migrated

pytestmark = pytest.mark.usefixtures(
    "django_db_setup"
)  # for tests/conftest.py: asks for a database

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "a phrase that is long enough for a file of keys"


@dataclass
class Instance:
    """An installation: a folder, a database, and its commands."""

    var: Path
    database: str
    secret_key: str = "first-" * 10
    extra: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the variables of this installation."""
        own = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "WAYBILL_PUBLIC_URL": "http://index.test",
            "WAYBILL_VAR": str(self.var),
            "WAYBILL_SECRET_KEY": self.secret_key,
            "WAYBILL_GATEWAY_SECRET": "gateway-" * 6,
            "WAYBILL_DATABASE_URL": self.database,
            "WAYBILL_REDIS_URL": "redis://127.0.0.1:1",
        }
        kept = {name: value for name, value in os.environ.items() if name[:8] != "WAYBILL_"}
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT, env=kept | own, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def manage(self, *arguments: str) -> str:
        """Run a command that must succeed."""
        finished = self.run("manage.py", *arguments)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def refused(self, *arguments: str) -> str:
        """Run a command that must not, and return why."""
        finished = self.run("manage.py", *arguments)
        assert finished.returncode == 1, finished.stdout
        return finished.stderr

    def say(self, what: str, place: Path) -> Any:
        """Run the other program of these tests."""
        finished = self.run("-m", "tests.backup.instance", what, str(place))
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Three databases of the kind these tests run on, empty but for tables."""
    folder = tmp_path_factory.mktemp("databases")
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        shutil.copy(migrated.sqlite(), folder / "0.sqlite3")
        yield [f"sqlite:///{folder / str(number)}.sqlite3" for number in range(3)]
        return
    server = os.environ["WAYBILL_DATABASE_URL"]
    names = [f"drill_{uuid.uuid4().hex[:8]}" for _ in range(3)]
    known = conninfo_to_dict(server)
    # Not to the one of that name, which the processes of the tests copy: nobody may be in it then.
    with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        for name, like in zip(names, (known["dbname"], *["template1"] * 2), strict=True):
            connection.execute(make.format(sql.Identifier(name), sql.Identifier(str(like))))
        try:
            where = f"?host={known['host']}&user={known['user']}"
            yield [f"postgresql:///{name}{where}" for name in names]
        finally:
            for name in names:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))


@dataclass(frozen=True)
class Drill:
    """What was lost, and two empty installations to restore into."""

    folder: Path  # backup, keys.enc, valid.json, secrets.json
    old: Instance
    listed: Instance
    unlisted: Instance


@pytest.fixture(scope="module")
def drill(databases: list[str], tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """Fill one installation, back it up, and end some of its credentials afterwards."""
    folder = tmp_path_factory.mktemp("drill")
    (folder / "passphrase").write_text(PASSPHRASE)
    places = [tmp_path_factory.mktemp(f"instance{number}") for number in range(3)]
    old, listed, unlisted = (
        Instance(place, database) for place, database in zip(places, databases, strict=True)
    )
    (folder / "secrets.json").write_text(json.dumps(old.say("fill", folder)))
    assert all(
        value for name, value in old.say("opens", folder / "secrets.json").items() if "ed " in name
    )
    old.say("end", folder)
    return Drill(folder, old, listed, unlisted)


def restore_keys(drill: Drill, instance: Instance) -> None:
    """Bring the keys back."""
    passphrase = str(drill.folder / "passphrase")
    keys = str(drill.folder / "keys.enc")
    secrets = str(instance.var / "secrets")
    instance.manage("restore_keys", keys, "--passphrase-file", passphrase, "--secrets", secrets)


def test_what_was_revoked_after_the_backup_stays_revoked(drill: Drill) -> None:
    new = drill.listed
    restore_keys(drill, new)
    said = new.manage(
        "restore", str(drill.folder / "backup"), "--valid", f"{drill.folder}/valid.json"
    )
    for kind in ("access tokens", "robot secrets", "docker logins", "passwords", "accounts"):
        assert f"  {kind}: 1\n" in said
    found = new.say("opens", drill.folder / "secrets.json")
    assert {name for name, value in found.items() if value is True} == {
        "kept token",
        "kept robot",
        "kept login",
        "password of alice",
        "events secret",
        "tokens end",
    }
    assert (found["sessions"], found["repositories"]) == (0, ["alice/app"])
    assert found["key"] == drill.old.say("opens", drill.folder / "secrets.json")["key"]
    assert (new.var / "secrets" / "secret_key").read_text() == drill.old.secret_key
    assert not (new.var / "maintenance.json").exists()


def test_without_the_list_every_credential_ends_and_the_rest_is_there(drill: Drill) -> None:
    new = drill.unlisted
    restore_keys(drill, new)
    new.manage("restore", str(drill.folder / "backup"))
    found = new.say("opens", drill.folder / "secrets.json")
    assert {name for name, value in found.items() if value is True} == {"tokens end"}
    assert found["repositories"] == ["alice/app"]


def test_nothing_is_restored_over_what_is_there(drill: Drill) -> None:
    backup, passphrase = str(drill.folder / "backup"), str(drill.folder / "passphrase")
    assert "is not empty" in drill.old.refused("restore", backup)
    keys = str(drill.folder / "keys.enc")
    why = drill.old.refused("restore_keys", keys, "--passphrase-file", passphrase)
    assert "There are keys" in why
    assert "is there already" in drill.old.refused("backup", backup)


def test_the_backup_has_no_key_and_is_its_owners_alone(drill: Drill) -> None:
    backup = drill.folder / "backup"
    assert backup.stat().st_mode & 0o077 == 0
    names = {file.name for file in backup.iterdir()}
    assert names <= {"manifest.json", "database.sqlite3", "database.dump"}
    assert drill.old.secret_key not in (backup / "manifest.json").read_text()
    assert b"PRIVATE KEY" not in (drill.folder / "keys.enc").read_bytes()


def test_a_passphrase_that_is_wrong_or_short_opens_nothing(drill: Drill, tmp_path: Path) -> None:
    new = Instance(tmp_path, f"sqlite:///{tmp_path}/x.sqlite3")
    wrong = tmp_path / "wrong"
    for words, why in (("x" * 40, "passphrase is wrong"), ("short", "needs 20 characters")):
        wrong.write_text(words)
        keys = str(drill.folder / "keys.enc")
        assert why in new.refused("restore_keys", keys, "--passphrase-file", str(wrong))
    assert not (tmp_path / "keys").exists()
