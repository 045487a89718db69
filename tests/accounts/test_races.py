"""What happens when many claim one name, one code or one exit at the same moment (case 9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from accounts.errors import AccountError, WrongPassword
from accounts.flows.command_line import approve, begin, fetch, refuse
from accounts.flows.organizations import create_organization
from accounts.flows.signup import create_user
from accounts.models import (
    CommandLineSession,
    Membership,
    Namespace,
    Organization,
    OrganizationRole,
    User,
)
from accounts.principals import Principal
from index.flows.close_account import close_account
from tests import command_lines
from tests.accounts.second_factors import code_of, recovery_codes_of, set_up_app
from tests.factories import PASSWORD, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*claims: Callable[[], object]) -> int:
    """Run the claims in threads; return how many were granted."""

    def attempt(claim: Callable[[], object]) -> bool:
        try:
            claim()
        except AccountError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(attempt, claims))


def test_one_of_twenty_claims_of_a_name_is_granted() -> None:
    founder = make_user("founder")

    def sign_up() -> object:
        email = f"{uuid.uuid4()}@example.com"
        return create_user(username="zedd", email=email, password=PASSWORD)

    def found() -> object:
        return create_organization("zedd", owner=founder)

    assert at_once(*[sign_up, found] * 10) == 1
    assert Namespace.objects.filter(name="zedd").count() == 1
    assert User.objects.filter(username="zedd").count() + Organization.objects.count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_of_two_owners_who_close_their_accounts_one_stays(round_number: int) -> None:
    first, second = make_user("first"), make_user("second")
    for name in ("acme", "bolt", "cogs"):
        make_member(make_organization(name, owner=first), second, role=OrganizationRole.OWNER)

    closings = (
        partial(close_account, by=Principal(user), typed=user.username) for user in (first, second)
    )
    assert at_once(*closings) == 1
    owners = Membership.objects.filter(role=OrganizationRole.OWNER, user__is_active=True)
    assert owners.values("organization").distinct().count() == 3


@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_one_code_shown_many_times_at_once_counts_once(kind: str) -> None:
    user = make_user("first")
    set_up_app(user)
    code = code_of() if kind == "totp" else recovery_codes_of(user)[0]

    def show() -> None:
        if not Authenticator.objects.get(user=user, type=kind).wrap().validate_code(code):
            raise WrongPassword

    assert at_once(*[show] * 8) == 1


def test_of_many_that_poll_with_one_code_one_gets_the_session() -> None:
    alice = make_user("alice")
    told = command_lines.begin()
    command_lines.approve(command_lines.browser_of(alice), told["user_code"])
    assert at_once(*[partial(fetch, told["device_code"])] * 8) == 1
    assert CommandLineSession.objects.count() == 1


def test_of_many_people_who_answer_one_command_line_one_is_heard() -> None:
    people = [make_user(name) for name in ("first", "second", "third")]
    waiting = begin(machine="laptop", address="127.0.0.1").login
    answers = [partial(refuse, waiting, user=person) for person in people]
    answers += [
        partial(approve, waiting, user=person, browser=command_lines.browser_of(person).session)
        for person in people
    ]
    assert at_once(*answers) == 1
