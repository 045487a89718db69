"""An organization is renamed while docker, skopeo and its registries go on."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.browser import Window
from tests.e2e.engine import Docker, layer
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.registries import Registries
from tests.e2e.setup import Setup
from tests.e2e.steps import delete_repository
from tests.e2e.test_other_clients import login
from tests.e2e.wire import Wire
from tests.tools import tool
from tests.waiting import eventually

_FOUND = """
from accounts.flows.organizations import create_organization
from accounts.models import User
create_organization(name, owner=User.objects.get(username=owner))
"""
_RENAME = """
from accounts.models import Organization, User
from accounts.principals import Principal
from index.flows.rename_namespace import rename_organization
by = Principal(User.objects.get(username=owner))
rename_organization(Organization.objects.get(name=old), to=new, by=by)
"""
_TAGS = """
from index.models import Repository
repository = Repository.objects.live().get(name=name)
answer = sorted(repository.tags.values_list("name", flat=True))
"""


@dataclass
class Organization:
    """An organization of alice's, whatever it is called by now."""

    name: str
    owner: Person
    backstage: Backstage

    def rename(self) -> str:
        """Give it another name; return the old one."""
        old, self.name = self.name, f"globex{secrets.token_hex(4)}"
        self.backstage.run(_RENAME, old=old, new=self.name, owner=self.owner.name)
        return old

    def reference(self, repository: str = "app", tag: str = "1.0", *, name: str = "") -> str:
        return f"{self.owner.host}/{name or self.name}/{repository}:{tag}"

    def push(self, repository: str = "app", tag: str = "1.0", *, name: str = "") -> str:
        """Push a new image; return its reference."""
        reference = self.reference(repository, tag, name=name)
        content = layer(**{"hello.txt": secrets.token_hex(500)})
        self.owner.docker("import", "-", reference, stdin=content)
        self.owner.docker("push", reference)
        return reference

    def tags(self, repository: str = "app") -> list[str]:
        """Return the tags the index has heard of."""
        found: list[str] = self.backstage.run(_TAGS, name=f"{self.name}/{repository}")
        return found


@pytest.fixture
def acme(alice: Person, backstage: Backstage) -> Organization:
    name = f"acme{secrets.token_hex(4)}"
    backstage.run(_FOUND, name=name, owner=alice.name)
    return Organization(name, alice, backstage)


@pytest.fixture
def skopeo(alice: Person) -> Iterator[Program]:
    with tempfile.TemporaryDirectory(prefix="wbs-") as home:
        program = Program(tool("skopeo"), Path(home))
        login(program, alice)
        yield program


def test_docker_pulls_by_the_new_name_and_by_all_old_ones(
    acme: Organization, alice: Person
) -> None:
    digest = alice.docker.digest_of(pushed := acme.push())
    alice.forget(pushed)
    names = [acme.rename(), acme.rename(), acme.name]
    for name in names:
        reference = acme.reference(name=name)
        alice.docker("pull", reference)
        assert alice.docker.digest_of(reference) == digest
        alice.forget(reference)


def test_docker_pushes_by_either_name_to_the_same_repository(
    acme: Organization, registries: Registries
) -> None:
    acme.push(tag="1.0")
    old = acme.rename()
    acme.push(tag="2.0")
    acme.push(tag="3.0", name=old)
    eventually(lambda: acme.tags() == ["1.0", "2.0", "3.0"])
    assert registries.keepers(f"{old}/app", "2.0") == {"east"}
    assert registries.folders(f"{acme.name}/app") == set()


def test_a_first_push_by_the_old_name_is_one_by_the_new_name(
    acme: Organization, registries: Registries
) -> None:
    old = acme.rename()
    acme.push("fresh", name=old)
    eventually(lambda: acme.tags("fresh") == ["1.0"])
    assert registries.folders(f"{acme.name}/fresh") == {"east"}


