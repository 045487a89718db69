"""Which servers one is logged in to, as whom, and where each secret is kept."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from waybill.errors import WaybillError
from waybill.logins.stores import StoreTrouble, store_called, usable_stores, write_private
from waybill.wire import Server

API = "api"  # what the commands and, unless it has one of its own, docker log in with
DOCKER = "docker"  # what `docker login` left behind, for docker alone
SESSION = "wbc_"  # how the secret of a session begins


@dataclass(frozen=True)
class Login:
    """Somebody at a server."""

    url: str
    username: str
    secret: str

    @property
    def is_session(self) -> bool:
        """Whether it is a person's session, got by a browser, and no token."""
        return self.secret.startswith(SESSION)

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"Login({self.username} at {self.url})"


class Book:
    """A small JSON file without secrets, and the stores that have them."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open it where this system keeps settings, or in `WAYBILL_CONFIG`."""
        told = os.environ.get("WAYBILL_CONFIG")
        self.folder = folder or Path(told or click.get_app_dir("waybill"))

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / "config.json"

    @property
    def servers(self) -> list[str]:
        """Every server one is logged in to."""
        return list(self._read()["servers"])

    @property
    def default(self) -> str:
        """The server that is meant if none is named; empty without one."""
        return str(self._read()["default"])

    def find(self, url: str, slot: str = API) -> Login | None:
        """Return the log-in at a server."""
        entry = self._read()["servers"].get(url, {}).get(slot)
        if not entry:
            return None
        secret = store_called(entry["kept_in"], self.folder).get(_address(url, slot))
        return Login(url, entry["username"], secret) if secret else None

    def of_host(self, host: str) -> str:
        """Return the server that docker means by a host; empty for one that is not here."""
        known = (url for url in self.servers if Server(url).host == host)
        return next(known, "")

    def keep(self, login: Login, slot: str = API) -> str:
        """Keep a log-in in the first store that takes it; return that store's name."""
        default = self.default or login.url  # also where the log-in that it names is replaced
        self.forget(login.url, slot)
        address = _address(login.url, slot)
        for store in usable_stores(self.folder):
            try:
                store.put(address, login.username, login.secret)
            except StoreTrouble:
                continue
            told = self._read()
            entry = {"username": login.username, "kept_in": store.name}
            told["servers"].setdefault(login.url, {})[slot] = entry
            told["default"] = default
            self._write(told)
            return store.name
        message = f"nothing here keeps secrets, not even {self.folder}"
        raise WaybillError(message)

    def forget(self, url: str, slot: str = API) -> bool:
        """Take a log-in away; return whether there was one."""
        told = self._read()
        entry = told["servers"].get(url, {}).pop(slot, None)
        if not entry:
            return False
        store_called(entry["kept_in"], self.folder).erase(_address(url, slot))
        if not told["servers"][url]:
            del told["servers"][url]
        if told["default"] not in told["servers"]:
            told["default"] = next(iter(told["servers"]), "")
        self._write(told)
        return True

    def _read(self) -> dict[str, Any]:
        told: dict[str, Any] = {"default": "", "servers": {}}
        try:
            read: dict[str, Any] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return told
        except ValueError as error:
            message = f"{self.path} is no JSON: mend or delete it"
            raise WaybillError(message) from error
        return told | read

    def _write(self, told: dict[str, Any]) -> None:
        write_private(self.path, json.dumps(told, indent=1) + "\n")


def _address(url: str, slot: str) -> str:
    """Return under which address a store has it: not the one where docker keeps its own."""
    return f"{url}/-/waybill/{slot}"
