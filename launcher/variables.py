"""The environment variables by which the parts of an instance find each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from launcher.layout import Layout

# What was set for another Python must not reach ours. Without bytecode (images of containers switch it
# off) each of our processes would compile everything again: seconds for a start, half a minute of tests.
FOREIGN = (
    *("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"),
    "PYTHONDONTWRITEBYTECODE",
)
SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def instance_variables(layout: Layout, *, port: int, sockets: Path) -> dict[str, str]:
    """Everything the contract with the Django settings names; paths of secrets, never secrets."""
    var = layout.var
    database = f"sqlite:///{quote(str(var / 'waybill.sqlite3'))}"
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WAYBILL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WAYBILL_VAR": str(var),
        "WAYBILL_DATABASE_URL": os.environ.get("WAYBILL_DATABASE_URL") or database,
        "WAYBILL_REDIS_URL": os.environ.get("WAYBILL_REDIS_URL")
        or f"unix://{sockets / 'redis.sock'}",
        "WAYBILL_SECRET_KEY_FILE": str(var / "secrets" / "secret_key"),
        "WAYBILL_GATEWAY_SECRET_FILE": str(var / "secrets" / "gateway_secret"),
        "WAYBILL_KEYS_DIR": str(var / "keys"),
        "WAYBILL_EMAIL_URL": os.environ.get("WAYBILL_EMAIL_URL")
        or f"folder://{quote(str(var / 'mail'))}",
    }


def process_environment(variables: Mapping[str, str], *, venv: Path) -> dict[str, str]:
    """The person's own environment, and ours on top of it."""
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        **inherited,
        "PATH": search_path(venv),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        **variables,
    }


def clean_environment(variables: Mapping[str, str], *, venv: Path) -> dict[str, str]:
    """The environment of tests: the person's Waybill settings are not to change results.

    What is meant for tests, such as WAYBILL_TEST_SCREENSHOTS, goes through.
    """
    everything = process_environment({}, venv=venv)
    clean = {
        name: value
        for name, value in everything.items()
        if name.startswith("WAYBILL_TEST_") or not name.startswith(("WAYBILL_", "DJANGO_"))
    }
    return {**clean, **variables}


def search_path(venv: Path) -> str:
    """PATH with our Python first and the folders of servers last."""
    folders = [str(venv / "bin"), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return os.pathsep.join([*folders, *(folder for folder in SBIN if folder not in folders)])
