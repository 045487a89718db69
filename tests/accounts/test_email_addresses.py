"""E-mail addresses: a new one counts when it is proven, the old one is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.test_signup import CODE
from tests.clients import confirm
from tests.conftest import World


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """A confirmed browser of alice."""
    client.force_login(world.alice)
    return confirm(client)


def add(client: Client, email: str) -> Any:
    """Ask for another address."""
    return client.post("/accounts/email/", {"action_add": "", "email": email}, follow=True)


def test_a_new_address_counts_after_its_code(world: World, alice: Client) -> None:
    page = add(alice, "second@example.com").content.decode()
    assert "back to your addresses" in page
    assert not EmailAddress.objects.filter(email="second@example.com", verified=True).exists()
    code = CODE.search(str(mail.outbox[0].body))
    assert code
    proven = alice.post("/accounts/confirm-email/", {"code": code[1]})
    assert proven.headers["Location"] == "/accounts/email/"
    assert EmailAddress.objects.get(email="second@example.com").verified


def test_the_old_address_is_told_with_time_and_zone(world: World, alice: Client) -> None:
    EmailAddress.objects.create(user=world.alice, email="second@example.com", verified=True)
    alice.post("/accounts/email/", {"action_primary": "", "email": "second@example.com"})
    assert User.objects.get(username="alice").email == "second@example.com"
    told = next(one for one in mail.outbox if one.to == ["alice@example.com"])
    assert re.search(r"at \d{4}-\d\d-\d\d \d\d:\d\d UTC", str(told.body))


def test_an_unproven_address_does_not_become_the_primary_one(world: World, alice: Client) -> None:
    EmailAddress.objects.create(user=world.alice, email="second@example.com", verified=False)
    alice.post("/accounts/email/", {"action_primary": "", "email": "second@example.com"})
    assert User.objects.get(username="alice").email == "alice@example.com"


def test_neither_the_primary_address_nor_the_last_proven_one_is_removed(
    world: World, alice: Client
) -> None:
    page = alice.post(
        "/accounts/email/", {"action_remove": "", "email": "alice@example.com"}, follow=True
    )
    assert "cannot be removed" in page.content.decode()
    EmailAddress.objects.filter(user=world.alice).update(primary=False)
    alice.post("/accounts/email/", {"action_remove": "", "email": "alice@example.com"})
    assert EmailAddress.objects.get(user=world.alice).verified


def test_ten_addresses_are_enough(world: World, alice: Client) -> None:
    for number in range(9):
        EmailAddress.objects.create(user=world.alice, email=f"{number}@example.com")
    page = add(alice, "eleventh@example.com").content.decode()
    assert "eleventh@example.com" not in [one for message in mail.outbox for one in message.to]
    assert "Add an address" not in page


def test_a_code_is_offered_for_unverified_addresses_alone(world: World, alice: Client) -> None:
    assert "Send a code" not in alice.get("/accounts/email/").content.decode()
    EmailAddress.objects.create(user=world.alice, email="second@example.com", verified=False)
    assert "Send a code" in alice.get("/accounts/email/").content.decode()


def test_changes_need_a_recent_log_in(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "second@example.com"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


def test_anothers_address_cannot_be_added_and_the_page_does_not_tell(
    world: World, alice: Client
) -> None:
    known = add(alice, "bobby@example.com").content.decode()
    assert "We sent a code" in known
    assert not any(CODE.search(str(message.body)) for message in mail.outbox)
    assert EmailAddress.objects.get(email="bobby@example.com").user == world.bob


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown(
    world: World, client: Client
) -> None:
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "x@example.com"}, follow=True)
    strip = re.compile(rb'value="\w{64}"')
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    assert [one.to for one in mail.outbox] == [["alice@example.com"], ["x@example.com"]]


def test_words_of_the_pages_are_ours(world: World, alice: Client) -> None:
    page = alice.get("/accounts/email/").content.decode()
    page += alice.get("/accounts/password/change/").content.decode()
    assert "Current password" in page
    assert not re.search(r">\s*(Email|Current Password|New Password)", page)


def test_an_address_that_waits_to_be_proven_gets_no_link_to_the_account(
    world: World, client: Client
) -> None:
    """Else who once knew the password could come back after it was changed."""
    EmailAddress.objects.create(user=world.alice, email="evil@example.com", verified=False)
    client.post("/accounts/password/reset/", {"email": "evil@example.com"})
    assert [one.to for one in mail.outbox] == [["evil@example.com"]]
    assert "/password/reset/key/" not in str(mail.outbox[0].body)


def test_a_first_password_can_be_forgotten_before_the_address_is_proven(
    world: World, client: Client
) -> None:
    client.post("/accounts/password/reset/", {"email": "newt@example.com"})
    assert "/password/reset/key/" in str(mail.outbox[0].body)
