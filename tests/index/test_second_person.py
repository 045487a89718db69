"""What a machine asks for is asked for by those who can make it ask: none of them approves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.flows.robot_accounts import change_robot
from accounts.flows.robot_secrets import revoke_secret
from accounts.models import OrganizationRole, RobotAccount, RobotSecret, User
from accounts.principals import Principal, principal_of_secret
from index.askers import people_behind
from index.errors import Denied
from index.flows.decide_promotion import approve_promotion, refuse_promotion
from index.flows.promote import Wanted, request_promotion
from index.flows.trusted_publishers import remove_publisher
from index.models import (
    Manifest,
    Promotion,
    PromotionState,
    Repository,
    TrustedPublisher,
    WorkloadLogin,
)
from index.roles import Role
from index.subjects import principal_of_login
from tests.clients import basic
from tests.conftest import World
from tests.factories import (
    PASSWORD,
    make_grant,
    make_member,
    make_registry,
    make_repository,
    make_user,
)
from tests.machines import make_robot, make_secret

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def target(world: World) -> Repository:
    """acme/rel, where ada is an admin; what goes into its registry waits for a second person."""
    registry = make_registry("vault")
    registry.needs_approval = True
    registry.save()
    made = make_repository("acme/rel")
    made.registry = registry
    made.save()
    Manifest.objects.create(repository=world.app, digest=DIGEST)
    return made


@pytest.fixture
def omar(world: World) -> User:
    """One more owner of acme."""
    user = make_user("omar")
    make_member(world.acme, user, role=OrganizationRole.OWNER)
    return user


@pytest.fixture
def robot(world: World, target: Repository) -> RobotAccount:
    """acme+ci with a secret of olga's; it may ask."""
    made = make_robot("acme", by=world.olga)
    for repository in (world.app, target):
        make_grant(repository, made, Role.WRITER)
    make_secret(made, by=world.olga)
    return made


def ask(world: World, target: Repository, by: Principal) -> Promotion:
    return request_promotion(world.app, target, wanted=Wanted(DIGEST, "1.0"), by=by)


def ask_by(robot: RobotAccount, world: World, target: Repository) -> Promotion:
    secret = RobotSecret.objects.filter(robot=robot).latest("pk")
    return ask(world, target, principal_of_secret(secret))


def job_of(publisher: TrustedPublisher) -> Principal:
    login = WorkloadLogin.objects.create(
        publisher=publisher,
        token_id=f"job-{publisher.pk}",
        source_url="https://ci.example.com/acme/web",
        revision="a" * 40,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    found = principal_of_login(login)
    assert found
    return found


def trust(owner: Repository | RobotAccount, by: User | None) -> TrustedPublisher:
    return owner.publishers.create(
        issuer="https://ci.example.com", source_repository="acme/web", created_by=by
    )


def is_refused(promotion: Promotion, user: User, words: str = "you, '.*', made a secret") -> bool:
    for answer in (approve_promotion, refuse_promotion):
        with pytest.raises(Denied, match=words):
            answer(promotion, by=Principal(user))
    return Promotion.objects.get().state == PromotionState.WAITING


def test_who_made_a_secret_of_the_robot_does_not_approve_what_it_asks_for(
    world: World,
    target: Repository,
    robot: RobotAccount,
    omar: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        promotion = ask_by(robot, world, target)
    assert [told.to for told in mail.outbox] == [["omar@example.com"]]
    assert is_refused(promotion, world.olga)
    approve_promotion(promotion, by=Principal(omar))


def test_nor_after_the_secret_was_revoked(
    world: World, target: Repository, robot: RobotAccount
) -> None:
    promotion = ask_by(robot, world, target)
    revoke_secret(RobotSecret.objects.get(), by=Principal(world.olga))
    assert is_refused(promotion, world.olga)


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_nor_when_it_ends_while_the_request_waits_for_its_turn(
    world: World, target: Repository, robot: RobotAccount, omar: User, how: str
) -> None:
    """Authentication has passed: the secret of another, good one, would bear the blame alone."""
    short = make_secret(robot, by=omar, expires_at=timezone.now() + timedelta(hours=1))
    by = principal_of_secret(RobotSecret.objects.latest("pk"))
    if how == "revoked":
        revoke_secret(short.secret, by=Principal(omar))
    else:
        RobotSecret.objects.filter(pk=short.secret.pk).update(expires_at=timezone.now())
    assert is_refused(ask(world, target, by), omar)


def test_whose_secret_had_ended_before_has_nothing_to_do_with_it(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    make_secret(robot, by=omar, expires_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        promotion = ask(world, target, Principal(robot=robot))
        approve_promotion(promotion, by=Principal(omar))


def test_nor_does_who_is_responsible_for_the_robot_when_it_asks(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    RobotAccount.objects.update(responsible=omar)
    promotion = ask_by(robot, world, target)
    owner = Principal(world.olga)
    change_robot(robot, by=owner, description="", responsible=None, may_create=False)
    assert is_refused(promotion, omar)


def test_a_maker_who_is_not_known_may_be_any_owner(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    RobotSecret.objects.update(created_by=None)
    promotion = ask_by(robot, world, target)
    words = "or own its namespace while nobody knows who did"
    assert is_refused(promotion, world.olga, words)
    assert is_refused(promotion, omar, words)
    ada = make_user("ada")
    make_grant(target, ada, Role.ADMIN)
    approve_promotion(promotion, by=Principal(ada))


def test_who_trusted_the_publisher_does_not_approve_what_its_jobs_ask_for(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    publisher = trust(robot, omar)
    promotion = ask(world, target, job_of(publisher))
    remove_publisher(publisher, by=Principal(omar))
    assert is_refused(promotion, omar)
    approve_promotion(promotion, by=Principal(world.olga))  # made a secret, which no job has


def test_nobody_asks_for_a_job_whose_publisher_was_removed_meanwhile(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    publisher = trust(robot, omar)
    job = job_of(publisher)
    remove_publisher(publisher, by=Principal(omar))
    with pytest.raises(Denied, match="not trusted any more"):
        ask(world, target, job)
    assert not Promotion.objects.exists()


def test_of_a_publisher_that_nobody_is_known_to_have_trusted_it_may_be_any_owner(
    world: World, target: Repository, omar: User
) -> None:
    assert people_behind(job_of(trust(target, None))) == [
        Principal(one).subject for one in (world.olga, omar)
    ]


def test_what_was_asked_for_by_a_machine_before_this_was_noted_is_asked_anew(
    world: World, target: Repository, robot: RobotAccount, omar: User
) -> None:
    promotion = ask_by(robot, world, target)
    Promotion.objects.update(asked_for_by=[])
    assert is_refused(promotion, omar, words="nobody knows who is behind acme.ci")


def test_page_and_api_refuse_alike(world: World, target: Repository, robot: RobotAccount) -> None:
    one = f"acme/rel/-/promotions/{ask_by(robot, world, target).pk}"
    client = Client()
    client.force_login(world.olga)
    page = client.get(f"/r/{one}").content.decode()
    assert (
        "A second person has to approve this: acme+ci asked for it, and you, &#x27;olga&#x27;"
        in page
    )
    assert f"{one}/approve" not in page
    client.post(f"/r/{one}/approve")
    header = {"Authorization": basic("olga", PASSWORD)}
    answer = client.post(
        f"/api/v1/repositories/{one}/approve", {}, "application/json", headers=header
    )
    assert answer.status_code == 403
    assert "a second person" in answer.json()["detail"]
    assert Promotion.objects.get().state == PromotionState.WAITING
