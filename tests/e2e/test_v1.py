"""The v1 index protocol over the wire."""

from __future__ import annotations

from tests.e2e.people import Person
from tests.e2e.setup import Setup
from tests.e2e.wire import Wire, basic


def test_ping_says_that_registries_stand_elsewhere(wire: Wire) -> None:
    answer = wire.ask("GET", "/v1/_ping")
    assert answer.status == 200
    assert answer.headers["X-Docker-Registry-Standalone"] == "false"
    assert answer.json["standalone"] is False


def test_search_has_every_field_that_clients_read(alice: Person, setup: Setup, wire: Wire) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    setup.change(name, visibility="public", description="Says hello")
    setup.wait_for_index(name)
    assert wire.ask("GET", f"/v1/search?q={alice.name}&n=25").json == {
        "num_pages": 1,
        "num_results": 1,
        "page": 1,
        "page_size": 25,
        "query": alice.name,
        "results": [
            {
                "name": name,
                "description": "Says hello",
                "star_count": 0,
                "is_official": False,
                "is_automated": False,
                "is_trusted": False,
            }
        ],
    }


def test_the_endpoint_is_the_registry_that_keeps_the_name(
    alice: Person, setup: Setup, wire: Wire
) -> None:
    setup.place(f"{alice.name}/far", on="west")
    alice.push_image("near")
    alice.push_image("far")
    headers = {"Authorization": basic(alice.name, alice.password), "X-Docker-Token": "true"}
    for repository, registry in (("near", "east"), ("far", "west")):
        answer = wire.ask("GET", f"/v1/repositories/{alice.name}/{repository}/images", headers)
        assert answer.status == 200
        endpoint = f"127.0.0.1:{wire.stack.port_of(registry)}"
        assert answer.headers["X-Docker-Endpoints"] == endpoint
        assert answer.headers["X-Docker-Token"]


def test_a_private_repository_is_not_there_for_strangers(
    alice: Person, bob: Person, wire: Wire
) -> None:
    alice.push_image("app")
    headers = {"Authorization": basic(bob.name, bob.password)}
    private = wire.ask("GET", f"/v1/repositories/{alice.name}/app/images", headers)
    unknown = wire.ask("GET", f"/v1/repositories/{alice.name}/nope/images", headers)
    assert private.status == unknown.status == 404
    assert private.body == unknown.body.replace(b"nope", b"app")
