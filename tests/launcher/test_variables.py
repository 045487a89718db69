"""The environment of the processes: what they need, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.layout import Layout
from launcher.secret_files import make_missing
from launcher.variables import clean_environment, instance_variables, process_environment


def variables(var: Path) -> dict[str, str]:
    return instance_variables(Layout(var=var), port=8090, sockets=var / "run")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYBILL_DATABASE_URL", "WAYBILL_EMAIL_URL"):
        monkeypatch.delenv(name, raising=False)


def test_everything_lies_in_the_data_folder() -> None:
    told = variables(Path("/srv/way bill"))
    assert told["WAYBILL_PUBLIC_URL"] == "http://127.0.0.1:8090"
    assert told["WAYBILL_DATABASE_URL"] == "sqlite:////srv/way%20bill/waybill.sqlite3"
    assert told["WAYBILL_EMAIL_URL"] == "folder:///srv/way%20bill/mail"


def test_a_database_of_ones_own_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_DATABASE_URL", "postgresql:///mine")
    assert variables(Path("/v"))["WAYBILL_DATABASE_URL"] == "postgresql:///mine"


def test_secrets_are_named_by_file_and_never_told(tmp_path: Path) -> None:
    make_missing(tmp_path)
    secret = (tmp_path / "secret_key").read_text().strip()
    told = variables(tmp_path)
    assert told["WAYBILL_SECRET_KEY_FILE"] == str(tmp_path / "secrets" / "secret_key")
    assert secret not in "".join(told.values())


def test_another_pythons_settings_do_not_reach_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    environment = process_environment({}, venv=Path("/venv"))
    assert not {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} & environment.keys()
    assert environment["HTTPS_PROXY"] == "http://proxy.example.com"
    assert environment["PATH"].startswith("/venv/bin:")


def test_servers_in_sbin_are_found_by_their_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/bin")
    assert process_environment({}, venv=Path("/venv"))["PATH"].endswith(":/usr/sbin:/sbin")


def test_tests_do_not_depend_on_ones_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_SERVICE", "mine")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "mine.settings")
    monkeypatch.setenv("WAYBILL_TEST_SCREENSHOTS", "/pictures")
    environment = clean_environment({"WAYBILL_DATABASE_URL": "sqlite:///"}, venv=Path("/venv"))
    ours = {name for name in environment if name.startswith(("WAYBILL_", "DJANGO_"))}
    assert {"WAYBILL_DATABASE_URL", "WAYBILL_TEST_SCREENSHOTS"} <= ours
    assert all(name.startswith("WAYBILL_TEST_") for name in ours - {"WAYBILL_DATABASE_URL"})
