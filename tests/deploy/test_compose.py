"""deploy/docker: containers that start what `./dev run` starts, closed as far as they go."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from launcher.services import APP_SERVERS
from tests.architecture.test_settings_are_documented import documented
from tests.deploy.commands import DEPLOY, EXPECTED, comparable

DOCKER = DEPLOY / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_container_starts_what_dev_run_starts(name: str) -> None:
    assert comparable(name, SERVICES[name]["command"]) == EXPECTED[name]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_closed(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    user = SERVICES[name].get("user")
    if user is None:  # that of our image
        assert SERVICES[name]["image"] == "${WAYBILL_IMAGE:-waybill}"
        user = [
            line.split()[1]
            for line in (DOCKER / "Dockerfile").read_text().splitlines()
            if line.startswith("USER ")
        ][-1]
    assert not user.startswith(("0", "root"))


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["gateway"]
    assert SERVICES["database"]["networks"] == SERVICES["redis"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"] == {"internal": True}


def test_settings_exist_and_secrets_are_files_that_setup_makes() -> None:
    names = SERVICES["web"]["environment"]
    assert {name.removesuffix("_FILE") for name in names} <= set(documented())
    setup = (DOCKER / "setup.sh").read_text()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert f"keep {name}" in setup or f"secrets/{name}" in setup
    assert all(
        value.startswith("/run/secrets/") for name, value in names.items() if name.endswith("_FILE")
    )


def test_an_upgrade_turns_all_app_servers_and_what_else_is_of_our_image() -> None:
    upgrade = (DOCKER / "upgrade.sh").read_text()
    ours = {name for name, one in SERVICES.items() if one["image"] == "${WAYBILL_IMAGE:-waybill}"}
    [kinds] = re.findall(r"^KINDS='([a-z ]+)'", upgrade, re.MULTILINE)
    assert set(kinds.split()) == set(APP_SERVERS)
    [rest] = re.findall(r"^compose up -d --no-deps ([a-z ]+)$", upgrade, re.MULTILINE)
    assert {*kinds.split(), *rest.split(), "init"} == ours
