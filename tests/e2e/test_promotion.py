"""Promotion through the whole instance: pushed by docker, asked for over REST, copied by the worker."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.images import push_index
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack
from tests.e2e.test_other_clients import login
from tests.e2e.wire import Wire, basic
from tests.waiting import eventually


class Promoter:
    """Asks for promotions as a person."""

    def __init__(self, wire: Wire, person: Person) -> None:
        """Ask by the account password."""
        self._wire = wire
        self._person = person

    def ask(self, method: str, path: str, **sent: str) -> Any:
        """Return the answer of the API."""
        headers = {
            "Authorization": basic(self._person.name, self._person.password),
            "Content-Type": "application/json",
        }
        body = json.dumps(sent).encode() if method == "POST" else b""
        answer = self._wire.ask(method, f"/api/v1/repositories{path}", headers, body)
        assert answer.status < 300, answer.body
        return answer.json

    def promote(self, source: str, target: str, tag: str) -> Any:
        """Ask, and wait until the worker has done it."""
        owner = self._person.name
        path = f"/{owner}/{source}/-/promotions"
        asked = self.ask("POST", path, image=tag, target=f"{owner}/{target}")
        return eventually(lambda: self.finished(f"{path}/{asked['id']}"))

    def finished(self, path: str) -> Any:
        """Return a promotion once it is not being copied any more."""
        promotion = self.ask("GET", path)
        return None if promotion["state"] == "copying" else promotion


def create(stack: Stack, wire: Wire, person: Person, name: str) -> None:
    """Make a repository before anything is pushed to it."""
    headers = {
        "Authorization": basic(person.name, person.password),
        "Content-Type": "application/json",
    }
    body = json.dumps({"name": f"{person.name}/{name}", "visibility": "private"}).encode()
    answer = wire.ask("POST", "/api/v1/repositories", headers, body)
    assert answer.status == 201, answer.body


def sign(skopeo: Program, person: Person, repository: str, digest: str) -> str:
    """Put an image where cosign keeps the signature of another; return its tag."""
    tag = f"{digest.replace(':', '-')}.sig"
    signature = person.push_image(repository, "signature")
    both = ("--src-tls-verify=false", "--dest-tls-verify=false")
    skopeo("copy", *both, f"docker://{signature}", f"docker://{person.reference(repository, tag)}")
    return tag


def digest_of(skopeo: Program, reference: str) -> str:
    """Return what skopeo finds there."""
    raw = skopeo(
        "inspect", "--tls-verify=false", "--format", "{{.Digest}}", f"docker://{reference}"
    )
    return raw.strip()


def test_a_signed_index_goes_to_another_registry_and_within_one(
    alice: Person,
    skopeo: Program,
    stack: Stack,
    setup: Setup,
    registries: Registries,
    wire: Wire,
) -> None:
    reference = push_index(alice, "sand")
    login(skopeo, alice)
    digest = digest_of(skopeo, reference)
    tag = sign(skopeo, alice, "sand", digest)
    eventually(lambda: registries.keepers(f"{alice.name}/sand", tag))
    create(stack, wire, alice, "near")
    setup.place(f"{alice.name}/*", on="west")
    create(stack, wire, alice, "far")
    promoter = Promoter(wire, alice)
    for name, keeper in (("near", "east"), ("far", "west")):
        eventually(lambda: promoter.ask("GET", f"/{alice.name}/sand/-/tags?q=multi")["results"])
        done = promoter.promote("sand", name, "multi")
        assert (done["state"], done["digest"], done["last_problem"]) == ("done", digest, "")
        moved, mounted = done["bytes_copied"], done["bytes_mounted"]
        assert (moved == 0, mounted == 0) == (name == "near", name == "far")
        assert (done["manifests_copied"], done["referrers_copied"]) == (4, 1)
        for kept in ("multi", digest, tag):
            assert registries.keepers(f"{alice.name}/{name}", kept) == {keeper}
        assert digest_of(skopeo, alice.reference(name, "multi")) == digest
        alice.forget(reference)
        alice.docker("pull", alice.reference(name, "multi"))
        listed = promoter.ask("GET", f"/{alice.name}/{name}/-/tags")["results"]
        assert {one["name"] for one in listed} == {"multi", tag}
        assert {one["pushed_by"] for one in listed} == {alice.name}
