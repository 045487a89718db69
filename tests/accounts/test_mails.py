"""What people are told by mail: in our words, to the address that has to know, and what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.template.loader import get_template
from django.test import Client

from accounts.principals import Principal
from index.flows.close_account import close_account
from tests.accounts.second_factors import set_up_app
from tests.accounts.test_signup import CODE
from tests.clients import confirm
from tests.conftest import World
from tests.factories import PASSWORD

_OURS = Path(settings.BASE_DIR) / "templates"
_THEIRS = Path(allauth.__file__).parent / "templates"
# Of features that are off: log-in by code, phone numbers, a code instead of a link for passwords.
_NEVER_SENT = re.compile(
    r"login_code|password_reset_code|phone|email_confirmation_signup|email_confirm_"
)


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """A confirmed browser of alice."""
    client.force_login(world.alice)
    return confirm(client)


def sent_to(address: str) -> str:
    """All that went there."""
    return "\n".join(f"{one.subject}\n{one.body}" for one in mail.outbox if one.to == [address])


@pytest.mark.parametrize(
    "name",
    sorted(
        str(path.relative_to(_THEIRS))
        for app in ("account", "mfa", "socialaccount")
        for path in (_THEIRS / app).glob("**/email/*.txt")
        if not _NEVER_SENT.search(path.name) and "base_" not in path.name
    ),
)
def test_each_mail_that_django_allauth_sends_is_in_our_words(name: str) -> None:
    template: Any = get_template(name)
    assert Path(template.origin.name).is_relative_to(_OURS)


def test_the_primary_address_is_told_of_another_one(world: World, alice: Client) -> None:
    alice.post("/accounts/email/", {"action_add": "", "email": "second@example.com"})
    assert not sent_to("alice@example.com")
    code = CODE.search(sent_to("second@example.com"))
    assert code
    alice.post("/accounts/confirm-email/", {"code": code[1]})
    told = sent_to("alice@example.com")
    assert "second@example.com was added to your account" in told
    assert "/accounts/password/reset/" in told


def test_who_verifies_the_first_address_gets_no_warning(db: None, client: Client) -> None:
    form = {"username": "newcomer", "email": "new@example.com", "password1": PASSWORD}
    client.post("/accounts/signup/", form)
    code = CODE.search(sent_to("new@example.com"))
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("verified", [True, False])
def test_a_removed_address_is_told_to_the_primary_one_and_to_itself_if_proven(
    world: World,
    alice: Client,
    verified: bool,  # noqa: FBT001
) -> None:
    EmailAddress.objects.create(user=world.alice, email="second@example.com", verified=verified)
    alice.post("/accounts/email/", {"action_remove": "", "email": "second@example.com"})
    assert "second@example.com was removed" in sent_to("alice@example.com")
    assert bool(sent_to("second@example.com")) is verified


@pytest.mark.django_db(transaction=True)
def test_the_last_mail_says_that_the_account_is_closed(world: World) -> None:
    close_account(by=Principal(world.alice), typed="alice")
    told = sent_to("alice@example.com")
    assert "Your account alice is closed" in told
    assert "Not you? Tell an administrator" in told


def test_a_switched_off_factor_is_told(world: World, alice: Client) -> None:
    set_up_app(world.alice)
    alice.post("/accounts/2fa/totp/deactivate/")
    assert "authenticator app of your account was switched off" in sent_to("alice@example.com")
