"""Entity tags, conditions and keys of requests pass the gateway as they are: nginx compares nothing itself."""

from __future__ import annotations

import json

from tests.e2e.people import Person
from tests.e2e.wire import Answer, Wire, basic


def test_what_is_compared_is_compared_by_the_index(alice: Person, wire: Wire) -> None:
    mine = {"Authorization": basic(alice.name, alice.password), "Content-Type": "application/json"}

    def ask(method: str, body: object = None, **headers: str) -> Answer:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        return wire.ask(method, "/api/v1/user", mine | told, sent)

    tag = ask("GET").headers["ETag"]
    again = ask("GET", If_None_Match=f"W/{tag}")
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    changed = ask("PATCH", {"location": "Bern"}, If_Match=tag)
    assert (changed.status, changed.headers["ETag"] != tag) == (200, True)
    assert ask("PATCH", {"location": "Rome"}, If_Match=tag).status == 412
    assert ask("GET").json["location"] == "Bern"


def test_what_is_sent_again_with_its_key_is_done_once(alice: Person, wire: Wire) -> None:
    headers = {
        "Authorization": basic(alice.name, alice.password),
        "Content-Type": "application/json",
        "Idempotency-Key": f"create-{alice.name}",
    }
    sent = json.dumps({"name": f"{alice.name}/once"}).encode()
    first, again = (wire.ask("POST", "/api/v1/repositories", headers, sent) for _ in range(2))
    assert (first.status, first.headers["Idempotency-Replayed"]) == (201, None)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json == first.json
