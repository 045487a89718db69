"""Real registries that trust our keys in the ways they can, while keys rotate (case 39).

No gateway and no worker: the registries are started with what `keys export` prints, and the command
runs in this process.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import requests
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from index.models import KeyFormat, Registry
from launcher.ports import free_ports
from tests.factories import SERVICE, make_registry
from tests.tools import tool
from tests.waiting import eventually
from tokenauth.signing.keys import SigningKeys, signing_keys
from tokenauth.signing.tokens import sign_access_token

_CONFIG = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{inmemory: {{}}}}
http: {{addr: "127.0.0.1:{port}"}}
{auth}
"""
_UNAUTHORIZED = 401

pytestmark = pytest.mark.django_db


class RealRegistry:
    """docker-registry in a folder of its own, with the snippet as it was printed."""

    def __init__(self, name: str, folder: Path) -> None:
        self.registry = make_registry(name)
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        Registry.objects.filter(name=name).update(upstream_url=self.url)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    def start(self) -> None:
        """Start it with the files that the snippet asks for."""
        snippet = keys("export", "distribution-2")
        for name, what in re.findall(
            r"^# /etc/waybill/(\S+): what `keys export (\w+)`", snippet, re.MULTILINE
        ):
            (self._folder / name).write_text(keys("export", what))
        config = _CONFIG.format(port=self.port, auth=snippet)
        path = self._folder / "config.yml"
        path.write_text(config.replace("/etc/waybill", str(self._folder)))
        self._process = subprocess.Popen([tool("docker-registry"), "serve", str(path)])
        eventually(self._listens)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=20)

    def restart(self) -> None:
        self.stop()
        self.start()

    def status(self, token: str) -> int:
        return requests.get(
            f"{self.url}/v2/", headers={"Authorization": f"Bearer {token}"}, timeout=5
        ).status_code

    def _listens(self) -> bool:
        try:
            return self.status("") == _UNAUTHORIZED
        except requests.ConnectionError:
            return False


class Verifying:
    """Signs tokens and has them verified, a hundred a second, as another process would."""

    def __init__(self, registry: RealRegistry, key_format: KeyFormat) -> None:
        self.refused: list[int] = []
        self.accepted = 0
        self._registry, self._key_format = registry, key_format
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Verifying:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._stopping.set()
        self._thread.join()

    def goes_on(self) -> None:
        """Wait for ten more."""
        goal = self.accepted + 10
        eventually(lambda: self.refused or self.accepted >= goal)

    def _run(self) -> None:
        while not self._stopping.wait(0.01):
            try:
                status = self._registry.status(token(self._key_format))
            except requests.ConnectionError:
                continue  # being restarted; a refusal is what must not be
            if status == requests.codes.ok:
                self.accepted += 1
            else:
                self.refused.append(status)


def keys(*arguments: str) -> str:
    output = StringIO()
    call_command("keys", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def token(key_format: str = KeyFormat.X5C) -> str:
    return sign_access_token(subject="7", service=SERVICE, access=[], key_format=key_format)


@pytest.fixture
def own_keys(tmp_path: Path) -> Iterator[SigningKeys]:
    """The installation's keys, made for this test."""
    before = signing_keys._directory
    signing_keys._directory = tmp_path / "keys"
    signing_keys.create("test")
    yield signing_keys
    signing_keys._directory = before


@pytest.fixture
def registry(own_keys: SigningKeys, tmp_path: Path) -> Iterator[RealRegistry]:
    """One that was not started yet."""
    registry = RealRegistry("east", tmp_path / "east")
    yield registry
    registry.stop()


def test_by_x5c_keys_rotate_without_touching_the_registry(
    registry: RealRegistry, own_keys: SigningKeys
) -> None:
    registry.start()
    with Verifying(registry, KeyFormat.X5C) as verifying:
        for _ in range(5):
            keys("rotate")
            verifying.goes_on()
    assert verifying.refused == []
    assert len(own_keys.all()) == 6


def test_by_fingerprint_each_key_waits_until_the_registry_has_read_it(
    registry: RealRegistry, own_keys: SigningKeys
) -> None:
    call_command("registries", "key-format", "libtrust", stdout=StringIO())
    registry.start()
    with Verifying(registry, KeyFormat.LIBTRUST) as verifying:
        for _ in range(5):
            before = own_keys.current().kid
            with pytest.raises(CommandError, match="east: refused, it has not read the new key"):
                keys("rotate")
            assert own_keys.current().kid == before
            verifying.goes_on()
            registry.restart()
            keys("rotate")
            verifying.goes_on()
            assert own_keys.current().kid != before
    assert verifying.refused == []


def test_a_token_of_the_key_before_is_accepted_until_its_end(
    registry: RealRegistry, own_keys: SigningKeys
) -> None:
    registry.start()
    with time_machine.travel(time.time() - 300, tick=True):
        nearly_over = token()  # within the leeway of a minute
    with time_machine.travel(time.time() - 370, tick=True):
        over = token()
    keys("rotate")
    assert registry.status(nearly_over) == requests.codes.ok
    assert registry.status(over) == _UNAUTHORIZED


@pytest.mark.parametrize("skew", [-90, 90])
def test_a_clock_that_is_a_minute_and_a_half_off_does_no_harm(
    registry: RealRegistry, own_keys: SigningKeys, skew: int
) -> None:
    """Our clock against the registry's (L12); the key is new, too."""
    registry.start()
    there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=skew)
    with time_machine.travel(there, tick=True):
        keys("rotate")
        assert registry.status(token()) == requests.codes.ok


def test_a_registry_of_another_root_is_found_by_the_probe(
    registry: RealRegistry, own_keys: SigningKeys, tmp_path: Path
) -> None:
    registry.start()
    assert "east: accepted" in keys("probe")
    own_keys._directory = tmp_path / "other"
    own_keys.create("test")
    with pytest.raises(CommandError, match="nor does it take the key that signs"):
        keys("rotate")
