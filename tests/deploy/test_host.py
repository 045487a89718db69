"""deploy/host: systemd units that start what `./dev run` starts, and may do nothing else."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.architecture.test_settings_are_documented import documented
from tests.deploy.commands import DEPLOY, EXPECTED, comparable

HOST = DEPLOY / "host"
UNITS = sorted((HOST / "units").glob("*.service"))


def lines(unit: Path) -> list[tuple[str, str]]:
    """Every `Key=value` of a unit, with continued lines made one."""
    text = unit.read_text().replace("\\\n", " ")
    return [
        (key, value)
        for key, equals, value in (line.partition("=") for line in text.splitlines())
        if equals and not key.startswith("#")
    ]


def value(unit: Path, key: str) -> str:
    return next(said for name, said in lines(unit) if name == key)


def unit_of(name: str) -> Path:
    return next(unit for unit in UNITS if re.fullmatch(rf"waybill-{name}@?", unit.stem))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_unit_starts_what_dev_run_starts(name: str) -> None:
    unit = unit_of(name)
    said = value(unit, "ExecStart")
    for key, workers in lines(unit):
        if key == "Environment":
            said = said.replace("${WORKERS}", workers.removeprefix("WORKERS="))
    assert comparable(name, shlex.split(said)) == EXPECTED[name]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_as_a_user_of_ours_that_is_not_root(unit: Path) -> None:
    users = re.findall(r"^u (\S+)", (HOST / "sysusers.conf").read_text(), re.MULTILINE)
    assert value(unit, "User") in users
    assert value(unit, "Group") in users


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_may_nothing_that_root_may_but_nginx_its_port(unit: Path) -> None:
    capabilities = "CAP_NET_BIND_SERVICE" if unit.stem == "waybill-gateway" else ""
    assert value(unit, "CapabilityBoundingSet") == capabilities
    assert value(unit, "RestrictAddressFamilies").startswith("AF_UNIX")


def test_all_units_are_closed_alike_and_none_says_it_again() -> None:
    said = dict(lines(HOST / "units" / "hardening.conf"))
    assert said["ProtectSystem"] == "strict"
    for key in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome"):
        assert said[key] == "yes"
    # systemd reads it after the unit, which could not open what it closes.
    assert [key for unit in UNITS for key, _ in lines(unit) if key in said] == []


def test_the_two_slots_never_share_a_port() -> None:
    ports = [
        port
        for slot in ("a", "b")
        for port in re.findall(r"=(\d+)", (HOST / "slots" / f"{slot}.env").read_text())
    ]
    assert len(ports) == len(set(ports)) == 6


def test_the_settings_it_writes_exist_and_hold_no_secret() -> None:
    script = (HOST / "install.sh").read_text()
    written = re.findall(r"^(?:# )?(WAYBILL_\w+)=(.*)$", script, re.MULTILINE)
    assert {name.removesuffix("_FILE") for name, _ in written} <= set(documented())
    secrets = {name for name, _ in written if "SECRET" in name}
    assert secrets == {"WAYBILL_SECRET_KEY_FILE", "WAYBILL_GATEWAY_SECRET_FILE"}


def test_only_the_database_that_was_made_here_is_dropped() -> None:
    made, dropped = ((HOST / name).read_text() for name in ("install.sh", "uninstall.sh"))
    [own] = re.findall(r"^OWN_DATABASE=('[^']+')", made, re.MULTILINE)
    assert f"OWN_DATABASE={own}" in dropped
    assert 'if grep -qsF "$OWN_DATABASE" /etc/waybill/waybill.env' in dropped


@pytest.mark.parametrize(
    "script",
    [
        *(HOST / name for name in ("install.sh", "uninstall.sh", "waybill")),
        *sorted((DEPLOY / "docker").glob("*.sh")),
    ],
    ids=lambda script: str(script.relative_to(DEPLOY)),
)
def test_a_script_can_be_read_by_its_shell(script: Path) -> None:
    shell = script.read_text().splitlines()[0].removeprefix("#!")
    done = subprocess.run([shell, "-n", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert script.stat().st_mode & 0o111
