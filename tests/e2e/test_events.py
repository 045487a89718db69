"""Who may tell what happened (case 32), over the wire."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.processes import kill, standing_still
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire, basic
from tests.waiting import eventually

IS_WRITTEN = """
from index.models import Notification, RegistryEvent
bodies = Notification.objects.values_list("body", flat=True)
answer = any(event.encode() in bytes(body) for body in bodies)
answer = answer or RegistryEvent.objects.filter(event_id=event).exists()
"""
MAKE = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.create_repository import create_repository
from index.names import parse_repository_name
by = Principal(User.objects.get(username=name))
answer = create_repository(parse_repository_name(f"{name}/app"), by=by).name
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

HISTORY = """
from index.models import TagChange
answer = sorted(TagChange.objects.filter(repository__name=name).values_list("tag", flat=True))
"""
MANY = 6_000
FILL = """
import json, uuid
from datetime import UTC, datetime
from index.events.inbox import keep
from index.models import Repository
repository = Repository.objects.get(name=name)
def body():
    target = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": repository.stored_name,
              "digest": "sha256:" + "0" * 64}
    event = {"id": str(uuid.uuid4()), "timestamp": datetime.now(UTC).isoformat(), "action": "pull",
             "target": target, "request": {"method": "GET"}, "actor": {}}
    return json.dumps({"events": [event]}).encode()
for _ in range(many):
    keep(repository.registry_id, body())
answer = many
"""
WAKE = """
from index.event_tasks import apply_notifications
from index.outbox import start_now
start_now(apply_notifications)
answer = True
"""
CREDENTIALS = """
from accounts.flows.personal_access_tokens import create_token
from accounts.models import User
from accounts.principals import Principal
from accounts.token_limits import read_limits
user = User.objects.get(username=name)
given = dict(limits=read_limits([f"{name}/*"], ["push"], []), networks=[], expires_at=None)
made = {one: create_token(user, name=one, by=Principal(user), **given) for one in ("laptop", "server")}
answer = {one: {"value": of.value, "pk": of.token.pk} for one, of in made.items()}
"""
PUSHED_WITH = """
from index.models import Tag
found = Tag.objects.filter(repository__name=name, name__in=tags)
answer = dict(found.values_list("name", "pushed_with"))
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
    secret_of: str, alice: Person, backstage: Backstage, wire: Wire
) -> None:
    secrets = {
        "nobody": "guessed",
        "the other registry": wire.stack.secret("events_west"),
        "the gateway": wire.stack.secret("gateway_secret"),
    }
    event = push_event(backstage.run(MAKE, name=alice.name))
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


def test_what_a_registry_tells_while_nobody_listens_arrives_once(
    alice: Person, stack: Stack, backstage: Backstage, wire: Wire
) -> None:
    """It repeats what was not answered; what was taken in the meantime comes twice, and counts once."""
    alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: backstage.run(KNOWN, name=name)["tags"] == ["1.0"])
    headers = wire.bearer(alice, f"repository:{name}:pull,push") | {"Accept": MANIFEST_TYPES}
    image = wire.ask("GET", f"/v2/{name}/manifests/1.0", headers)
    sent = headers | {"Content-Type": image.headers["Content-Type"]}
    with standing_still(stack, "web"):
        for tag in ("2.0", "3.0"):
            assert wire.ask("PUT", f"/v2/{name}/manifests/{tag}", sent, image.body).status == 201
            for _ in range(10):
                assert wire.ask("GET", f"/v2/{name}/manifests/{tag}", headers).status == 200
        assert backstage.run(KNOWN, name=name)["tags"] == ["1.0"]
    kill(stack, "web")  # with what it had taken and not answered
    everything = {"tags": ["1.0", "2.0", "3.0"], "pulls": 21}
    eventually(lambda: backstage.run(KNOWN, name=name) == everything, within=40)
    eventually(lambda: backstage.run(APPLIED))
    assert backstage.run(KNOWN, name=name) == everything
    assert backstage.run(HISTORY, name=name) == ["1.0", "2.0", "3.0"]


def test_workers_that_are_killed_in_the_middle_lose_nothing_and_count_nothing_twice(
    alice: Person, stack: Stack, backstage: Backstage
) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: backstage.run(KNOWN, name=name)["tags"] == ["1.0"])
    before = backstage.run(KNOWN, name=name)["pulls"]
    backstage.run(FILL, name=name, many=MANY)
    for _ in range(3):
        backstage.run(WAKE)
        old = kill(stack, "worker")
        eventually(lambda old=old: stack.pid("worker") != old)  # type: ignore[misc]
    eventually(lambda: backstage.run(APPLIED), within=60)
    assert backstage.run(KNOWN, name=name)["pulls"] == before + MANY


def test_it_is_known_which_credential_pushed_which_tag(
    alice: Person, stack: Stack, backstage: Backstage, wire: Wire
) -> None:
    """Two access tokens of one person at the same time, told apart by what the registry says."""
    alice.push_image("app")
    name = f"{alice.name}/app"
    image = wire.ask(
        "GET",
        f"/v2/{name}/manifests/1.0",
        wire.bearer(alice, f"repository:{name}:pull") | {"Accept": MANIFEST_TYPES},
    )
    made = backstage.run(CREDENTIALS, name=alice.name)
    for tag in sorted(made) * 2:
        scope = f"service={stack.host}&scope=repository:{name}:pull,push"
        login = {"Authorization": basic(alice.name, made[tag]["value"])}
        bearer = wire.ask("GET", f"/token?{scope}", login).json["token"]
        headers = {
            "Authorization": f"Bearer {bearer}",
            "Content-Type": image.headers["Content-Type"],
        }
        assert wire.ask("PUT", f"/v2/{name}/manifests/{tag}", headers, image.body).status == 201
    told = {tag: f"token:{of['pk']}" for tag, of in made.items()}
    eventually(lambda: backstage.run(PUSHED_WITH, name=name, tags=sorted(made)) == told)
