"""`manage.py doctor`: each fault is named with its remedy, and the exit code tells programs."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from redis import Redis

from accounts.standing import Line, State, look
from config.standing import permissions
from config.tasks import HEARTBEAT_KEY
from index import standing_of_probes
from index.models import Registry
from index.probing.findings import Check, Report, Verdict
from launcher.ports import free_ports
from tests.architecture.test_static_rules import APPS, sources
from tests.conftest import World


def doctor(*arguments: str) -> tuple[int, str]:
    """Run it; return the exit code and what it said."""
    said = StringIO()
    try:
        call_command("doctor", *arguments, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def lines_of(area: str, *, thoroughly: bool = False) -> dict[str, Line]:
    """Look, and return the lines under one heading."""
    return {line.name: line for line in look(thoroughly=thoroughly).areas[area]}


@pytest.fixture
def well(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """An installation without a fault."""
    cache.set(HEARTBEAT_KEY, "beating")
    monkeypatch.setattr(Redis, "ping", lambda _self: True)
    settings.KEYS_DIR = tmp_path
    tmp_path.chmod(0o700)


def test_a_well_installation_ends_with_nothing_broken(well: None) -> None:
    code, said = doctor("--quick")
    assert (code, "\n0 broken (!)" in said) == (0, True)


def test_what_is_broken_is_marked_with_its_remedy_and_ends_with_one(world: World) -> None:
    code, said = doctor("--quick")
    assert code == 1
    assert "! Redis: It does not respond" in said
    assert "→ Start it, or correct WAYBILL_REDIS_URL." in said


def test_programs_read_the_same(world: World) -> None:
    code, said = doctor("--quick", "--json")
    found = json.loads(said)
    assert (code, found["ok"], found["complete"]) == (1, False, True)
    states = {line["name"]: line["state"] for line in found["areas"]["Parts"]}
    assert (states["Redis"], states["Database"]) == ("bad", "good")


def test_without_the_database_it_says_so_once_and_looks_at_the_rest(world: World) -> None:
    def refuses() -> None:
        message = "connection refused at db.internal"
        raise OperationalError(message)

    with pytest.MonkeyPatch.context() as away:  # the end of the test wants its database back
        away.setattr(connection, "cursor", refuses)
        away.setattr(connection, "close", lambda: None)
        code, said = doctor("--quick")
    assert code == 1
    assert said.count("db.internal") == 1
    assert "Without its database nothing more could be looked at." in said
    assert "\nFiles\n" in said
    assert "\nPeople\n" not in said


def test_a_mistyped_variable_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_SINGUP", "closed")
    line = lines_of("Configuration")["Variables"]
    assert (line.state, line.sentence) == (State.LOOK, "Nothing reads WAYBILL_SINGUP.")


def test_one_secret_for_two_purposes_is_found(world: World, settings: Any) -> None:
    settings.GATEWAY_SECRET = settings.SECRET_KEY
    assert lines_of("Configuration")["Secrets"].state is State.BAD


def test_djangos_own_checks_are_part_of_it(world: World, settings: Any) -> None:
    settings.IS_OWN_MACHINE, settings.SESSION_COOKIE_SECURE = False, False
    assert lines_of("Configuration", thoroughly=True)["security.W012"].state is State.LOOK


@pytest.fixture
def secret(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file with a secret in a folder that others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="waybill-doctor-", dir="/tmp"))
    folder.chmod(0o755)
    settings.KEYS_DIR = folder / "none"
    file = folder / "secret_key"
    file.write_text("secret")
    monkeypatch.setenv("WAYBILL_SECRET_KEY_FILE", str(file))
    yield file
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_secret_that_others_can_read_is_found(world: World, secret: Path, mode: int) -> None:
    secret.chmod(mode)
    line = lines_of("Files")["Private files"]
    assert (line.state, str(secret) in line.sentence) == (State.BAD, True)


def test_a_signing_key_that_others_can_read_is_found(
    world: World, settings: Any, secret: Path
) -> None:
    settings.KEYS_DIR = secret.parent
    secret.chmod(0o600)
    (secret.parent / "leaf-x.pem").touch(mode=0o644)
    assert "leaf-x.pem" in lines_of("Files")["Private files"].sentence


def test_a_secret_in_a_folder_that_is_closed_is_not(world: World, secret: Path) -> None:
    secret.chmod(0o644)
    secret.parent.chmod(0o700)
    assert lines_of("Files")["Private files"].state is State.GOOD


def test_a_secret_that_root_gave_to_our_group_is_ours(
    world: World, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret.chmod(0o640)
    monkeypatch.setattr(os, "geteuid", lambda: secret.stat().st_uid + 1)
    assert lines_of("Files")["Private files"].state is State.GOOD
    secret.chmod(0o644)
    assert lines_of("Files")["Private files"].state is State.BAD


def test_what_docker_shows_to_this_container_is_ours(
    world: World, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret.chmod(0o444)
    monkeypatch.setattr(permissions, "_SHOWN_TO_US", secret.parent)
    assert lines_of("Files")["Private files"].state is State.GOOD


def test_a_folder_that_is_not_there_is_found(world: World, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "nowhere"
    assert lines_of("Files")["Folder of this instance"].state is State.BAD


def test_a_mail_server_that_is_away_is_found_when_asked(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "config.mail.SmtpBackend"
    settings.EMAIL_HOST, (settings.EMAIL_PORT,) = "127.0.0.1", free_ports(1)
    assert lines_of("Mail", thoroughly=True)["Mail server"].state is State.BAD
    assert "Mail server" not in lines_of("Mail")


def test_each_registry_is_asked_now(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(registry: Registry, *, write: bool) -> Report:
        assert not write
        report = Report()
        verdict = Verdict.GOOD if registry.name == "east" else Verdict.BAD
        report.add(Check.REACHABLE, verdict, "It is %(how)s.", how="100% silent")
        return report

    monkeypatch.setattr(standing_of_probes, "probe", probe)
    found = lines_of("Registries", thoroughly=True)
    assert found["east"].sentence == "It responds as it should."
    assert (found["west"].state, found["west"].sentence) == (
        State.BAD,
        "It is 100% silent.",
    )


def test_every_fault_says_how_to_mend_it(world: World) -> None:
    found = look(thoroughly=False)
    broken = [line for lines in found.areas.values() for line in lines if line.state is State.BAD]
    assert broken
    assert [line.name for line in broken if not re.search(r"\w", line.advice)] == []


def lines_in_the_code() -> Iterator[tuple[str, ast.Call]]:
    """Every line that a look may yield, with its place."""
    for path in sources(*APPS):
        if "standing" in str(path):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Line":
                    yield f"{path.name}:{node.lineno}", node


def test_no_line_that_is_not_good_can_be_without_a_remedy() -> None:
    bare = [
        place
        for place, line in lines_in_the_code()
        if 1 < len(line.args) < 4 and ast.unparse(line.args[1]) != "State.GOOD"
    ]
    assert bare == []
