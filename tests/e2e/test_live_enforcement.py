"""What was taken from somebody holds within five seconds, for docker and for whoever kept a token."""

from __future__ import annotations

import pytest

from tests.e2e.backstage import Backstage
from tests.e2e.people import People, Person
from tests.e2e.wire import MANIFEST_TYPES, Wire
from tests.waiting import eventually

BOUND = 5  # seconds, design.md: "Through the gateway a revocation holds within 5 s"
_COMMON = """
from accounts.flows.end_tokens import end_registry_tokens
from accounts.flows.manage_people import disable
from accounts.models import User, Visibility
from accounts.principals import Principal
from index.flows.change_repository import change_immutable_tags, change_mode, change_visibility
from index.flows.delete_repository import request_deletion
from index.flows.grant_access import grant_access, revoke_access
from index.models import AccessGrant, Repository, RepositoryMode
from index.roles import Role
root = Principal(User.objects.filter(is_superuser=True).first() or User(is_superuser=True))
repository = Repository.objects.get(name=name)
owner = Principal(repository.namespace.user)
guest = User.objects.get(username=guest)
"""
GIVE = "grant_access(repository, to=guest, role=Role.WRITER, until=None, by=owner)"
# What ends a pull of a private repository by a guest who may push to it.
TAKINGS = {
    "the grant is taken back": "revoke_access(AccessGrant.objects.get(user=guest), by=owner)",
    "all tokens of the person end": "end_registry_tokens(guest)",
    "the person is disabled": 'disable(guest, by=root, reason="gone")',
    "the repository is deleted": "request_deletion(repository, by=owner)",
}


@pytest.fixture
def guest(people: People, alice: Person, backstage: Backstage) -> Person:
    """Somebody who may push to alice's private image, logged in with docker."""
    guest = people.make("guest")
    guest.login()
    alice.push_image("shared")
    backstage.run(_COMMON + GIVE, name=f"{alice.name}/shared", guest=guest.name)
    return guest


@pytest.mark.parametrize("taking", TAKINGS)
def test_a_pull_ends_within_five_seconds(
    alice: Person, guest: Person, backstage: Backstage, wire: Wire, taking: str
) -> None:
    name, image = f"{alice.name}/shared", alice.reference("shared")
    kept = wire.bearer(guest, f"repository:{name}:pull") | {"Accept": MANIFEST_TYPES}
    manifest = f"/v2/{name}/manifests/1.0"
    assert wire.ask("GET", manifest, kept).status == 200
    backstage.run(_COMMON + TAKINGS[taking], name=name, guest=guest.name)
    eventually(lambda: wire.ask("GET", manifest, kept).status in {401, 404}, within=BOUND)
    guest.forget(image)
    if taking != "all tokens of the person end":  # docker fetches a new one, and may
        guest.docker.fails("pull", image)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("change_mode(repository, by=owner, mode=RepositoryMode.ARCHIVED)", "is archived"),
        ('change_immutable_tags(repository, by=owner, patterns=["1.*"])', "immutable"),
    ],
    ids=["archived", "immutable"],
)
def test_a_push_ends_within_five_seconds_and_docker_says_why(
    alice: Person, guest: Person, backstage: Backstage, wire: Wire, change: str, says: str
) -> None:
    name, image = f"{alice.name}/shared", alice.reference("shared")
    kept = wire.bearer(guest, f"repository:{name}:pull,push")
    put = ("PUT", f"/v2/{name}/manifests/1.0", kept, b"{}")
    assert wire.ask(*put).status == 400  # the registry's own answer: no manifest
    backstage.run(_COMMON + change, name=name, guest=guest.name)
    eventually(lambda: wire.ask(*put).status == 403, within=BOUND)
    alice.make_image("shared")
    assert says in guest.docker.fails("push", image)
    guest.forget(image)
    guest.docker("pull", image)  # what is there stays to be had
