"""Who may sign up: open, by invitation, by domain, closed; and the work of browsers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import time_machine
from altcha import Challenge, Payload, solve_challenge
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.errors import SignupRefused
from accounts.flows import proof_of_work
from accounts.flows.first_administrator import make_setup_token
from accounts.flows.invitations import send_invitation
from accounts.flows.signup import sign_up
from accounts.flows.site_invitations import invite_to_site
from accounts.models import Invitation, User
from accounts.principals import Principal
from tests.conftest import World
from tests.factories import PASSWORD

FORM = {"username": "carol", "email": "carol@example.com", "password1": PASSWORD}


def has_account(username: str = "carol") -> bool:
    """Whether it was made."""
    return User.objects.filter(username=username).exists()


@pytest.fixture
def invite(world: World, django_capture_on_commit_callbacks: Any) -> Any:
    """Send an invitation and return the secret of its link."""

    def send(email: str = "carol@example.com") -> str:
        with django_capture_on_commit_callbacks(execute=True):
            invite_to_site(email, by=Principal(world.root))
        link = re.search(r"invitation=(\S+)", str(mail.outbox[-1].body))
        assert link
        return link[1]

    return send


def test_a_closed_site_shows_no_form_and_takes_nobody(
    db: None, client: Client, settings: Any
) -> None:
    settings.SIGNUP = "closed"
    page = client.get("/accounts/signup/").content.decode()
    assert "Nobody can sign up" in page
    assert 'name="password1"' not in page
    client.post("/accounts/signup/", FORM)
    assert not has_account()


def test_the_first_administrator_comes_in_every_mode(
    db: None, client: Client, settings: Any
) -> None:
    settings.SIGNUP = "closed"
    form = {"username": "first", "email": "first@example.com", "password": PASSWORD}
    client.post(f"/setup/{make_setup_token()}", form | {"username": "firstly"})
    assert User.objects.get(username="firstly").is_superuser


def test_a_domain_opens_to_its_own_addresses_alone(db: None, settings: Any) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domain", ["example.com"]
    fields = {"password": PASSWORD, "address": "192.0.2.1"}
    sign_up(username="carol", email="carol@EXAMPLE.com", **fields)
    assert has_account()
    for email in ("x@evil.com", "x@sub.example.com", "x@example.com.evil.com", "x@notexample.com"):
        with pytest.raises(SignupRefused, match="Sign up with an address at"):
            sign_up(username="mallory", email=email, **fields)


def test_an_invitation_opens_once_for_its_address(
    invite: Any, client: Client, settings: Any
) -> None:
    settings.SIGNUP = "invitation"
    secret = invite()
    assert (
        "carol@example.com" in client.get(f"/accounts/signup/?invitation={secret}").content.decode()
    )
    assert Invitation.objects.open().exists()
    other = FORM | {"username": "mallory", "email": "mallory@example.com", "invitation": secret}
    client.post("/accounts/signup/", other)
    assert not has_account("mallory")
    assert client.post("/accounts/signup/", FORM | {"invitation": secret}).status_code == 302
    assert has_account()
    assert not Invitation.objects.open().exists()


@pytest.mark.parametrize("how", ["forged", "expired", "revoked", "none"])
def test_an_invitation_that_does_not_hold_opens_nothing(
    invite: Any, settings: Any, how: str
) -> None:
    settings.SIGNUP = "invitation"
    secret = invite()
    secret = {"forged": f"wbi_{'0' * 16}_{'0' * 64}", "none": ""}.get(how, secret)
    if how == "revoked":
        invite()  # a second one replaces the first
    now = "2099-01-01" if how == "expired" else timezone.now()
    with time_machine.travel(now), pytest.raises(SignupRefused):
        sign_up(
            username="carol",
            email="carol@example.com",
            password=PASSWORD,
            address="192.0.2.1",
            invitation=secret,
        )
    assert not has_account()


def test_an_organizations_invitation_opens_the_site_and_stays_open(
    world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.SIGNUP = "invitation"
    with django_capture_on_commit_callbacks(execute=True):
        send_invitation(world.acme, by=Principal(world.olga), invitee="carol@example.com")
    secret = re.search(r"(wbi_\w+)", str(mail.outbox[-1].body))
    assert secret
    sign_up(
        username="carol",
        email="carol@example.com",
        password=PASSWORD,
        address="192.0.2.1",
        invitation=secret[1],
    )
    assert has_account()
    assert Invitation.objects.open().exists()
    with pytest.raises(SignupRefused):  # but only once, however many accounts one would like
        sign_up(
            username="carola",
            email="carol@example.com",
            password=PASSWORD,
            address="192.0.2.1",
            invitation=secret[1],
        )
    assert not has_account("carola")


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_superuser": False}])
def test_an_invitation_ends_with_the_right_to_send_it(
    world: World, invite: Any, client: Client, settings: Any, change: dict[str, bool]
) -> None:
    settings.SIGNUP = "invitation"
    secret = invite()
    User.objects.filter(pk=world.root.pk).update(**change)
    client.post("/accounts/signup/", FORM | {"invitation": secret})
    assert not has_account()


def test_docker_of_old_is_told_that_the_site_is_closed_but_known_names_log_in(
    world: World, client: Client, settings: Any
) -> None:
    settings.SIGNUP = "closed"
    new = {"username": "carol", "email": "carol@example.com", "password": PASSWORD}
    answer = client.post("/v1/users/", new, "application/json")
    assert (answer.status_code, has_account()) == (400, False)
    assert "Nobody can sign up" in answer.content.decode()
    known = client.post("/v1/users/", new | {"username": "alice"}, "application/json")
    assert known.content == b'"Username or email already exists"'


def test_a_filled_trap_makes_no_account_and_looks_like_success(db: None, client: Client) -> None:
    assert client.post("/accounts/signup/", FORM | {"website": "buy.example"}).status_code == 302
    assert not has_account()


@pytest.fixture
def work(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demand the calculation, a light one."""
    settings.SIGNUP_CAPTCHA = True
    monkeypatch.setattr(proof_of_work, "_COST", 2)


