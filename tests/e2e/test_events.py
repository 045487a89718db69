"""Who may tell what happened (case 32), over the wire."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire
from tests.waiting import eventually

IS_WRITTEN = """
from index.models import Notification
bodies = Notification.objects.values_list("body", flat=True)
answer = any(event.encode() in bytes(body) for body in bodies)
"""
APPLIED = """
from index.models import Notification
answer = not Notification.objects.filter(state="new").exists()
"""
KNOWN = """
from index.models import Repository, Tag
repository = Repository.objects.filter(name=name).first()
answer = repository and {
    "tags": sorted(repository.tags.values_list("name", flat=True)),
    "pulls": repository.pull_count,
}
"""


def push_event(repository: str, tag: str = "forged") -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "action": "push",
        "target": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "repository": repository,
            "digest": "sha256:" + "0" * 64,
            "tag": tag,
        },
        "request": {"method": "PUT"},
        "actor": {"name": "1"},
    }


def tell(wire: Wire, registry: str, secret: str, *events: dict[str, object]) -> Answer:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    body = json.dumps({"events": events}).encode()
    return wire.ask("POST", f"/events/{registry}", headers, body)


@pytest.mark.parametrize("secret_of", ["nobody", "the other registry", "the gateway"])
def test_with_a_wrong_secret_nothing_is_written(
    secret_of: str, backstage: Backstage, wire: Wire
) -> None:
    secrets = {
        "nobody": "guessed",
        "the other registry": wire.stack.secret("events_west"),
        "the gateway": wire.stack.secret("gateway_secret"),
    }
    event = push_event("somebody/app")
    answer = tell(wire, "east", secrets[secret_of], event)
    assert answer.status == 401
    assert not backstage.run(IS_WRITTEN, event=event["id"])
    assert tell(wire, "east", wire.stack.secret("events_east"), event).status == 202
    assert backstage.run(IS_WRITTEN, event=event["id"])


def test_a_registry_is_not_heard_about_what_another_keeps(
    alice: Person, backstage: Backstage, wire: Wire
) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: backstage.run(KNOWN, name=name)["tags"] == ["1.0"])
    west, east = wire.stack.secret("events_west"), wire.stack.secret("events_east")
    assert tell(wire, "west", west, push_event(name)).status == 202
    assert tell(wire, "east", east, push_event(name, "true")).status == 202
    eventually(lambda: backstage.run(KNOWN, name=name)["tags"] == ["1.0", "true"])
    eventually(lambda: backstage.run(APPLIED))
    assert backstage.run(KNOWN, name=name)["tags"] == ["1.0", "true"]


def test_an_event_creates_no_repository(alice: Person, backstage: Backstage, wire: Wire) -> None:
    name = f"{alice.name}/never"
    assert tell(wire, "east", wire.stack.secret("events_east"), push_event(name)).status == 202
    eventually(lambda: backstage.run(APPLIED))
    assert backstage.run(KNOWN, name=name) is None


def test_what_makes_no_sense_is_taken_and_blocks_nothing(
    alice: Person, backstage: Backstage, wire: Wire
) -> None:
    secret = wire.stack.secret("events_east")
    headers = {"Authorization": f"Bearer {secret}"}
    for body in (b"\x00", b"[]", b'{"events": null}', b"[" * 50_000, b'{"events": [{}, 1]}'):
        assert wire.ask("POST", "/events/east", headers, body).status == 202
    alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: backstage.run(KNOWN, name=name)["tags"] == ["1.0"])


def test_a_manifest_that_was_fetched_counts_as_a_pull_and_one_asked_about_does_not(
    alice: Person, backstage: Backstage, wire: Wire
) -> None:
    """Not by docker: its engine keeps manifests for a while, and then only asks about them."""
    alice.push_image("app")
    name = f"{alice.name}/app"
    headers = wire.bearer(alice, f"repository:{name}:pull") | {"Accept": MANIFEST_TYPES}
    for method in ("GET", "HEAD", "GET", "HEAD"):
        assert wire.ask(method, f"/v2/{name}/manifests/1.0", headers).status == 200
    eventually(lambda: backstage.run(KNOWN, name=name)["pulls"] == 2)
    eventually(lambda: backstage.run(APPLIED))
    assert backstage.run(KNOWN, name=name)["pulls"] == 2
