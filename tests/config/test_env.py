"""Every setting may come from a file: for orchestrators that hand secrets over so."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_email, env_secret, env_text
from config.env_databases import env_database


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that WAYBILL_TRIED_FILE names."""
    monkeypatch.setenv("WAYBILL_TRIED_FILE", str(tmp_path / "file"))
    return tmp_path / "file"


def test_an_address_with_a_password_is_read_from_a_file(file: Path) -> None:
    file.write_text("postgresql://waybill:p%40ss@database:5432/waybill\n")
    assert env_database("WAYBILL_TRIED")["PASSWORD"] == "p@ss"
    file.write_text("smtp://waybill:p%40ss@mail:587?tls=starttls\n")
    assert env_email("WAYBILL_TRIED", "folder:///nowhere")["EMAIL_HOST_PASSWORD"] == "p@ss"


def test_the_file_goes_before_the_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "variable")
    file.write_text("file\r\n")
    assert env_text("WAYBILL_TRIED", "default") == "file"


def test_a_file_that_is_not_there_stops_the_start(file: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="WAYBILL_TRIED_FILE cannot be read"):
        env_text("WAYBILL_TRIED", "default")


def test_a_short_secret_is_refused_from_a_file_too(file: Path) -> None:
    file.write_text("short\n")
    with pytest.raises(ImproperlyConfigured, match="at least 32"):
        env_secret("WAYBILL_TRIED")


def test_what_an_address_says_of_tls_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://waybill@db/waybill?sslmode=verify-full&sslrootcert=/etc/ca%201.pem"
    monkeypatch.setenv("WAYBILL_TRIED", address)
    told = env_database("WAYBILL_TRIED")["OPTIONS"]
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "/etc/ca 1.pem")


def test_what_nobody_heeds_in_an_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "postgresql://waybill@db/waybill?ssl_mode=verify-full")
    with pytest.raises(ImproperlyConfigured, match="says ssl_mode"):
        env_database("WAYBILL_TRIED")
