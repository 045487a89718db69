"""The mark "verified": who gives it, and where it stands."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.errors import NotAllowed
from accounts.flows.mark_verified import mark_verified
from accounts.models import AuditEvent, Namespace
from accounts.principals import Principal
from search.upkeep import apply_changes
from tests.conftest import World


def test_an_administrator_gives_the_mark_and_takes_it(world: World, client: Client) -> None:
    client.force_login(world.root)
    client.post("/manage/marks/verify", {"namespace": "acme"})
    assert Namespace.objects.get(name="acme").is_verified
    assert "acme" in client.get("/manage/marks").content.decode()
    client.post("/manage/marks/acme/withdraw")
    assert not Namespace.objects.get(name="acme").is_verified
    assert list(AuditEvent.objects.values_list("action", "target")) == [
        ("namespace:verification:withdrawn", "acme"), ("namespace:verified", "acme"),
    ]  # fmt: skip


def test_the_api_does_the_same(world: World, client: Client) -> None:
    client.force_login(world.root)
    address = "/api/v1/manage/verified-namespaces"
    assert client.put(f"{address}/alice").status_code == 204
    assert client.put(f"{address}/alice").status_code == 204
    assert client.get(address).json()["results"] == [{"name": "alice"}]
    assert client.delete(f"{address}/alice").status_code == 204
    assert client.get(address).json()["results"] == []
    assert client.put(f"{address}/nobody").status_code == 404


@pytest.mark.parametrize("who", ["olga", "bob"])
def test_nobody_else_gives_it(world: World, client: Client, who: str) -> None:
    person = getattr(world, who)
    client.force_login(person)
    assert client.get("/manage/marks").status_code == 404
    assert client.post("/manage/marks/verify", {"namespace": "acme"}).status_code == 404
    assert client.put("/api/v1/manage/verified-namespaces/acme").status_code == 403
    with pytest.raises(NotAllowed):
        mark_verified(world.acme.namespace, by=Principal(person), is_verified=True)
    assert not Namespace.objects.filter(is_verified=True).exists()


@pytest.mark.parametrize("name", ["library", "nobody", ""])
def test_what_is_nobody_s_gets_no_mark(world: World, client: Client, name: str) -> None:
    client.force_login(world.root)
    page = client.post("/manage/marks/verify", {"namespace": name})
    assert "Error:" in page.content.decode()
    assert not Namespace.objects.filter(is_verified=True).exists()


def test_it_stands_beside_the_name_and_its_repositories(world: World, client: Client) -> None:
    mark = "An administrator of this site has looked at who this is"
    paths = ("/u/alice", "/r/alice/pub", "/search?q=pub", "/explore")
    apply_changes()
    assert all(mark not in client.get(path).content.decode() for path in paths)
    mark_verified(world.alice.namespace, by=Principal(world.root), is_verified=True)
    assert [path for path in paths if mark not in client.get(path).content.decode()] == []
    assert client.get("/api/v1/repositories/alice/pub").json()["is_verified"] is True
