"""A provider, or somebody between it and the browser, that cheats: nobody is ever logged in."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from django.test import Client

from accounts.models import User
from accounts.openid.id_token import IDTokenInvalid, check_id_token
from tests.openid.browsing import begin, come_back, is_logged_in, log_in, visit
from tests.openid.cheater import KID, Cheater, new_key

pytestmark = pytest.mark.django_db

NOW = int(time.time())
STRANGER = new_key()


def assert_refused(client: Client, response: Any) -> None:
    assert response.status_code == 401
    assert b"You are not logged in" in response.content
    assert not is_logged_in(client)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": None},
        {"aud": ["waybill", "somebody-else"]},
        {"aud": ["waybill", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        pytest.param({"exp": NOW - 120}, id="exp of the past"),
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        pytest.param({"iat": NOW + 3600}, id="iat of the future"),
        pytest.param({"nbf": NOW + 3600}, id="nbf of the future"),
        {"nonce": "of another log-in"},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": ["x"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 192},
    ],
    ids=str,
)
def test_claims_that_are_not_for_us_now(
    provider: Cheater, client: Client, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    assert_refused(client, log_in(client))


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": KID})


def unsigned_in_other_letters(claims: dict[str, Any]) -> str:
    _header, body, _ = unsigned(claims).split(".")
    odd = base64.urlsafe_b64encode(json.dumps({"alg": "noNE", "kid": KID}).encode())
    return f"{odd.decode().rstrip('=')}.{body}."


def by_a_stranger(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": KID})


def by_a_stranger_who_brings_the_key(claims: dict[str, Any]) -> str:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key()))
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": KID, "jwk": jwk})


def with_an_unknown_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "key-2"})


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        unsigned_in_other_letters,
        by_a_stranger,
        by_a_stranger_who_brings_the_key,
        with_an_unknown_key,
        pytest.param(lambda _claims: "no token", id="words"),
        pytest.param(lambda _claims: "", id="nothing"),
        pytest.param(lambda _claims: "a.b.c", id="three parts"),
    ],
)
def test_signatures_that_are_none(
    provider: Cheater, client: Client, sign: Callable[[dict[str, Any]], str]
) -> None:
    provider.sign = sign
    assert_refused(client, log_in(client))


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_the_public_key_is_no_secret(provider: Cheater, client: Client, form: str) -> None:
    public = provider.key.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = {
        "pem": public.public_bytes(serialization.Encoding.PEM, spki),
        "der": public.public_bytes(serialization.Encoding.DER, spki),
        "jwk": json.dumps(provider.jwks()["keys"][0]).encode(),
    }[form]

    def sign(claims: dict[str, Any]) -> str:
        part = [{"alg": "HS256", "kid": KID}, claims]
        text = ".".join(_b64(json.dumps(one).encode()) for one in part)
        hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        return f"{text}.{_b64(hmac.sign(text.encode(), secret))}"

    provider.sign = sign
    assert_refused(client, log_in(client))


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_symmetric_key_among_the_published_ones_counts_for_nothing() -> None:
    keys = {"keys": [{"kty": "oct", "kid": KID, "k": _b64(b"k" * 32), "alg": "HS256"}]}
    claims = {"iss": "i", "aud": "c", "sub": "s", "nonce": "n", "iat": NOW, "exp": NOW + 60}
    token = jwt.encode(claims, b"k" * 32, algorithm="HS256", headers={"kid": KID})
    with pytest.raises(IDTokenInvalid, match="0 keys"):
        check_id_token(token, keys=keys, issuer="i", client_id="c", nonce="n")


def test_userinfo_of_somebody_else(provider: Cheater, client: Client) -> None:
    provider.userinfo = {"sub": "00u2", "email": "root@example.com", "email_verified": True}
    assert_refused(client, log_in(client))


def test_userinfo_does_not_overrule_the_id_token(provider: Cheater, client: Client) -> None:
    provider.userinfo = {"sub": "00u1", "preferred_username": "root2", "groups": ["admins"]}
    provider.person["groups"] = []
    log_in(client)
    assert User.objects.get().username == "anne"
    assert SocialAccount.objects.get().extra_data["groups"] == []


def test_a_discovery_document_that_speaks_for_another_issuer(
    provider: Cheater, client: Client
) -> None:
    provider.discovery = {"issuer": "https://evil.example"}
    assert client.post("/accounts/sso/login").status_code == 503


def test_a_token_endpoint_that_leads_elsewhere_gets_followed_nowhere(
    provider: Cheater, client: Client
) -> None:
    provider.status = 307
    assert_refused(client, log_in(client))
    assert "/elsewhere" not in provider.paths
    assert len(provider.token_requests) == 1


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_token_endpoint_that_refuses(provider: Cheater, client: Client, status: int) -> None:
    provider.status = status
    assert_refused(client, log_in(client))


# The browser's part.


def test_a_state_that_was_never_given_out(provider: Cheater, client: Client) -> None:
    provider.answer = {"state": "x" * 16}
    assert_refused(client, log_in(client))


def test_an_answer_without_state(provider: Cheater, client: Client) -> None:
    provider.answer = {"state": ""}
    assert_refused(client, log_in(client))


def test_an_answer_works_in_the_browser_that_asked_only(provider: Cheater, client: Client) -> None:
    address = visit(begin(client))
    victim = Client()
    begin(victim)
    assert_refused(victim, come_back(victim, address))


def test_an_answer_works_once(provider: Cheater, client: Client) -> None:
    address = visit(begin(client))
    come_back(client, address)
    client.logout()
    response = come_back(client, address)
    assert response.status_code == 401
    assert not is_logged_in(client)


def test_the_answer_of_another_issuer(provider: Cheater, client: Client) -> None:
    provider.answer = {"iss": "https://evil.example"}
    assert_refused(client, log_in(client))


def test_the_answer_that_names_our_issuer_is_fine(provider: Cheater, client: Client) -> None:
    provider.answer = {"iss": provider.issuer}
    log_in(client)
    assert is_logged_in(client)


def test_an_answer_that_comes_too_late(provider: Cheater, client: Client) -> None:
    address = visit(begin(client))
    session = client.session
    states = session["socialaccount_states"]
    session["socialaccount_states"] = {
        name: (state, at - 601, which) for name, (state, at, which) in states.items()
    }
    session.save()
    assert_refused(client, come_back(client, address))


@pytest.mark.parametrize("error", ["server_error", "<script>alert(1)</script>", "login_required"])
def test_what_an_error_says_is_not_shown(provider: Cheater, client: Client, error: str) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    told = {"state": state, "error": error, "error_description": "ring 0190 <b>now</b>"}
    response = come_back(client, f"/accounts/sso/callback?{urlencode(told)}")
    assert_refused(client, response)
    main = response.content.split(b"<main")[1].split(b"</main>")[0]
    assert b"0190" not in main
    assert b"alert" not in main


def test_who_changes_their_mind_reads_so(provider: Cheater, client: Client) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    told = urlencode({"state": state, "error": "access_denied"})
    response = come_back(client, f"/accounts/sso/callback?{told}")
    assert response.status_code == 200
    assert b"nothing has happened" in response.content


@pytest.mark.parametrize("path", ["/accounts/sso/login", "/settings/connections/connect"])
def test_a_link_begins_nothing(provider: Cheater, client: Client, path: str) -> None:
    assert client.get(path).status_code in {302, 405}
    assert "socialaccount_states" not in client.session


def test_the_button_needs_its_token(provider: Cheater) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/accounts/sso/login").status_code == 403


def test_no_secret_is_in_the_log(
    provider: Cheater, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    provider.sign = by_a_stranger
    with caplog.at_level(logging.DEBUG):
        log_in(client)
    assert "InvalidSignatureError" in caplog.text
    assert "a secret of the client" not in caplog.text
    assert "eyJ" not in caplog.text


def test_a_header_of_another_host_changes_no_address(provider: Cheater, client: Client) -> None:
    response = client.post("/accounts/sso/login", headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in response.content
