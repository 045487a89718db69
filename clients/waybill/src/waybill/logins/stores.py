"""Where secrets are kept: the system's keyring, docker's credential store, or a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from waybill.errors import WaybillError

_SERVICE = "waybill"
_PREFIX = "docker-credential-"
_OURS = "docker-credential-waybill"


class StoreTrouble(WaybillError):
    """The store does not keep it, or does not give it back."""


class Store(Protocol):
    """Keeps a secret under an address."""

    name: str

    def put(self, address: str, username: str, secret: str) -> None:
        """Keep it; raise StoreTrouble."""

    def get(self, address: str) -> str | None:
        """Return it."""

    def erase(self, address: str) -> None:
        """Forget it, if it is there."""


class SystemKeyring:
    """That of the desktop, by the package `keyring`."""

    name = "keyring"

    def put(self, address: str, username: str, secret: str) -> None:
        """Keep it; raise StoreTrouble."""
        self._ask("set_password", address, secret)

    def get(self, address: str) -> str | None:
        """Return it; raise StoreTrouble where it is locked."""
        found: str | None = self._ask("get_password", address)
        return found

    def erase(self, address: str) -> None:
        """Forget it, if it is there."""
        if self.get(address) is not None:
            self._ask("delete_password", address)

    def _ask(self, word: str, *given: str) -> Any:
        try:
            import keyring

            return getattr(keyring, word)(_SERVICE, *given)
        except Exception as error:  # each backend has errors of its own
            message = f"the keyring does not answer: {error}"
            raise StoreTrouble(message) from error


class DockerStore:
    """The credential store that docker itself is set up with (`credsStore`), at addresses of ours."""

    def __init__(self, name: str) -> None:
        """Take the name of its program."""
        self.name = name

    def put(self, address: str, username: str, secret: str) -> None:
        """Keep it; raise StoreTrouble."""
        told = {"ServerURL": address, "Username": username, "Secret": secret}
        self._run("store", json.dumps(told))

    def get(self, address: str) -> str | None:
        """Return it."""
        try:
            told = json.loads(self._run("get", address))
        except (StoreTrouble, ValueError):
            return None
        return str(told.get("Secret") or "") or None

    def erase(self, address: str) -> None:
        """Forget it, if it is there."""
        if self.get(address) is not None:
            self._run("erase", address)

    def _run(self, word: str, told: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the program that docker runs as well
                [self.name, word],
                input=told,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreTrouble(str(error)) from error
        if done.returncode != 0:
            raise StoreTrouble(done.stdout.strip() or done.stderr.strip())
        return done.stdout


class PlainFile:
    """A file that its owner alone can read: as safe as that, and no safer."""

    name = "file"

    def __init__(self, path: Path) -> None:
        """Take where it lies."""
        self.path = path

    def put(self, address: str, username: str, secret: str) -> None:
        """Keep it."""
        self._write(self._read() | {address: secret})

    def get(self, address: str) -> str | None:
        """Return it."""
        return self._read().get(address)

    def erase(self, address: str) -> None:
        """Forget it, if it is there."""
        kept = self._read()
        if kept.pop(address, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            kept: dict[str, str] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            message = f"{self.path} is no JSON: delete it, and log in again"
            raise StoreTrouble(message) from error
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        write_private(self.path, json.dumps(kept, indent=1))


def write_private(path: Path, text: str) -> None:
    """Put a file in place at once, readable for its owner alone from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)


def usable_stores(folder: Path) -> Iterator[Store]:
    """Yield the stores of this machine, the best first."""
    if _has_keyring():
        yield SystemKeyring()
    if program := _docker_program():
        yield DockerStore(program)
    yield PlainFile(folder / "tokens.json")


def store_called(name: str, folder: Path) -> Store:
    """Return the store in which a log-in was kept."""
    if name == SystemKeyring.name:
        return SystemKeyring()
    return DockerStore(name) if name.startswith(_PREFIX) else PlainFile(folder / "tokens.json")


def _has_keyring() -> bool:
    try:
        import keyring

        return bool(keyring.get_keyring().priority >= 1)
    except Exception:  # noqa: BLE001 - not installed, or nothing behind it that answers
        return False


def _docker_program() -> str:
    """Return the program of docker's `credsStore`, unless it is our own; empty if there is none."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        name = json.loads((folder / "config.json").read_text()).get("credsStore")
    except (OSError, ValueError):
        return ""
    program = f"{_PREFIX}{name}"
    return program if name and program != _OURS and shutil.which(program) else ""
