"""What happens when many claim one name at the same moment (case 9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.errors import AccountError
from accounts.flows.organizations import create_organization
from accounts.flows.signup import create_user
from accounts.models import Namespace, Organization, User
from tests.factories import PASSWORD, make_user

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
