"""An organization gets another name, and everything that knew the old one goes on."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from accounts.errors import LimitReached, NameInvalid, NameReserved, NameTaken, NotAllowed
from accounts.flows.organizations import create_organization
from accounts.models import (
    AuditEvent,
    Namespace,
    Organization,
    PersonalAccessToken,
    User,
    Visibility,
)
from accounts.principals import ANONYMOUS, Principal
from index.errors import NameTaken as RepositoryNameTaken
from index.flows.apply_registry_event import apply_event
from index.flows.create_repository import create_repository
from index.flows.delete_repository import request_deletion
from index.flows.rename_namespace import rename_organization
from index.lookup import find_repository
from index.models import PlacementRule, Repository, RepositoryState
from index.names import parse_repository_name
from index.placement import choose_registry
from index.registry_events import read_envelope
from tests.clients import ask_route, get_token, granted, token_for
from tests.conftest import World
from tests.factories import (
    make_envelope,
    make_event,
    make_organization,
    make_repository,
    make_rule,
    make_tag,
    make_user,
)

MANIFEST = "/v2/{}/manifests/latest"
UPLOAD = "/v2/{}/blobs/uploads/"


def rename(world: World, to: str, *, by: User | None = None) -> None:
    """Rename acme, by its owner."""
    rename_organization(world.acme, to=to, by=Principal(by or world.olga))


def find(name: str) -> Repository | None:
    return find_repository(Repository.objects.all(), parse_repository_name(name))


def refusal(response: Any) -> str:
    return str(response["X-Waybill-Refusal-Status"])


# --- names --------------------------------------------------------------------------------------


def test_organization_namespace_and_repositories_change_names_together(world: World) -> None:
    rename(world, "globex")
    world.acme.refresh_from_db()
    world.app.refresh_from_db()
    assert (world.acme.name, world.acme.namespace.name) == ("globex", "globex")
    assert (world.app.name, world.app.stored_name) == ("globex/app", "acme/app")


def test_repositories_of_others_keep_their_names(world: World) -> None:
    make_organization("acmexx", owner=world.bob)
    other = make_repository("acmexx/app")
    rename(world, "globex")
    other.refresh_from_db()
    assert other.name == "acmexx/app"


def test_the_old_name_leads_to_the_same_repository_however_often_it_is_renamed(
    world: World,
) -> None:
    for name in ("globex", "initech"):
        rename(world, name)
    assert [find(f"{name}/app") for name in ("acme", "globex", "initech")] == [world.app] * 3


@pytest.mark.parametrize("name", ["acme", "globex"])
def test_nobody_gets_a_name_of_the_past(world: World, name: str) -> None:
    rename(world, "globex")
    rename(world, "initech")
    with pytest.raises(NameTaken):
        create_organization(name, owner=world.bob)
    other = make_organization("other", owner=world.bob)
    with pytest.raises(NameTaken):
        rename_organization(other, to=name, by=Principal(world.bob))


def test_nobody_signs_up_under_a_name_of_the_past(world: World, client: Client) -> None:
    rename(world, "globex")
    body = {"username": "acme", "email": "a@example.com", "password": "a long quiet river"}
    answer = client.post("/v1/users/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not User.objects.filter(username="acme").exists()


def test_it_may_take_its_old_name_back(world: World) -> None:
    rename(world, "globex")
    late = make_repository("globex/late")
    rename(world, "acme")
    late.refresh_from_db()
    world.app.refresh_from_db()
    assert (world.app.name, late.name, late.stored_name) == ("acme/app", "acme/late", "globex/late")
    assert find("globex/late") == find("acme/late") == late
    assert find("globex/app") == world.app


@pytest.mark.parametrize(
    ("name", "error"),
    [("alice", NameTaken), ("library", NameReserved), ("Ab", NameInvalid), ("acme", NameInvalid)],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_changes(
    world: World, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rename(world, name)
    assert Organization.objects.get(pk=world.acme.pk).name == "acme"
    assert not Namespace.objects.exclude(redirects_to=None).exists()


@pytest.mark.parametrize("who", ["mia", "bob"])
def test_only_owners_rename(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        rename(world, "globex", by=world.person(who))
    assert not Namespace.objects.filter(name="globex").exists()


def test_a_name_that_makes_repositories_too_long_is_refused(world: World) -> None:
    make_repository("acme/" + "x" * 194)
    with pytest.raises(NameInvalid, match="1 characters too long"):
        rename(world, "globex")


def test_three_renames_a_day_are_enough(world: World) -> None:
    for name in ("globex", "initech", "acme"):
        rename(world, name)
    with pytest.raises(LimitReached):
        rename(world, "globex")
    assert find("acme/app") == world.app


def test_a_rename_is_written_down(world: World) -> None:
    rename(world, "globex")
    event = AuditEvent.objects.get(action="organization:renamed")
    assert (event.actor_name, event.target, event.details) == (
        "olga", "globex", {"old_name": "acme"},
    )  # fmt: skip
    assert event.namespace == world.acme.namespace


def test_the_mark_verified_does_not_go_along_to_a_name_that_nobody_looked_at(world: World) -> None:
    Namespace.objects.filter(organization=world.acme).update(is_verified=True)
    renamed = rename_organization(world.acme, to="known-brand", by=Principal(world.olga))
    assert not Namespace.objects.get(pk=renamed.pk).is_verified
    assert AuditEvent.objects.filter(
        action="namespace:verification:withdrawn", target="known-brand"
    ).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it() -> None:
    organizations = [
        make_organization(name, owner=make_user(owner))
        for name, owner in (("first", "ownera"), ("second", "ownerb"))
    ]
    outcomes: list[str] = []

    def take(organization: Organization) -> None:
        owner = organization.members.get()
        try:
            rename_organization(organization, to="wanted", by=Principal(owner))
            outcomes.append("taken")
        except NameTaken:
            outcomes.append("refused")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=take, args=(one,)) for one in organizations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]


# --- what else knew the name ------------------------------------------------------------------------


def test_access_tokens_go_on_to_reach_what_they_reached(world: World) -> None:
    token = PersonalAccessToken.objects.create(
        user=world.olga, name="ci", selector="s", secret_digest="d", actions=["push"],
        patterns=["acme/*", "acme/app", "acmexx/*", "alice/acme/x", "*"],
    )  # fmt: skip
    rename(world, "globex")
    token.refresh_from_db()
    assert token.patterns == ["globex/*", "globex/app", "acmexx/*", "alice/acme/x", "*"]


def test_placement_rules_go_on_to_place(world: World) -> None:
    make_rule("acme/*", world.west)
    rename(world, "globex")
    assert choose_registry(parse_repository_name("globex/new")) == world.west
    assert not PlacementRule.objects.filter(pattern="acme/*").exists()


def test_events_find_the_repository_by_the_registrys_name(world: World) -> None:
    rename(world, "globex")
    for name in ("acme/app", "globex/app"):
        pushed = make_event("push", name, digest=f"sha256:{'a' * 64}", tag=name[:4])
        [event] = read_envelope(make_envelope(pushed))
        apply_event(event, world.east)
    assert [tag.name for tag in world.app.tags.all()] == ["acme"]


# --- creating under names of the past ----------------------------------------------------------------


def test_a_new_repository_under_the_old_name_is_made_under_the_new_one(world: World) -> None:
    rename(world, "globex")
    made = create_repository(parse_repository_name("acme/new"), by=Principal(world.olga))
    assert (made.name, made.stored_name) == ("globex/new", "globex/new")


def test_no_new_repository_gets_the_name_that_a_registry_keeps_another_under(world: World) -> None:
    Repository.objects.filter(pk=world.app.pk).update(name="acme/moved")
    with pytest.raises(RepositoryNameTaken, match="still leads to another"):
        create_repository(parse_repository_name("acme/app"), by=Principal(world.olga))


def test_the_name_in_the_registry_rests_after_a_deletion_too(world: World) -> None:
    rename(world, "globex")
    Repository.objects.filter(pk=world.app.pk).update(
        state=RepositoryState.DELETED, deleted_at=timezone.now()
    )
    rename(world, "acme")
    with pytest.raises(RepositoryNameTaken, match="deleted a moment ago"):
        create_repository(parse_repository_name("acme/app"), by=Principal(world.olga))


def test_what_is_being_deleted_is_renamed_as_well(world: World) -> None:
    request_deletion(world.app, by=Principal(world.olga))
    rename(world, "globex")
    world.app.refresh_from_db()
    assert world.app.name == "globex/app"


# --- tokens and the gateway --------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["globex/app", "acme/app"])
def test_a_token_carries_the_registrys_name_whatever_was_asked_for(
    world: World, client: Client, asked: str
) -> None:
    rename(world, "globex")
    answer = get_token(client, f"repository:{asked}:pull,push", user=world.mia)
    assert granted(answer) == {"acme/app": ["pull", "push"]}


def test_a_stranger_gets_nothing_under_either_name(world: World, client: Client) -> None:
    rename(world, "globex")
    scopes = [f"repository:{name}/app:pull" for name in ("acme", "globex")]
    assert granted(get_token(client, *scopes, user=world.bob)) == {}


@pytest.mark.parametrize("name", ["globex/app", "acme/app"])
def test_the_registry_is_asked_by_the_name_it_knows(
    world: World, client: Client, name: str
) -> None:
    rename(world, "globex")
    token = token_for(client, f"repository:{name}:pull", user=world.rita)
    response = ask_route(client, "GET", MANIFEST.format(name) + "?n=1", token=token)
    assert response.status_code == 204
    wanted = None if name == "acme/app" else "/v2/acme/app/manifests/latest?n=1"
    assert response.headers.get("X-Waybill-Address") == wanted


def test_of_what_was_made_since_the_old_name_leads_to_the_new_one(
    world: World, client: Client
) -> None:
    rename(world, "globex")
    make_repository("globex/late")
    token = token_for(client, "repository:acme/late:pull", user=world.olga)
    response = ask_route(client, "GET", MANIFEST.format("acme/late"), token=token)
    assert response["X-Waybill-Address"] == "/v2/globex/late/manifests/latest"


def test_the_source_of_a_mount_is_named_as_the_registry_knows_it(
    world: World, client: Client
) -> None:
    make_repository("acme/other", visibility=Visibility.PUBLIC)
    rename(world, "globex")
    scopes = ("repository:alice/pub:pull,push", "repository:globex/app:pull")
    token = token_for(client, *scopes, user=world.root)
    query = f"?mount=sha256:{'a' * 64}&from=globex%2Fapp&origin=x%20y"
    response = ask_route(client, "POST", UPLOAD.format("alice/pub") + query, token=token)
    assert response["X-Waybill-Address"] == (
        f"/v2/alice/pub/blobs/uploads/?mount=sha256:{'a' * 64}&from=acme/app&origin=x%20y"
    )


@pytest.mark.parametrize("query", ["?a=\xe4", "?" + "x" * 2001])
def test_an_address_that_cannot_be_written_anew_is_refused(
    world: World, client: Client, query: str
) -> None:
    rename(world, "globex")
    token = token_for(client, "repository:globex/app:pull", user=world.rita)
    assert refusal(
        ask_route(client, "GET", MANIFEST.format("globex/app") + query, token=token)
    ) == ("400")


def test_an_old_token_works_only_as_long_as_the_policy_says_yes(
    world: World, client: Client
) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    rename(world, "globex")
    assert ask_route(client, "GET", MANIFEST.format("acme/app"), token=token).status_code == 204
    world.app.grants.all().delete()
    for name in ("acme/app", "globex/app"):
        assert refusal(ask_route(client, "GET", MANIFEST.format(name), token=token)) == "404"


def test_a_token_for_one_name_opens_nothing_stored_under_another(
    world: World, client: Client
) -> None:
    rename(world, "globex")
    make_repository("globex/late")
    token = token_for(client, "repository:acme/app:pull", user=world.olga)
    assert refusal(ask_route(client, "GET", MANIFEST.format("globex/late"), token=token)) == "401"


def test_a_first_push_by_the_old_name_creates_under_the_new_one(
    world: World, client: Client
) -> None:
    rename(world, "globex")
    token = token_for(client, "repository:acme/fresh:pull,push", user=world.olga)
    response = ask_route(client, "POST", UPLOAD.format("acme/fresh"), token=token)
    assert response["X-Waybill-Address"] == "/v2/globex/fresh/blobs/uploads/"
    assert find("globex/fresh")


def test_hidden_and_unknown_read_alike_under_the_old_name(world: World, client: Client) -> None:
    rename(world, "globex")
    answers = set()
    for name in ("acme/app", "acme/nope"):
        token = token_for(client, f"repository:{name}:pull", user=world.bob)
        response = ask_route(client, "GET", MANIFEST.format(name), token=token)
        answers.add(response["X-Waybill-Refusal-Body"].replace(name, "X"))
    assert len(answers) == 1
    assert "globex" not in answers.pop()


# --- pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "/-/tags", "/-/tags?page=2"])
def test_pages_of_a_repository_move(world: World, client: Client, page: str) -> None:
    make_tag(world.app)
    rename(world, "globex")
    client.force_login(world.rita)
    response = client.get(f"/r/acme/app{page}")
    assert (response.status_code, response["Location"]) == (301, f"/r/globex/app{page}")
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("who", ["anonymous", "bob"])
def test_an_old_address_tells_nothing_to_who_may_not_see(
    world: World, client: Client, who: str
) -> None:
    rename(world, "globex")
    if person := world.person(who):
        client.force_login(person)
    hidden, unknown = client.get("/r/acme/app"), client.get("/r/acme/nope")
    assert hidden.status_code == unknown.status_code == 404
    assert b"globex" not in hidden.content


@pytest.mark.parametrize("address", ["/o/acme", "/u/acme"])
def test_the_page_of_the_organization_moves(world: World, client: Client, address: str) -> None:
    rename(world, "globex")
    response = client.get(address, follow=True)
    assert response.redirect_chain[-1] == ("/o/globex", 301)


def test_a_pasted_reference_finds_its_page(world: World, client: Client) -> None:
    rename(world, "globex")
    client.force_login(world.olga)
    assert client.get("/acme/app:1.0")["Location"] == "/r/globex/app"


def test_a_form_that_was_open_during_the_rename_still_counts(world: World, client: Client) -> None:
    client.force_login(world.olga)
    rename(world, "globex")
    response = client.post("/r/acme/app/-/star")
    assert response["Location"] == "/r/globex/app"
    assert world.app.stars.count() == 1


def test_anonymous_finds_nothing_hidden_by_any_name(world: World) -> None:
    rename(world, "globex")
    visible = Repository.objects.visible_to(ANONYMOUS)
    for name in ("acme/app", "globex/app"):
        assert find_repository(visible, parse_repository_name(name)) is None
