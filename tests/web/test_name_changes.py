"""Pages on which a repository is renamed, given away, offered and watched."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.principals import Principal
from index.flows.rename_repository import rename_repository
from index.flows.transfer_repository import transfer_repository
from index.models import Repository, Transfer, Watch
from index.names import parse_repository_name
from tests.clients import confirm, forget_confirmation
from tests.conftest import World
from tests.factories import make_organization


@pytest.fixture
def owner(world: World, client: Client) -> Client:
    """olga, who owns acme, with a session that was confirmed."""
    client.force_login(world.olga)
    return confirm(client)


def offered(world: World) -> Transfer:
    make_organization("umbra", owner=world.bob)
    name = parse_repository_name("umbra/app")
    offer = transfer_repository(world.app, to=name, by=Principal(world.olga))
    assert isinstance(offer, Transfer)
    return offer


def test_what_a_rename_changes_is_shown_before_it_happens(world: World, owner: Client) -> None:
    page = owner.get("/r/acme/app/-/rename", {"new_name": "web"}).content.decode()
    assert "What stays" in page
    assert "Rename to acme/web" in page
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_a_rename_leads_to_the_page_of_the_new_name(world: World, owner: Client) -> None:
    answer = owner.post("/r/acme/app/-/rename", {"new_name": "web"}, follow=True)
    assert answer.redirect_chain == [("/r/acme/web", 302)]
    assert "acme/app is acme/web now." in answer.content.decode()
    assert owner.get("/r/acme/app/-/settings")["Location"] == "/r/acme/web/-/settings"


@pytest.mark.parametrize("text", ["../x", "a/-/b", "APP", "<script>", "x" * 200, "app", ""])
def test_a_name_that_cannot_be_is_refused_beside_its_field(
    world: World, owner: Client, text: str
) -> None:
    for send in (owner.get, owner.post):
        answer = send("/r/acme/app/-/rename", {"new_name": text})
        assert answer.status_code == 200
        assert "<title>Error: " in answer.content.decode()
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_people_without_the_role_do_not_find_the_pages(world: World, client: Client) -> None:
    for person, status in ((world.mia, 403), (world.bob, 404)):
        client.force_login(person)
        for address in ("rename", "transfer"):
            assert client.get(f"/r/acme/app/-/{address}").status_code == status


def test_giving_away_wants_a_confirmed_session(world: World, owner: Client) -> None:
    answer = forget_confirmation(owner).post(
        "/r/acme/app/-/transfer", {"to_namespace": "olga", "new_name": "app"}
    )
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert Repository.objects.get(pk=world.app.pk).name == "acme/app"


def test_to_ones_own_namespace_it_goes_at_once(world: World, owner: Client) -> None:
    asked = {"to_namespace": "olga", "new_name": "app"}
    page = owner.get("/r/acme/app/-/transfer", asked).content.decode()
    assert "Roles of teams: devs, readers" in page.replace("acme/", "")
    answer = owner.post("/r/acme/app/-/transfer", asked)
    assert answer["Location"] == "/r/olga/app"


def test_to_others_it_is_offered_and_can_be_taken_back(world: World, owner: Client) -> None:
    make_organization("umbra", owner=world.bob)
    asked = {"to_namespace": "umbra", "new_name": "app"}
    answer = owner.post("/r/acme/app/-/transfer", asked, follow=True)
    assert "Offered to umbra" in answer.content.decode()
    owner.post("/r/acme/app/-/transfer/withdraw")
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("to", ["nobody", "newt", "dave", "../x", "ACME"])
def test_nobody_learns_which_accounts_there_are(world: World, owner: Client, to: str) -> None:
    asked = {"to_namespace": to, "new_name": "app"}
    page = owner.get("/r/acme/app/-/transfer", asked).content.decode()
    assert "What stays" not in page
    assert "Error: " in page


def test_an_owner_of_the_other_side_takes_the_offer(world: World, client: Client) -> None:
    offer = offered(world)
    client.force_login(world.bob)
    assert "umbra/app" in client.get("/settings/transfers").content.decode()
    assert client.post(f"/settings/transfers/{offer.pk}/take")["Location"] == "/r/umbra/app"
    assert client.post(f"/settings/transfers/{offer.pk}/take").status_code == 404


def test_others_see_no_offer_and_answer_none(world: World, client: Client) -> None:
    offer = offered(world)
    for person in (world.mia, world.alice, world.olga):
        client.force_login(person)
        assert "acme/app" not in client.get("/settings/transfers").content.decode()
        for verb in ("take", "decline"):
            assert client.post(f"/settings/transfers/{offer.pk}/{verb}").status_code == 404


def test_watching_and_stopping(world: World, client: Client) -> None:
    client.force_login(world.mia)
    client.post("/r/acme/app/-/watch")
    client.post("/r/acme/app/-/watch")
    assert Watch.objects.filter(user=world.mia, repository=world.app).count() == 1
    assert "acme/app" in client.get("/settings/watching").content.decode()
    assert "stop watching" in client.get("/r/acme/app").content.decode()
    client.post("/r/acme/app/-/unwatch")
    assert not Watch.objects.exists()


def test_how_many_watch_is_for_admins_alone(world: World, client: Client) -> None:
    Watch.objects.create(repository=world.app, user=world.mia)
    pages = {}
    for person in (world.olga, world.rita):
        client.force_login(person)
        pages[person] = client.get("/r/acme/app").content.decode()
    assert '1<span class="visually-hidden"> watching' in pages[world.olga]
    assert "</span> watching" not in pages[world.rita]
    assert 'visually-hidden"> watching' not in pages[world.rita]


def test_a_watch_from_before_is_not_shown_without_access(world: World, client: Client) -> None:
    Watch.objects.create(repository=world.app, user=world.bob)
    client.force_login(world.bob)
    assert "acme/app" not in client.get("/settings/watching").content.decode()
    assert client.post("/r/acme/app/-/watch").status_code == 404


def test_stars_and_watches_by_the_old_name_reach_it(world: World, client: Client) -> None:
    to = parse_repository_name("acme/web")
    rename_repository(world.app, to=to, by=Principal(world.olga))
    client.force_login(world.mia)
    for verb in ("star", "watch"):
        assert client.post(f"/r/acme/app/-/{verb}")["Location"] == "/r/acme/web"
    world.app.refresh_from_db()
    assert world.app.star_count == 1