def solved(challenge: str) -> str:
    """What a browser sends."""
    parsed = Challenge.from_dict(json.loads(challenge))
    solution = solve_challenge(parsed)
    assert solution
    return Payload(parsed, solution).to_base64()


def test_without_the_calculation_nobody_signs_up(work: None, client: Client) -> None:
    page = client.post("/accounts/signup/", FORM).content.decode()
    assert "calculation" in page
    assert not has_account()


def test_with_it_one_does(work: None, client: Client) -> None:
    challenge = client.get("/accounts/signup/").context["challenge"]
    client.post("/accounts/signup/", FORM | {"proof": solved(challenge)})
    assert has_account()


def test_a_calculation_counts_once(work: None) -> None:
    proof = solved(proof_of_work.make_challenge())
    proof_of_work.check_proof(proof)
    with pytest.raises(SignupRefused, match="used already"):
        proof_of_work.check_proof(proof)


def test_a_calculation_expires_and_a_forged_one_is_refused(work: None) -> None:
    proof = solved(proof_of_work.make_challenge())
    with time_machine.travel("2099-01-01"), pytest.raises(SignupRefused):
        proof_of_work.check_proof(proof)
    for text in ("x", "e30=", proof[:-8], "x" * 5000, proof.replace("a", "b")):
        with pytest.raises(SignupRefused):
            proof_of_work.check_proof(text)


def test_an_invited_person_calculates_nothing(work: None, invite: Any, client: Client) -> None:
    secret = invite()
    assert "challenge" not in client.get(f"/accounts/signup/?invitation={secret}").context
    client.post("/accounts/signup/", FORM | {"invitation": secret})
    assert has_account()
