"""Signing keys change while images are pulled (case 39)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Wire
from tests.waiting import eventually

ROTATE = """
from django.core.management import call_command
call_command("keys", "rotate", stdout=open("/dev/null", "w"))
"""
PARTS = ("tokens", "passwords", "web", "east", "west", "gateway")


class Loop:
    """Does something again and again until it is told to stop; keeps how often, and what failed."""

    def __init__(self, step: Callable[[], None]) -> None:
        self.rounds = 0
        self.failure: Exception | None = None
        self._step = step
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Loop:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._stopping.set()
        self._thread.join()

    def goes_on(self, rounds: int) -> None:
        """Wait for so many more rounds."""
        goal = self.rounds + rounds
        eventually(lambda: self.failure or self.rounds >= goal, within=30)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                self.failure = error
                return
            self.rounds += 1


def kids(wire: Wire) -> set[str]:
    return {key["kid"] for key in wire.ask("GET", "/.well-known/jwks.json").json["keys"]}


def test_no_pull_fails_and_no_registry_restarts_while_keys_rotate(
    alice: Person, stack: Stack, backstage: Backstage, wire: Wire
) -> None:
    reference = alice.push_image("app")
    before = kids(wire)
    processes = {part: stack.pid(part) for part in PARTS}

    def pull() -> None:
        alice.forget(reference)
        alice.docker("pull", reference)

    with Loop(pull) as pulls:
        for _ in range(5):
            backstage.run(ROTATE)
            pulls.goes_on(2)
    assert pulls.failure is None
    assert len(kids(wire) - before) == 5
    assert {part: stack.pid(part) for part in PARTS} == processes


def test_a_token_of_the_key_before_stays_valid(
    alice: Person, backstage: Backstage, wire: Wire
) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    headers = wire.bearer(alice, f"repository:{name}:pull") | {"Accept": MANIFEST_TYPES}
    backstage.run(ROTATE)
    assert wire.ask("GET", f"/v2/{name}/manifests/1.0", headers).status == 200


def test_the_published_keys_have_no_private_half(wire: Wire) -> None:
    answer = wire.ask("GET", "/.well-known/jwks.json")
    assert "public" in answer.headers["Cache-Control"]
    for key in answer.json["keys"]:
        assert set(key) == {"crv", "kty", "x", "y", "kid", "use", "alg"}
