"""Flows around access tokens and robots: who may make them, their names, their ends, their mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import AccountError, CredentialRefused, MachineRefused, NotAllowed
from accounts.flows.personal_access_tokens import (
    MOST_TOKENS,
    create_token,
    revoke_all_tokens,
    revoke_token,
    rotate_token,
)
from accounts.flows.robot_accounts import (
    change_robot,
    check_robot_name,
    create_robot,
    delete_robot,
    set_enabled,
)
from accounts.flows.robot_secrets import MOST_SECRETS, add_secret, revoke_secret, rotate_secret
from accounts.flows.use_credential import use_robot_secret, use_token
from accounts.models import AuditEvent, PersonalAccessToken, RobotAccount, RobotSecret
from accounts.principals import Principal, Workload, principal_of_secret, principal_of_token
from accounts.tasks import warn_of_expiring_credentials
from accounts.token_limits import read_limits
from tests.conftest import World
from tests.machines import make_robot, make_secret, make_token


def machines(world: World) -> list[Principal]:
    """Return every kind of principal that is no person with a log-in."""
    robot = make_robot("acme", "maker", by=world.olga)
    return [
        principal_of_token(make_token(world.olga, "*").token),
        principal_of_secret(make_secret(robot, by=world.olga).secret),
        Principal(robot=robot, workload=Workload(1, 0, "job")),
        Principal(),
    ]


def test_machines_neither_make_nor_change_nor_end_credentials(world: World) -> None:
    token = make_token(world.olga).token
    robot = make_robot("acme", by=world.olga)
    secret = make_secret(robot, by=world.olga).secret
    limits = read_limits(["*"], ["push"], [])
    for by in machines(world):
        before = (PersonalAccessToken.objects.count(), RobotSecret.objects.count())
        acts: list[Any] = [
            lambda by=by: create_token(
                world.olga, name="x", limits=limits, networks=(), expires_at=None, by=by
            ),
            lambda by=by: rotate_token(token, by=by),
            lambda by=by: revoke_token(token, by=by),
            lambda by=by: revoke_all_tokens(world.olga, by=by),
            lambda by=by: create_robot(robot.namespace, name="other", by=by),
            lambda by=by: change_robot(
                robot, by=by, description="", responsible=None, may_create=True
            ),
            lambda by=by: set_enabled(robot, enabled=False, by=by),
            lambda by=by: delete_robot(robot, by=by),
            lambda by=by: add_secret(robot, label="", expires_at=None, by=by),
            lambda by=by: rotate_secret(secret, overlap_hours=24, by=by),
            lambda by=by: revoke_secret(secret, by=by),
        ]
        for act in acts:
            with pytest.raises(MachineRefused):
                act()
        assert before == (PersonalAccessToken.objects.count(), RobotSecret.objects.count())
    robot.refresh_from_db()
    secret.refresh_from_db()
    assert (robot.may_create, robot.disabled_at, secret.revoked_at) == (False, None, None)


@pytest.mark.parametrize("who", ["bob", "mia", "rita"])
def test_only_owners_touch_robots(world: World, who: str) -> None:
    robot = make_robot("acme", by=world.olga)
    by = Principal(world.person(who))
    with pytest.raises(NotAllowed):
        create_robot(robot.namespace, name="other", by=by)
    with pytest.raises(NotAllowed):
        add_secret(robot, label="", expires_at=None, by=by)
    assert not RobotSecret.objects.exists()


def test_nobody_makes_tokens_for_others_not_even_administrators(world: World) -> None:
    with pytest.raises(NotAllowed):
        create_token(
            world.alice,
            name="x",
            limits=read_limits(["*"], [], []),
            networks=(),
            expires_at=None,
            by=Principal(world.root),
        )


@pytest.mark.parametrize(
    "name",
    ["", "a", "A-b", "a+b", "a b", ".ci", "ci-", "a..b", "ci\n", "robot$x", "é-ci", "x" * 31,
     "system", "system-x", "waybill.ci", "admin", "root_1", "official-build"],
)  # fmt: skip
def test_other_robot_names_are_refused(name: str) -> None:
    with pytest.raises(AccountError):
        check_robot_name(name)


@pytest.mark.parametrize("name", ["ci", "build.eu-1", "deploy_2", "systems", "administer"])
def test_robot_names(name: str) -> None:
    assert check_robot_name(name) == name


def test_a_robot_name_is_once_per_namespace(world: World) -> None:
    make_robot("acme", by=world.olga)
    make_robot("olga", by=world.olga)
    with pytest.raises(AccountError, match="already"):
        make_robot("acme", by=world.olga)


def test_a_responsible_person_is_a_member(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    for person, is_fine in ((world.mia, True), (world.bob, False)):
        try:
            change_robot(
                robot,
                by=Principal(world.olga),
                description="",
                responsible=person,
                may_create=False,
            )
        except CredentialRefused:
            assert not is_fine
    robot.refresh_from_db()
    assert robot.responsible == world.mia


def test_rotation_overlaps_as_long_as_chosen(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    old = make_secret(robot, by=world.olga, expires_at=timezone.now() + timedelta(days=90))
    new = rotate_secret(old.secret, overlap_hours=24, by=Principal(world.olga))
    for hours, works in ((23, True), (25, False)):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            assert use_robot_secret(new.value, address="").robot == robot
            if works:
                assert use_robot_secret(old.value, address="").robot == robot
            else:
                with pytest.raises(AccountError):
                    use_robot_secret(old.value, address="")
    assert new.secret.expires_at
    assert new.secret.expires_at > timezone.now() + timedelta(days=89)


def test_rotation_without_overlap_ends_the_old_one_at_once(world: World) -> None:
    old = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    rotate_secret(old.secret, overlap_hours=0, by=Principal(world.olga))
    with pytest.raises(AccountError):
        use_robot_secret(old.value, address="")


def test_rotation_never_lengthens_the_old_ones_life(world: World) -> None:
    soon = timezone.now() + timedelta(hours=2)
    old = make_secret(make_robot("acme", by=world.olga), by=world.olga, expires_at=soon)
    rotate_secret(old.secret, overlap_hours=168, by=Principal(world.olga))
    old.secret.refresh_from_db()
    assert old.secret.expires_at == soon


def test_what_has_ended_is_not_rotated_back_to_life(world: World) -> None:
    made = make_token(world.olga)
    secret = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    revoke_token(made.token, by=Principal(world.olga))
    revoke_secret(secret.secret, by=Principal(world.olga))
    with pytest.raises(CredentialRefused):
        rotate_token(made.token, by=Principal(world.olga))
    with pytest.raises(CredentialRefused):
        rotate_secret(secret.secret, overlap_hours=24, by=Principal(world.olga))


def test_a_renewed_token_has_the_same_limits_and_the_old_one_ends(world: World) -> None:
    old = make_token(world.olga, "acme/app", actions=("push",), networks=["127.0.0.0/8"])
    new = rotate_token(old.token, by=Principal(world.olga))
    assert use_token(new.value, address="127.0.0.1").limits == old.token.limits
    with pytest.raises(AccountError, match="revoked"):
        use_token(old.value, address="127.0.0.1")


def test_there_is_an_end_to_the_number_of_secrets(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    for _ in range(MOST_SECRETS):
        make_secret(robot, by=world.olga)
    with pytest.raises(CredentialRefused):
        make_secret(robot, by=world.olga)
    PersonalAccessToken.objects.bulk_create(
        PersonalAccessToken(
            user=world.olga, name="x", selector=f"{n:016x}", patterns=["*"], actions=[]
        )
        for n in range(MOST_TOKENS)
    )
    with pytest.raises(CredentialRefused):
        make_token(world.olga)
    assert make_token(world.alice).value


@pytest.mark.parametrize("days", [-1, 0, 4000])
def test_an_end_is_in_the_future_and_not_for_ever_away(world: World, days: int) -> None:
    with pytest.raises(CredentialRefused):
        make_token(world.olga, expires_at=timezone.now() + timedelta(days=days))


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\u202eb", "a\nb"])
def test_a_tokens_name_can_be_read(world: World, name: str) -> None:
    with pytest.raises(AccountError):
        make_token(world.olga, name=name)


def test_every_step_is_written_down_without_a_secret(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    by = Principal(world.olga)
    with django_capture_on_commit_callbacks(execute=True):
        token = make_token(world.olga)
        renewed = rotate_token(token.token, by=by)
        revoke_token(renewed.token, by=by)
        robot = make_robot("acme", by=world.olga)
        secret = make_secret(robot, by=world.olga)
        rotated = rotate_secret(secret.secret, overlap_hours=24, by=by)
        revoke_secret(rotated.secret, by=by)
        change_robot(robot, by=by, description="x", responsible=world.mia, may_create=True)
        set_enabled(robot, enabled=False, by=by)
        set_enabled(robot, enabled=True, by=by)
        delete_robot(robot, by=by)
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "account:token:created", "account:token:rotated", "account:token:revoked", "robot:created",
        "robot:secret:created", "robot:secret:rotated", "robot:secret:revoked", "robot:changed",
        "robot:handed-over", "robot:disabled", "robot:enabled", "robot:deleted",
    ]  # fmt: skip
    told = str(list(AuditEvent.objects.values())) + "".join(
        f"{message.subject} {message.body}" for message in mail.outbox
    )
    for value in (token.value, renewed.value, secret.value, rotated.value):
        assert value not in told
        assert value.split("_")[2] not in told
    assert {"olga@example.com", "mila@example.com"} == {
        address for message in mail.outbox for address in message.to
    }


# --- the mail before the end --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_owners_are_told_a_week_and_a_day_before_and_once_each(world: World) -> None:
    start = datetime(2026, 6, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        made = make_token(world.olga, expires_at=start + timedelta(days=30))
        robot = make_robot("acme", by=world.olga)
        secret = make_secret(robot, by=world.olga, expires_at=start + timedelta(days=30))
    mail.outbox.clear()
    told = {}
    for day in (0, 22, 23.1, 24, 28, 29.1, 29.5, 31):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            warn_of_expiring_credentials()
            warn_of_expiring_credentials()
            told[day] = sorted(message.subject.split(" expires")[0] for message in mail.outbox)
            mail.outbox.clear()
    both = ["[Waybill] A secret of acme+ci", '[Waybill] Access token "laptop"']
    assert told == {
        0: [], 22: [], 23.1: both, 24: [], 28: [], 29.1: both, 29.5: [], 31: [],
    }  # fmt: skip
    assert made.token.public_part
    assert secret.secret.public_part


@pytest.mark.django_db(transaction=True)
def test_a_long_pause_of_the_worker_means_one_mail(world: World) -> None:
    make_token(world.olga, expires_at=timezone.now() + timedelta(days=30))
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=29, hours=12), tick=False):
        warn_of_expiring_credentials()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_the_responsible_person_is_told_instead_of_the_owners(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    RobotAccount.objects.filter(pk=robot.pk).update(responsible=world.mia)
    make_secret(robot, by=world.olga, expires_at=timezone.now() + timedelta(days=30))
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=25), tick=False):
        warn_of_expiring_credentials()
    assert [message.to for message in mail.outbox] == [["mila@example.com"]]
    assert "/robots/acme+ci" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["revoked", "short-lived", "owner disabled"])
def test_nobody_is_told_of_what_needs_no_mail(world: World, change: str) -> None:
    days = 5 if change == "short-lived" else 30
    made = make_token(world.olga, expires_at=timezone.now() + timedelta(days=days))
    if change == "revoked":
        revoke_token(made.token, by=Principal(world.olga))
    if change == "owner disabled":
        type(world.olga).objects.filter(pk=world.olga.pk).update(is_active=False)
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=days - 4), tick=False):
        warn_of_expiring_credentials()
    assert not mail.outbox
