"""Debian's services are forbidden to start during an installation, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import apt, packages
from launcher.apt import services_forbidden
from launcher.programs import Result, complaint_of


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(apt, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(apt, "POLICY_SET_ASIDE", tmp_path / "set-aside")
    return tmp_path / "policy-rc.d"


def test_the_policy_is_there_meanwhile_and_gone_afterwards(policy: Path) -> None:
    with services_forbidden():
        assert "exit 101" in policy.read_text()
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()


def test_a_policy_of_ones_own_is_restored_also_after_a_failure(policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(OSError, match="boom"), services_forbidden():
        raise OSError("boom")  # noqa: EM101
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_what_a_killed_launcher_left_is_taken_away(policy: Path) -> None:
    policy.write_text(apt.POLICY_TEXT)
    apt.POLICY_SET_ASIDE.write_text("mine")
    with services_forbidden():
        pass
    assert policy.read_text() == "mine"
    assert not apt.POLICY_SET_ASIDE.exists()


def test_apt_s_first_error_is_the_reason() -> None:
    output = "Reading…\nE: Unable to locate package nginxx\nE: Broken\nlast\n"
    assert complaint_of(Result([], 100, output)) == "E: Unable to locate package nginxx"


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "no Debian" in packages.how_to_get(["nginx"])
    assert not packages.may_fetch("nginx")


def test_without_root_an_engine_is_not_even_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert packages.may_fetch("nginx")
    assert not packages.may_fetch("dockerd")
