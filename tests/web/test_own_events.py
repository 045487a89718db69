"""What people read of themselves tells nothing of what they may not know of (case 24)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.flows.export_own_data import export_own_data
from accounts.models import AuditEvent
from accounts.principals import Principal
from index.flows.request_access import decline_request, request_access
from index.models import AccessRequest
from index.names import parse_repository_name
from index.roles import Role
from tests.conftest import World


@pytest.fixture
def asked(world: World) -> AccessRequest:
    """Bob asks for what is hidden from him, without knowing whether it is there."""
    name = parse_repository_name("alice/priv")
    found = request_access(name, by=Principal(world.bob), role=Role.READER)
    assert found is not None
    return found


def what_bob_reads(world: World, client: Client) -> str:
    client.force_login(world.bob)
    page = client.get("/settings/history").content.decode()
    return page + export_own_data(by=Principal(world.bob))


def test_having_asked_tells_nobody_that_there_is_such_a_repository(
    world: World, client: Client, asked: AccessRequest
) -> None:
    assert "alice/priv" not in what_bob_reads(world, client)


def test_a_no_tells_nobody_either(world: World, client: Client, asked: AccessRequest) -> None:
    decline_request(asked, by=Principal(world.alice))
    assert "alice/priv" not in what_bob_reads(world, client)
    assert AuditEvent.objects.filter(
        namespace=world.alice.namespace, action="repository:access:declined"
    ).exists()


def test_who_may_know_of_the_repository_reads_of_it(world: World, client: Client) -> None:
    name = parse_repository_name("alice/pub")
    found = request_access(name, by=Principal(world.bob), role=Role.WRITER)
    assert found is not None
    decline_request(found, by=Principal(world.alice))
    assert "alice/pub" in what_bob_reads(world, client)
