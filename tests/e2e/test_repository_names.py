"""A repository is renamed and given away while docker, podman and skopeo go on with the old name."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.browser import Window
from tests.e2e.engine import layer
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.test_other_clients import login
from tests.e2e.wire import Wire
from tests.tools import tool
from tests.waiting import eventually

_RENAME = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.rename_repository import rename_repository
from index.models import Repository
from index.names import parse_repository_name
by = Principal(User.objects.get(username=owner))
rename_repository(Repository.objects.get(name=old), to=parse_repository_name(new), by=by)
"""
_TRANSFER = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.transfer_repository import take_transfer, transfer_repository
from index.models import Repository
from index.names import parse_repository_name
giver, taker = (Principal(User.objects.get(username=name)) for name in (owner, to))
repository, name = Repository.objects.get(name=old), parse_repository_name(new)
take_transfer(transfer_repository(repository, to=name, by=giver), by=taker)
"""
_TAGS = """
from index.models import Repository
answer = sorted(Repository.objects.live().get(name=name).tags.values_list("name", flat=True))
"""


@dataclass
class Image:
    """A repository of alice's at first, and its names."""

    owner: Person
    backstage: Backstage
    name: str

    def push(self, tag: str, *, name: str = "") -> str:
        """Push a new image; return its reference."""
        reference = self.at(f":{tag}", name=name)
        content = layer(**{"hello.txt": secrets.token_hex(500)})
        self.owner.docker("import", "-", reference, stdin=content)
        self.owner.docker("push", reference)
        return reference

    def at(self, rest: str, *, name: str = "") -> str:
        return f"{self.owner.host}/{name or self.name}{rest}"

    def rename(self) -> str:
        """Give it another name; return the old one."""
        old, self.name = self.name, f"{self.owner.name}/web{secrets.token_hex(4)}"
        self.backstage.run(_RENAME, old=old, new=self.name, owner=self.owner.name)
        return old

    def give_to(self, person: Person) -> str:
        """Offer it and have it taken; return the old name."""
        old, giver = self.name, self.owner
        self.name, self.owner = f"{person.name}/app{secrets.token_hex(4)}", person
        arguments = {"old": old, "new": self.name, "owner": giver.name, "to": person.name}
        self.backstage.run(_TRANSFER, **arguments)
        return old

    def tags(self) -> list[str]:
        """Return the tags the index has heard of."""
        found: list[str] = self.backstage.run(_TAGS, name=self.name)
        return found


@pytest.fixture
def image(alice: Person, backstage: Backstage) -> Image:
    return Image(alice, backstage, f"{alice.name}/app{secrets.token_hex(4)}")


@contextmanager
def logged_in(name: str, person: Person) -> Iterator[Program]:
    """Start a client that is no docker."""
    with tempfile.TemporaryDirectory(prefix="wbn-") as home:
        program = Program(tool(name), Path(home))
        login(program, person)
        yield program


def test_docker_pulls_by_tag_and_by_digest_under_each_name(image: Image, alice: Person) -> None:
    digest = alice.docker.digest_of(pushed := image.push("1.0"))
    alice.forget(pushed)
    for name in (image.rename(), image.rename(), image.name):
        for rest in (":1.0", f"@{digest}"):
            assert digest in alice.docker("pull", image.at(rest, name=name))
            alice.forget(image.at(rest, name=name))


def test_docker_pushes_under_the_old_name_to_the_new_one(
    image: Image, registries: Registries
) -> None:
    image.push("1.0")
    first = image.rename()
    second = image.rename()
    image.push("2.0", name=first)
    image.push("3.0", name=second)
    eventually(lambda: image.tags() == ["1.0", "2.0", "3.0"])
    assert registries.keepers(first, "3.0") == {"east"}
    assert registries.folders(image.name) == registries.folders(second) == set()


def test_after_a_transfer_the_taker_pulls_and_pushes_and_the_giver_does_not(
    image: Image, alice: Person, bob: Person
) -> None:
    digest = alice.docker.digest_of(pushed := image.push("1.0"))
    alice.forget(pushed)
    old = image.give_to(bob)
    for name in (old, image.name):
        assert "does not exist" in alice.docker.fails("pull", image.at(":1.0", name=name))
        for rest in (":1.0", f"@{digest}"):
            assert digest in bob.docker("pull", image.at(rest, name=name))
            bob.forget(image.at(rest, name=name))
    image.push("2.0", name=old)
    eventually(lambda: image.tags() == ["1.0", "2.0"])


def test_the_giver_does_not_get_the_name_back_by_a_push(
    image: Image, alice: Person, bob: Person
) -> None:
    reference = image.push("1.0")
    image.give_to(bob)
    assert "still leads to another repository" in alice.docker.fails("push", reference)


def test_a_token_from_before_a_transfer_opens_nothing(
    image: Image, alice: Person, bob: Person, wire: Wire, setup: Setup
) -> None:
    image.push("1.0")
    setup.wait_for_push(image.name)
    token = wire.bearer(alice, f"repository:{image.name}:pull,push")
    address = f"/v2/{image.name}/manifests/1.0"
    assert wire.ask("GET", address, token).status == 200
    image.give_to(bob)
    eventually(lambda: wire.ask("GET", address, token).status in {401, 404}, within=5)


def test_skopeo_and_podman_go_on_with_the_old_name(image: Image, alice: Person) -> None:
    digest = alice.docker.digest_of(image.push("1.0"))
    old = image.rename()
    with logged_in("skopeo", alice) as skopeo:
        for rest in (":1.0", f"@{digest}"):
            reference = f"docker://{image.at(rest, name=old)}"
            assert (
                json.loads(skopeo("inspect", "--tls-verify=false", reference))["Digest"] == digest
            )
    with logged_in("podman", alice) as podman:
        for rest in (":1.0", f"@{digest}"):
            podman("pull", "--tls-verify=false", image.at(rest, name=old))


def test_an_upload_that_is_under_way_goes_on(image: Image, alice: Person, wire: Wire) -> None:
    image.push("1.0")
    token = wire.bearer(alice, f"repository:{image.name}:pull,push")
    begun = wire.ask("POST", f"/v2/{image.name}/blobs/uploads/", token)
    image.rename()
    assert wire.ask("PATCH", begun.headers["Location"], token, b"some bytes").status == 202


def test_a_person_renames_it_on_its_pages_and_the_old_page_leads_on(
    image: Image, alice: Person, plain_window: Window
) -> None:
    image.push("1.0")
    plain_window.log_in(alice)
    page = plain_window.open(f"/r/{image.name}/-/rename")
    page.get_by_label("New name").fill("shop")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_text("nothing is copied").wait_for()
    page.get_by_role("button", name=f"Rename to {alice.name}/shop").click()
    page = plain_window.open(f"/r/{image.name}/-/tags")
    assert page.url.endswith(f"/r/{alice.name}/shop/-/tags")