@pytest.mark.parametrize("by_old_name", [True, False])
def test_layers_are_mounted_from_a_renamed_repository(
    acme: Organization, alice: Person, registries: Registries, *, by_old_name: bool
) -> None:
    acme.push()
    old = acme.rename()
    source = acme.reference(name=old if by_old_name else "")
    alice.docker("pull", source)
    for target in (alice.reference("copy"), acme.reference("copy")):
        alice.docker("tag", source, target)
        assert "Mounted from" in alice.docker("push", target)
    assert registries.keepers(f"{alice.name}/copy", "1.0") == {"east"}


def test_layers_are_mounted_into_a_renamed_repository(acme: Organization, alice: Person) -> None:
    acme.push()
    acme.rename()
    source, target = alice.push_image("mine"), acme.reference(tag="2.0")
    alice.docker("tag", source, target)
    assert f"Mounted from {alice.name}/mine" in alice.docker("push", target)


def test_skopeo_lists_inspects_copies_and_deletes(acme: Organization, skopeo: Program) -> None:
    acme.push(tag="1.0")
    old = acme.rename()
    acme.push(tag="2.0")
    for name in (old, acme.name):
        listed = skopeo(
            "list-tags", "--tls-verify=false", f"docker://{acme.reference(name=name)[:-4]}"
        )
        assert sorted(json.loads(listed)["Tags"]) == ["1.0", "2.0"]
    source, copy = (f"docker://{acme.reference(tag=tag)}" for tag in ("2.0", "3.0"))
    skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", source, copy)
    eventually(lambda: acme.tags() == ["1.0", "2.0", "3.0"])
    skopeo("delete", "--tls-verify=false", f"docker://{acme.reference(tag='1.0')}")
    eventually(lambda: acme.tags() == ["2.0", "3.0"])


def test_an_upload_goes_on_where_the_registry_says(
    acme: Organization, alice: Person, wire: Wire
) -> None:
    acme.push()
    old = acme.rename()
    token = wire.bearer(alice, f"repository:{acme.name}/app:pull,push")
    begun = wire.ask("POST", f"/v2/{acme.name}/app/blobs/uploads/", token)
    assert begun.status == 202
    place = begun.headers["Location"]
    assert f"/v2/{old}/app/blobs/uploads/" in place
    assert wire.ask("PATCH", place, token, b"some bytes").status == 202


def test_a_repository_is_deleted_by_its_new_name(
    acme: Organization, alice: Person, plain_window: Window, registries: Registries
) -> None:
    reference = acme.push()
    old = acme.rename()
    acme.push(tag="2.0")
    plain_window.log_in(alice)
    delete_repository(plain_window, f"{acme.name}/app")
    alice.forget(reference)
    for name in (old, acme.name):
        assert f"{name}/app does not exist" in alice.docker.fails("pull", acme.reference(name=name))
    eventually(lambda: not registries.folders(f"{old}/app"), within=30)


def test_strangers_see_nothing_under_any_name(
    acme: Organization, bob: Person, anyone: Docker
) -> None:
    acme.push()
    old = acme.rename()
    for name in (old, acme.name):
        assert "does not exist" in bob.docker.fails("pull", acme.reference(name=name))
        assert "access denied" in anyone.fails("pull", acme.reference(name=name))


def test_a_token_from_before_ends_with_the_right_it_came_from(
    acme: Organization, bob: Person, wire: Wire, setup: Setup
) -> None:
    acme.push()
    setup.wait_for_push(f"{acme.name}/app")
    setup.grant(f"{acme.name}/app", bob, "reader")
    token = wire.bearer(bob, f"repository:{acme.name}/app:pull")
    old = acme.rename()
    address = f"/v2/{old}/app/manifests/1.0"
    assert wire.ask("GET", address, token).status == 200
    acme.backstage.run(
        "from index.models import AccessGrant\n"
        "AccessGrant.objects.filter(user__username=name).delete()",
        name=bob.name,
    )
    eventually(lambda: wire.ask("GET", address, token).status == 404, within=5)


def test_the_old_address_of_a_page_leads_to_the_new_one(
    acme: Organization, alice: Person, plain_window: Window
) -> None:
    acme.push()
    old = acme.rename()
    plain_window.log_in(alice)
    for address in (f"/r/{old}/app", f"/o/{old}"):
        page = plain_window.open(address)
        assert page.url.endswith(address.replace(old, acme.name))
