"""Where the command line keeps tokens: the best place that there is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from waybill.errors import WaybillError
from waybill.logins.book import Book, Login
from waybill.logins.stores import PlainFile

LOGIN = Login("https://index.test", "alice", "wbp_secret")
# Keeps what it is told in a file beside it, as the programs of docker do in their stores.
STORE = f"""#!{sys.executable}
import json, pathlib, sys
kept = pathlib.Path(__file__).with_suffix(".json")
known = json.loads(kept.read_text()) if kept.exists() else {{}}
told = sys.stdin.read()
if sys.argv[1] == "store":
    told = json.loads(told)
    known[told["ServerURL"]] = told
elif told not in known:
    sys.exit("credentials not found in native keychain")
elif sys.argv[1] == "get":
    print(json.dumps(known[told]))
else:
    del known[told]
kept.write_text(json.dumps(known))
"""


class Keyring:
    """One of a desktop."""

    def __init__(self, priority: float) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.priority = priority
        self.is_locked = False

    def get_keyring(self) -> SimpleNamespace:
        return SimpleNamespace(priority=self.priority)

    def set_password(self, service: str, address: str, secret: str) -> None:
        self._check()
        self.kept[service, address] = secret

    def get_password(self, service: str, address: str) -> str | None:
        self._check()
        return self.kept.get((service, address))

    def delete_password(self, service: str, address: str) -> None:
        del self.kept[service, address]

    def _check(self) -> None:
        if self.is_locked:
            message = "the collection is locked"
            raise RuntimeError(message)


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker that keeps nothing, and no keyring."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keyring", None)
    return tmp_path


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Log-ins of this test alone."""
    return Book(tmp_path / "waybill")


def use_store(docker: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = docker / f"docker-credential-{name}"
    program.write_text(STORE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(docker))
    (docker / "config.json").write_text(json.dumps({"credsStore": name}))


def test_a_keyring_is_the_best_place(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring(priority=5)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert book.keep(LOGIN) == "keyring"
    assert book.find(LOGIN.url) == LOGIN
    assert book.forget(LOGIN.url)
    assert keyring.kept == {}


def test_a_keyring_with_nothing_behind_it_is_none(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Keyring(priority=0))
    assert book.keep(LOGIN) == "file"


def test_a_locked_keyring_is_said_so(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring(priority=5)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    book.keep(LOGIN)
    keyring.is_locked = True
    with pytest.raises(WaybillError, match="the collection is locked"):
        book.find(LOGIN.url)


def test_the_store_of_docker_is_the_next_best(
    book: Book, docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_store(docker, "shelf", monkeypatch)
    assert book.keep(LOGIN) == "docker-credential-shelf"
    assert book.find(LOGIN.url) == LOGIN
    assert book.forget(LOGIN.url)
    assert json.loads((docker / "docker-credential-shelf.json").read_text()) == {}


def test_our_own_helper_is_no_store_for_itself(
    book: Book, docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_store(docker, "waybill", monkeypatch)
    assert book.keep(LOGIN) == "file"


def test_a_file_is_for_its_owner_alone(book: Book) -> None:
    assert book.keep(LOGIN) == "file"
    for name in ("tokens.json", "config.json"):
        assert (book.folder / name).stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_broken_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("{")
    with pytest.raises(WaybillError, match="delete it, and log in again"):
        PlainFile(tmp_path / "tokens.json").get("https://index.test")
