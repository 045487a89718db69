"""A repository gets another name in its namespace, and everything that knew the old one goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import LimitReached
from accounts.models import AuditEvent, PersonalAccessToken
from accounts.principals import Principal
from index.errors import Denied, IndexRefusal, NameInvalid, NameTaken
from index.flows.create_repository import create_repository
from index.flows.rename_namespace import rename_organization
from index.flows.rename_repository import rename_repository
from index.flows.take_name import NAME_REST
from index.lookup import find_repository, leads_to, the_one_called
from index.models import Activity, ActivityKind, Repository, RepositoryState
from index.names import RepositoryName, parse_repository_name
from index.roles import Role
from tests.clients import ask_route, get_token, granted, token_for
from tests.conftest import World
from tests.factories import make_grant, make_repository, make_tag

MANIFEST = "/v2/{}/manifests/latest"
UPLOAD = "/v2/{}/blobs/uploads/"


def name(text: str) -> RepositoryName:
    return parse_repository_name(text)


def find(text: str) -> Repository | None:
    """Look for the name among all repositories, in both ways."""
    among = Repository.objects.all()
    repository = find_repository(among, name(text))
    assert the_one_called(among, name(text)).first() == repository
    return repository


def rename(world: World, to: str, *, of: str = "acme/app") -> Repository:
    """Rename it, by its owner."""
    repository = Repository.objects.get(name=of)
    return rename_repository(repository, to=name(to), by=Principal(world.olga))


def create(world: World, text: str) -> Repository:
    return create_repository(name(text), by=Principal(world.olga))


def delete(repository: Repository, *, ago: timedelta) -> None:
    Repository.objects.filter(pk=repository.pk).update(
        state=RepositoryState.DELETED, deleted_at=timezone.now() - ago
    )


def test_the_old_name_leads_to_it_and_the_registry_calls_it_as_before(world: World) -> None:
    renamed = rename(world, "acme/web")
    assert (renamed.name, renamed.stored_name) == ("acme/web", "acme/app")
    assert find("acme/app") == find("acme/web") == world.app
    assert leads_to(name("acme/app"), renamed)


def test_each_name_of_a_chain_leads_to_it(world: World) -> None:
    rename(world, "acme/b")
    rename(world, "acme/c", of="acme/b")
    assert [find(text) for text in ("acme/app", "acme/b", "acme/c")] == [world.app] * 3
    assert leads_to(name("acme/b"), Repository.objects.get(pk=world.app.pk))


@pytest.mark.parametrize("text", ["acme/app", "acme/b"])
def test_nobody_gets_a_name_of_its_past(world: World, text: str) -> None:
    rename(world, "acme/b")
    rename(world, "acme/c", of="acme/b")
    other = make_repository("acme/other")
    with pytest.raises(NameTaken):
        create(world, text)
    with pytest.raises(NameTaken):
        rename(world, text, of="acme/other")
    assert find(text) == world.app
    assert find("acme/other") == other


def test_it_may_take_a_name_of_its_own_past_back(world: World) -> None:
    rename(world, "acme/b")
    assert rename(world, "acme/app", of="acme/b").name == "acme/app"
    assert find("acme/b") == find("acme/app") == world.app
    with pytest.raises(NameTaken):
        create(world, "acme/b")


def test_a_name_of_its_past_goes_with_a_renamed_namespace(world: World) -> None:
    rename(world, "acme/web")
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    for text in ("acme/app", "acme/web", "globex/app", "globex/web"):
        assert find(text) == world.app, text
        with pytest.raises(NameTaken):
            create(world, text)


def test_deletion_frees_the_names_of_its_past_after_their_rest(world: World) -> None:
    delete(rename(world, "acme/web"), ago=NAME_REST - timedelta(minutes=1))
    for text in ("acme/app", "acme/web"):
        with pytest.raises(NameTaken, match="a moment ago"):
            create(world, text)
    Repository.objects.filter(pk=world.app.pk).update(deleted_at=timezone.now() - NAME_REST)
    for text in ("acme/app", "acme/web"):
        successor = create(world, text)
        assert successor.tokens_not_before is not None
        assert find(text) == successor
    rename(world, "acme/late", of="acme/app")
    assert find("acme/app") == find("acme/late")


def test_a_deleted_name_rests_under_each_name_of_its_namespace(world: World) -> None:
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    world.app.refresh_from_db()
    delete(world.app, ago=timedelta(seconds=1))
    rename_organization(world.acme, to="acme", by=Principal(world.olga))
    with pytest.raises(NameTaken, match="a moment ago"):
        create(world, "acme/app")


@pytest.mark.parametrize(
    ("to", "error"),
    [("acme/app", NameInvalid), ("alice/app", Denied), ("app", Denied), ("acme/full", NameTaken)],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_changes(
    world: World, to: str, error: type[IndexRefusal]
) -> None:
    make_repository("acme/full")
    with pytest.raises(error):
        rename(world, to)
    assert find("acme/app") == world.app
    assert not world.app.former_names.exists()


def test_an_administrator_too_stays_in_the_namespace(world: World) -> None:
    with pytest.raises(NameInvalid):
        rename_repository(world.app, to=name("alice/app"), by=Principal(world.root))


def test_admins_who_may_not_create_there_do_not_rename(world: World) -> None:
    make_grant(world.app, world.bob, Role.ADMIN)
    for person in (world.bob, world.mia, world.alice):
        with pytest.raises(Denied):
            rename_repository(world.app, to=name("acme/web"), by=Principal(person))


@pytest.mark.parametrize("state", [RepositoryState.TRASHED, RepositoryState.DELETING])
def test_what_is_being_deleted_keeps_its_name(world: World, state: RepositoryState) -> None:
    Repository.objects.filter(pk=world.app.pk).update(state=state)
    with pytest.raises(Denied):
        rename_repository(world.app, to=name("acme/web"), by=Principal(world.olga))


def test_ten_renames_a_day_are_enough(world: World) -> None:
    for number in range(10):
        last = "acme/app" if number == 0 else f"acme/n{number - 1}"
        rename(world, f"acme/n{number}", of=last)
    with pytest.raises(LimitReached):
        rename(world, "acme/n10", of="acme/n9")
    assert find("acme/app") == world.app


def test_it_is_written_down_and_told(world: World) -> None:
    rename(world, "acme/web")
    event = AuditEvent.objects.get(action="repository:renamed")
    assert (event.target, event.details["old_name"]) == ("acme/web", "acme/app")
    told = Activity.objects.get(kind=ActivityKind.RENAMED)
    assert told.details == {"old_name": "acme/app", "new_name": "acme/web"}


def test_access_tokens_for_it_alone_go_on_and_patterns_stay(world: World) -> None:
    tokens = [
        PersonalAccessToken.objects.create(
            user=world.olga, name=text, selector=text, secret_digest="d", actions=["pull"],
            patterns=[text, "acme/apple"],
        )
        for text in ("acme/app", "acme/a*")
    ]  # fmt: skip
    rename(world, "acme/web")
    for token in tokens:
        token.refresh_from_db()
    assert [token.patterns for token in tokens] == [
        ["acme/web", "acme/apple"], ["acme/a*", "acme/apple"],
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["acme/app", "acme/web"])
def test_pulls_and_pushes_by_each_name_go_to_what_the_registry_knows(
    world: World, client: Client, text: str
) -> None:
    make_tag(world.app)
    rename(world, "acme/web")
    token = token_for(client, f"repository:{text}:pull,push", user=world.olga)
    for method, uri in (("GET", MANIFEST), ("HEAD", MANIFEST), ("POST", UPLOAD)):
        route = ask_route(client, method, uri.format(text), token=token)
        assert route.status_code == 204
        address = route.get("X-Waybill-Address", uri.format(text))
        assert address.startswith("/v2/acme/app/")


@pytest.mark.parametrize("text", ["acme/app", "acme/web"])
def test_a_token_has_the_registrys_name_alone(world: World, client: Client, text: str) -> None:
    rename(world, "acme/web")
    answer = get_token(client, scope=f"repository:{text}:pull", user=world.olga)
    assert granted(answer) == {"acme/app": ["pull"]}


def test_a_token_from_before_the_rename_goes_on(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull,push", user=world.mia)
    rename(world, "acme/web")
    assert ask_route(client, "POST", UPLOAD.format("acme/app"), token=token).status_code == 204


def test_a_stranger_sees_no_difference_between_a_name_of_the_past_and_none(
    world: World, client: Client
) -> None:
    rename(world, "acme/web")
    answers = []
    for text in ("acme/app", "acme/non"):
        token = get_token(client, scope=f"repository:{text}:pull,push", user=world.bob)
        page = client.get(f"/r/{text}")
        v1 = client.get(f"/v1/repositories/{text}/images")
        body = page.content.decode().replace(text, "NAME")
        answers.append((granted(token), page.status_code, len(body), v1.status_code))
    assert answers[0] == answers[1]


def test_pages_send_on_to_the_same_page_under_the_name_of_today(
    world: World, client: Client
) -> None:
    rename(world, "acme/web")
    client.force_login(world.mia)
    answer = client.get("/r/acme/app/-/tags?page=2")
    assert (answer.status_code, answer["Location"]) == (301, "/r/acme/web/-/tags?page=2")
