"""A repository is given to another namespace: what goes with it, and what ends (case 22)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Namespace, Organization, RobotAccount, Visibility
from accounts.principals import Principal
from index.errors import AlreadyDecided, Denied, NameTaken, OverQuota, TransferRefused
from index.flows.create_repository import create_repository
from index.flows.delete_repository import request_deletion
from index.flows.rename_namespace import rename_organization
from index.flows.transfer_repository import (
    decline_transfer,
    take_transfer,
    transfer_repository,
    withdraw_transfer,
)
from index.lookup import find_repository
from index.models import (
    AccessGrant,
    AccessRequest,
    BlobLink,
    DefaultGrant,
    Repository,
    Star,
    Transfer,
    TrustedPublisher,
    Watch,
)
from index.name_change_preview import preview_transfer
from index.names import RepositoryName, parse_repository_name
from index.policy import allowed_actions
from index.roles import Action, Role
from index.transfers import offers_to, open_offers
from tests.clients import ask_route, get_token, granted, token_for
from tests.conftest import World
from tests.factories import (
    make_grant,
    make_organization,
    make_plan,
    make_repository,
    make_tag,
    make_team,
    make_user,
)

MANIFEST = "/v2/{}/manifests/latest"


def name(text: str) -> RepositoryName:
    return parse_repository_name(text)


@pytest.fixture
def umbra(world: World) -> Organization:
    """An organization of bob's, who is in no other."""
    return make_organization("umbra", owner=world.bob)


def offer(world: World, to: str = "umbra/app") -> Transfer:
    offered = transfer_repository(world.app, to=name(to), by=Principal(world.olga))
    assert isinstance(offered, Transfer)
    return offered


def hand_over(world: World, to: str = "umbra/app") -> Repository:
    return take_transfer(offer(world, to), by=Principal(world.bob))


def actions(repository: Repository, principal: Principal) -> set[Action]:
    return set(allowed_actions(principal, repository).actions)


# --- at once, and by an offer ----------------------------------------------------------------------


def test_to_where_one_may_create_it_goes_at_once(world: World) -> None:
    moved = transfer_repository(world.app, to=name("olga/app"), by=Principal(world.olga))
    assert isinstance(moved, Repository)
    assert (moved.name, moved.namespace.name, moved.stored_name) == ("olga/app", "olga", "acme/app")
    assert find_repository(Repository.objects.all(), name("acme/app")) == world.app
    assert not Transfer.objects.exists()


