"""The package by itself: what its metadata promises is there, and needs nothing of the server."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

_PACKAGE = Path(__file__).resolve().parents[2] / "clients" / "waybill"
_METADATA = tomllib.loads((_PACKAGE / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("place", _METADATA["scripts"].values())
def test_every_program_has_a_place_to_start(place: str) -> None:
    module, _, function = place.partition(":")
    assert callable(getattr(import_module(module), function))


def test_the_programs_need_no_django_and_no_extra() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('django', 'httpx', 'keyring')))\n"
        "import waybill_start, waybill.docker_helper\n"
        "sys.argv = ['waybill', '--help']\n"
        "waybill_start.command()"
    )
    environment = {"PYTHONPATH": str(_PACKAGE / "src"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Begin with: waybill login" in done.stdout


def test_ctrl_c_is_quiet_even_while_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("waybill.commands.main.run", stop)
    with pytest.raises(SystemExit) as ended:
        import_module("waybill_start").command()
    assert ended.value.code == 130
