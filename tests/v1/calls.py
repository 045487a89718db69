"""The v1 protocol as old docker and old registries speak it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from accounts.models import User
from tests.clients import basic

IMAGE = "a" * 64
OTHER_IMAGE = "b" * 64


def call(
    client: Client,
    method: str,
    path: str,
    *,
    user: User | None = None,
    token: str = "",
    body: object = None,
) -> Any:
    """Call a door below /v1/ as docker does: with Basic, and asking for a token."""
    headers = {"X-Docker-Token": "true"}
    if user:
        headers["Authorization"] = basic(user.username)
    if token:
        headers = {"Authorization": f"Token {token}"}
    return client.generic(
        method,
        f"/v1/{path}",
        b"" if body is None else json.dumps(body).encode(),
        "application/json",
        headers=headers,
    )


def put_repository(client: Client, name: str, *, user: User | None, images: object = ()) -> Any:
    """Begin a push."""
    return call(client, "PUT", f"repositories/{name}/", user=user, body=images)


def read_token(client: Client, name: str, *, user: User | None = None) -> str:
    """Begin a pull and return the token for the registry."""
    return str(call(client, "GET", f"repositories/{name}/images", user=user)["X-Docker-Token"])


def validate(client: Client, name: str, token: str) -> Any:
    """Show a token to the index as a registry does."""
    return call(client, "GET", f"repositories/{name}/images", token=token)
