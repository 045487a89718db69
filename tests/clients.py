"""Small clients that speak to the index as programs do."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import jwt
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD, SERVICE
from tokenauth.signing.keys import signing_keys


def basic(login: str, secret: str = PASSWORD) -> str:
    """Return a Basic header."""
    return "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()


def get_token(
    client: Client, *scopes: str, user: User | None = None, service: str = SERVICE, **query: str
) -> Any:
    """Ask for a token as docker does."""
    headers = {"Authorization": basic(user.username)} if user else {}
    return client.get(
        "/token", {"service": service, "scope": list(scopes), **query}, headers=headers
    )


def token_for(client: Client, *scopes: str, user: User | None = None) -> str:
    """Return the token itself."""
    return str(get_token(client, *scopes, user=user).json()["token"])


def claims_of(response: Any) -> dict[str, Any]:
    """Return the claims, checked like a registry does."""
    key = signing_keys.current().public_key
    claims: dict[str, Any] = jwt.decode(
        response.json()["token"], key, algorithms=["ES256"], audience=SERVICE
    )
    return claims


def granted(response: Any) -> dict[str, list[str]]:
    """Return name → actions."""
    return {entry["name"]: entry["actions"] for entry in claims_of(response)["access"]}


def ask_route(client: Client, method: str, uri: str, *, token: str = "", secret: str = "") -> Any:
    """Ask for a route as nginx does."""
    headers = {
        "X-Waybill-Route": secret or settings.GATEWAY_SECRET,
        "X-Original-Method": method,
        "X-Original-Uri": uri,
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return client.get("/_gateway/route", headers=headers)


def confirm(client: Client) -> Client:
    """Let the session count as confirmed a moment ago, as after typing the password once more."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session.save()
    return client


def forget_confirmation(client: Client) -> Client:
    """Let it be long ago that the person of this session proved who is there."""
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    return client


def unwrapped(response: Any) -> str:
    """Return the text of the answer without what says where a command may be broken."""
    text = re.sub(r'<span class="nowrap">(.*?)</span>', r"\1", response.content.decode())
    return text.replace("<wbr>", "")