def test_to_others_it_is_an_offer_and_nothing_changes_yet(
    world: World, umbra: Organization, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        offer(world)
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"
    assert [one.to for one in mail.outbox] == [["bobby@example.com"]]
    assert list(offers_to(Principal(world.bob)).values_list("new_name", flat=True)) == ["umbra/app"]
    assert not offers_to(Principal(world.mia)).exists()


def test_an_owner_there_takes_it(world: World, umbra: Organization) -> None:
    taken = hand_over(world)
    assert (taken.name, taken.namespace.name) == ("umbra/app", "umbra")
    assert not Transfer.objects.exists()
    events = AuditEvent.objects.filter(action="repository:transferred")
    assert sorted(str(event.namespace) for event in events) == ["acme", "umbra"]


def test_declined_and_withdrawn_it_stays(world: World, umbra: Organization) -> None:
    first = offer(world)
    decline_transfer(first, by=Principal(world.bob))
    withdraw_transfer(world.app, by=Principal(world.olga))
    second = offer(world)
    withdraw_transfer(world.app, by=Principal(world.olga))
    for ended in (first, second):
        with pytest.raises(AlreadyDecided):
            take_transfer(ended, by=Principal(world.bob))
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"


def test_an_offer_ends_after_seven_days(world: World, umbra: Organization) -> None:
    waiting = offer(world)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert not open_offers().exists()
        with pytest.raises(AlreadyDecided):
            take_transfer(waiting, by=Principal(world.bob))


def test_an_offer_ends_with_the_rights_of_who_made_it(world: World, umbra: Organization) -> None:
    waiting = offer(world)
    world.acme.memberships.filter(user=world.olga).update(role="member")
    with pytest.raises(Denied):
        take_transfer(waiting, by=Principal(world.bob))
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"


def test_nobody_takes_what_an_account_offered_that_is_disabled_since(
    world: World, umbra: Organization
) -> None:
    waiting = offer(world)
    world.olga.is_active = False
    world.olga.save()
    with pytest.raises(Denied):
        take_transfer(waiting, by=Principal(world.bob))
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"


def test_nobody_else_answers_an_offer(world: World, umbra: Organization) -> None:
    waiting = offer(world)
    for person in (world.olga, world.mia, world.alice):
        with pytest.raises(Denied):
            take_transfer(waiting, by=Principal(person))
        with pytest.raises(Denied):
            decline_transfer(waiting, by=Principal(person))


def test_only_owners_of_the_namespace_give_away(world: World) -> None:
    make_grant(world.app, world.bob, Role.ADMIN)
    for person in (world.bob, world.mia, world.alice):
        with pytest.raises(Denied):
            transfer_repository(world.app, to=name("bobby/app"), by=Principal(person))
    robot = RobotAccount.objects.create(namespace=world.app.namespace, name="ci")
    make_grant(world.app, robot, Role.ADMIN)
    with pytest.raises(Denied):
        transfer_repository(world.app, to=name("acme/x"), by=Principal(robot=robot))


@pytest.mark.parametrize("to", ["nobody/app", "newt/app", "dave/app", "acme/other", "official"])
def test_what_cannot_take_it_is_refused_in_words_that_tell_nothing(world: World, to: str) -> None:
    with pytest.raises(TransferRefused) as refused:
        transfer_repository(world.app, to=name(to), by=Principal(world.olga))
    expected = "rename it" if to == "acme/other" else "there is nobody called"
    assert expected in str(refused.value)
    assert not Transfer.objects.exists()


def test_an_offer_does_not_tell_what_there_is_at_the_other_side(
    world: World, umbra: Organization
) -> None:
    make_repository("umbra/app")
    waiting = offer(world)
    with pytest.raises(NameTaken):
        take_transfer(waiting, by=Principal(world.bob))
    preview_transfer(world.app, to=name("umbra/app"), by=Principal(world.olga))


def test_an_administrator_makes_it_official(world: World) -> None:
    moved = transfer_repository(world.public, to=name("pub"), by=Principal(world.root))
    assert isinstance(moved, Repository)
    assert moved.is_official
    assert find_repository(Repository.objects.all(), name("alice/pub")) == world.public


def test_what_is_in_the_trash_is_not_taken(world: World, umbra: Organization) -> None:
    waiting = offer(world)
    request_deletion(world.app, by=Principal(world.olga))
    with pytest.raises(AlreadyDecided):
        take_transfer(waiting, by=Principal(world.bob))


# --- what stays and what ends -----------------------------------------------------------------------


def test_no_team_and_no_robot_of_the_old_namespace_keeps_access(
    world: World, umbra: Organization
) -> None:
    robot = RobotAccount.objects.create(namespace=world.app.namespace, name="ci")
    make_grant(world.app, robot, Role.WRITER)
    taken = hand_over(world)
    for principal in (
        Principal(world.mia), Principal(world.rita), Principal(world.olga), Principal(robot=robot),
    ):  # fmt: skip
        assert actions(taken, principal) == set(), principal
    assert Action.DELETE in actions(taken, Principal(world.bob))


def test_what_people_were_given_themselves_stays(world: World, umbra: Organization) -> None:
    make_grant(world.app, world.alice, Role.WRITER)
    assert Action.PUSH in actions(hand_over(world), Principal(world.alice))


def test_what_the_new_namespace_gives_to_its_own_is_given(
    world: World, umbra: Organization
) -> None:
    team = make_team(umbra, "all")
    DefaultGrant.objects.create(
        namespace=Namespace.objects.get(name="umbra"), team=team, role=Role.READER
    )
    taken = hand_over(world)
    assert [grant.team for grant in AccessGrant.objects.filter(repository=taken)] == [team]


def test_publishers_requests_and_blind_watches_end_and_stars_stay(
    world: World, umbra: Organization
) -> None:
    TrustedPublisher.objects.create(
        repository=world.app, issuer="https://ci.example", source_repository="acme/app"
    )
    AccessRequest.objects.create(repository=world.app, user=world.alice, role=Role.READER)
    make_grant(world.app, world.alice, Role.READER)
    for person in (world.mia, world.alice):
        Watch.objects.create(repository=world.app, user=person)
        Star.objects.create(repository=world.app, user=person)
    taken = hand_over(world)
    assert not taken.publishers.exists()
    assert not taken.access_requests.filter(decided_at=None).exists()
    assert [watch.user for watch in taken.watches.all()] == [world.alice]
    assert taken.stars.count() == 2


def test_watches_of_what_everybody_sees_stay(world: World, umbra: Organization) -> None:
    Repository.objects.filter(pk=world.app.pk).update(visibility=Visibility.INTERNAL)
    world.app.refresh_from_db()
    Watch.objects.create(repository=world.app, user=world.mia)
    assert hand_over(world).watches.count() == 1


def test_tokens_from_before_do_not_open_it(
    world: World, umbra: Organization, client: Client
) -> None:
    make_tag(world.app)
    make_grant(world.app, world.alice, Role.READER)
    with time_machine.travel(timezone.now() - timedelta(seconds=5)):
        before = {
            person: token_for(client, "repository:acme/app:pull", user=person)
            for person in (world.alice, world.mia)
        }
    hand_over(world)
    for person, token in before.items():
        for text in ("acme/app", "umbra/app"):
            refused = ask_route(client, "GET", MANIFEST.format(text), token=token)
            assert refused.status_code == 403, (person, text)
    fresh = token_for(client, "repository:acme/app:pull", user=world.alice)
    assert ask_route(client, "GET", MANIFEST.format("acme/app"), token=fresh).status_code == 204
    assert granted(get_token(client, scope="repository:acme/app:pull", user=world.mia)) == {}


def test_a_plan_without_room_takes_nothing(world: World, umbra: Organization) -> None:
    Namespace.objects.filter(name="umbra").update(plan=make_plan("none", private_repositories=0))
    with pytest.raises(OverQuota):
        hand_over(world)
    Namespace.objects.filter(name="umbra").update(plan=make_plan("small", storage_bytes=100))
    BlobLink.objects.create(repository=world.app, digest="sha256:" + "a" * 64, size=101)
    with pytest.raises(OverQuota):
        take_transfer(Transfer.objects.get(), by=Principal(world.bob))
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"


# --- names ------------------------------------------------------------------------------------------


def test_the_old_namespace_does_not_get_the_name_back(world: World, umbra: Organization) -> None:
    hand_over(world)
    with pytest.raises(NameTaken):
        create_repository(name("acme/app"), by=Principal(world.olga))


def test_it_may_come_back_under_its_old_name(world: World, umbra: Organization) -> None:
    taken = hand_over(world)
    back = transfer_repository(taken, to=name("acme/app"), by=Principal(world.bob))
    assert isinstance(back, Transfer)
    returned = take_transfer(back, by=Principal(world.olga))
    assert returned.name == "acme/app"
    assert find_repository(Repository.objects.all(), name("umbra/app")) == returned


def test_the_old_name_follows_renames_of_both_namespaces(world: World, umbra: Organization) -> None:
    hand_over(world)
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    rename_organization(umbra, to="penumbra", by=Principal(world.bob))
    for text in ("acme/app", "globex/app", "umbra/app", "penumbra/app"):
        assert find_repository(Repository.objects.all(), name(text)) == world.app
    with pytest.raises(NameTaken):
        create_repository(name("globex/app"), by=Principal(world.olga))
    rename_organization(world.acme, to="acme", by=Principal(world.olga))
    assert find_repository(Repository.objects.all(), name("acme/app")) == world.app


def test_the_preview_says_what_ends_and_what_stays(world: World, umbra: Organization) -> None:
    make_grant(world.app, make_user("carol"), Role.WRITER)
    preview = preview_transfer(world.app, to=name("umbra/app"), by=Principal(world.olga))
    assert not preview.at_once
    assert any("carol" in sentence for sentence in preview.stays)
    assert any("devs" in sentence and "readers" in sentence for sentence in preview.goes)
    world.app.refresh_from_db()
    assert world.app.name == "acme/app"
