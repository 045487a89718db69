"""Invitations as the invited see them, logged in or not."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.flows.invitations import revoke_invitation, send_invitation
from accounts.limits import INVITATION_GUESSES
from accounts.models import Invitation, Membership, User
from accounts.principals import Principal
from tests.conftest import World
from tests.factories import PASSWORD


@pytest.fixture
def links(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> dict[str, str]:
    """The paths of two invitations: for bobby, and for an address without an account."""
    found = {}
    for invitee in ("bobby", "fresh@example.com"):
        with django_capture_on_commit_callbacks(execute=True):
            send_invitation(world.acme, by=Principal(world.olga), invitee=invitee)
        match = re.search(r"http://index\.test(/invites/\S+)", str(mail.outbox[-1].body))
        assert match
        found[invitee] = match[1]
    return found


def text_of(client: Client, path: str) -> str:
    """What the page says."""
    return client.get(path).content.decode()


def test_opening_the_link_changes_nothing(
    world: World, client: Client, links: dict[str, str]
) -> None:
    client.force_login(world.bob)
    page = text_of(client, links["bobby"])
    for fact in ("acme", "a member", "olga", "UTC"):
        assert fact in page
    client.head(links["bobby"])
    assert Invitation.objects.open().count() == 2
    assert client.get(f"{links['bobby']}/accept").status_code == 405
    assert not Membership.objects.filter(user=world.bob).exists()


def test_the_invited_account_accepts(world: World, client: Client, links: dict[str, str]) -> None:
    client.force_login(world.bob)
    response = client.post(f"{links['bobby']}/accept")
    assert response.headers["Location"] == "/o/acme"
    assert Membership.objects.filter(user=world.bob, organization=world.acme).exists()


def test_who_must_set_up_two_factors_first_is_led_there(
    world: World, client: Client, links: dict[str, str]
) -> None:
    type(world.acme).objects.filter(pk=world.acme.pk).update(requires_second_factor=True)
    client.force_login(world.bob)
    page = text_of(client, links["bobby"])
    assert 'must have set up <a href="/accounts/2fa/">two factors</a>' in page


def test_another_account_is_told_whose_it_is_and_has_no_button(
    world: World, client: Client, links: dict[str, str]
) -> None:
    client.force_login(world.alice)
    page = text_of(client, links["bobby"])
    assert "another account" in page
    assert "/accept" not in page
    client.post(f"{links['bobby']}/accept")
    client.post(f"{links['bobby']}/decline")
    assert Invitation.objects.open().count() == 2
    assert not Membership.objects.filter(user=world.alice).exists()


def test_the_page_does_not_tell_the_address_to_another_account(
    world: World, client: Client, links: dict[str, str]
) -> None:
    client.force_login(world.alice)
    assert "fresh@example.com" not in text_of(client, links["fresh@example.com"])


def test_logging_in_leads_back_to_the_invitation(
    world: World, client: Client, links: dict[str, str]
) -> None:
    assert f"?next={links['bobby'].replace('/', '%2F')}" in text_of(client, links["bobby"])
    response = client.post(
        "/accounts/login/", {"login": "bobby", "password": PASSWORD, "next": links["bobby"]}
    )
    assert response.headers["Location"] == links["bobby"]


def test_signing_up_with_the_invited_address_leads_back_and_accepts(
    world: World, client: Client, links: dict[str, str]
) -> None:
    link = links["fresh@example.com"]
    form = {"username": "fresh", "email": "fresh@example.com", "password1": PASSWORD, "next": link}
    client.post("/accounts/signup/", form)
    code = re.search(
        r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE
    )
    assert code
    response = client.post("/accounts/confirm-email/", {"code": code[1]})
    assert response.headers["Location"] == link
    client.post(f"{link}/accept")
    assert Membership.objects.filter(user=User.objects.get(username="fresh")).exists()


def test_a_mailbox_without_an_account_may_decline(
    client: Client, world: World, links: dict[str, str]
) -> None:
    client.post(f"{links['fresh@example.com']}/decline")
    assert Invitation.objects.get(email="fresh@example.com").declined_at


def test_whoever_is_not_logged_in_accepts_nothing(
    client: Client, world: World, links: dict[str, str]
) -> None:
    response = client.post(f"{links['bobby']}/accept")
    assert response.headers["Location"].startswith("/accounts/login/?next=%2Finvites%2F")
    assert Invitation.objects.open().count() == 2


def test_a_revoked_one_says_so(world: World, client: Client, links: dict[str, str]) -> None:
    revoke_invitation(Invitation.objects.get(user=world.bob), by=Principal(world.olga))
    client.force_login(world.bob)
    page = text_of(client, links["bobby"])
    assert "was revoked" in page
    assert "/accept" not in page


def test_the_link_never_leaves_in_a_referer(client: Client, links: dict[str, str]) -> None:
    response = client.get(links["bobby"])
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("secret", ["forged", "wbi_1_2", "wbi_" + "0" * 16 + "_" + "0" * 64, "%F0"])
def test_a_wrong_link_leads_nowhere(client: Client, links: dict[str, str], secret: str) -> None:
    assert client.get(f"/invites/{secret}").status_code in {400, 404}


def test_who_guesses_is_stopped_even_with_the_right_one(
    world: World, client: Client, links: dict[str, str]
) -> None:
    for number in range(INVITATION_GUESSES.events):
        client.get(f"/invites/wbi_{number}_x")
    assert client.get(links["bobby"]).status_code == 404


def test_the_dashboard_shows_invitations_to_whom_they_are_for(
    world: World, client: Client, links: dict[str, str]
) -> None:
    own = f"/invitations/{Invitation.objects.get(user=world.bob).pk}"
    client.force_login(world.alice)
    assert "You are invited" not in text_of(client, "/")
    assert client.get(own).status_code == 404
    assert client.post(f"{own}/accept").status_code == 404
    client.force_login(world.bob)
    assert own in text_of(client, "/")
    client.post(f"{own}/decline")
    assert own not in text_of(client, "/")


def test_answers_need_the_csrf_token(world: World, links: dict[str, str]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.bob)
    for answer in ("accept", "decline"):
        assert browser.post(f"{links['bobby']}/{answer}").status_code == 403
    assert Invitation.objects.open().count() == 2
