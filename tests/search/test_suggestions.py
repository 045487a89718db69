"""What is suggested while one types."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Namespace, Visibility
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_repositories, make_repository, new_repository

BACKEND = "accounts.session_backend.SessionBackend"
PUBLIC = Visibility.PUBLIC


def ask(client: Client, typed: str) -> Any:
    """Ask as the box does, of an index that is up to date."""
    apply_changes()
    response = client.get("/search/suggestions", {"q": typed})
    assert response.status_code == 200
    return response


def names(response: Any) -> list[str]:
    """The names suggested."""
    return [one["name"] for one in response.json()["suggestions"]]


def test_the_beginning_of_a_name_is_enough(world: World, client: Client) -> None:
    make_repository("postgres", visibility=PUBLIC)
    make_repository("acme/postgres-backup", visibility=PUBLIC)
    make_repository("alice/other", visibility=PUBLIC)
    assert names(ask(client, "pos")) == ["postgres", "acme/postgres-backup"]


def test_each_has_name_address_and_marks(world: World, client: Client) -> None:
    Namespace.objects.filter(name="acme").update(is_verified=True)
    make_repository("acme/inside", visibility=Visibility.INTERNAL, description="secret")
    client.force_login(world.bob, BACKEND)
    assert ask(client, "ins").json() == {
        "suggestions": [
            {
                "name": "acme/inside",
                "address": "/r/acme/inside",
                "marks": [
                    {"kind": "done", "words": "Verified"},
                    {"kind": "internal", "words": "Internal"},
                ],
            }
        ]
    }


def test_everyone_is_told_only_what_he_may_see(world: World, client: Client) -> None:
    assert names(ask(client, "priv")) == []
    client.force_login(world.bob, BACKEND)
    assert names(ask(client, "priv")) == []
    client.force_login(world.alice, BACKEND)
    assert names(ask(client, "priv")) == ["alice/priv"]


def test_what_is_hidden_is_not_suggested_any_more_even_before_the_index_knows(
    world: World, client: Client
) -> None:
    assert names(ask(client, "pub")) == ["alice/pub"]
    type(world.public).objects.filter(pk=world.public.pk).update(visibility=Visibility.PRIVATE)
    assert client.get("/search/suggestions", {"q": "pub"}).json() == {"suggestions": []}


def test_there_are_at_most_eight(world: World, client: Client) -> None:
    make_repositories(
        *(
            new_repository(f"alice/many-{number}", registry=world.east, visibility=PUBLIC)
            for number in range(12)
        )
    )
    assert len(names(ask(client, "man"))) == 8


@pytest.mark.parametrize(
    "typed", ["", " ", "stars:", "stars:>", '"half', "is:", "%", "_", "'", "a" * 500, "…", "-"]
)
def test_half_a_query_is_no_error(world: World, client: Client, typed: str) -> None:
    assert names(ask(client, typed)) == []


def test_nobody_keeps_what_was_suggested_to_a_person(world: World, client: Client) -> None:
    anonymous = ask(client, "pub")
    assert anonymous.headers["Cache-Control"] == "private, max-age=5"
    assert "Cookie" in anonymous.headers["Vary"]
    client.force_login(world.alice, BACKEND)
    person = ask(client, "pub")
    assert person.headers["Cache-Control"] == "no-store"
    assert "Cookie" in person.headers["Vary"]


def test_it_is_json_and_nothing_else(world: World, client: Client) -> None:
    make_repository("alice/evil", visibility=PUBLIC, description="<script>")
    response = ask(client, "evil")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
