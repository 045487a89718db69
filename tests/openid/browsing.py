"""The browser's way: our button, the provider's page, and back."""

from __future__ import annotations

import html
import http.client
import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client


def begin(client: Client, path: str = "/accounts/sso/login", **form: str) -> str:
    """Press the button; return the address at the provider that the page leads to."""
    response = client.post(path, form)
    assert response.status_code == 200, response.status_code
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', response.content.decode())
    assert found, response.content.decode()
    return html.unescape(found.group(1))


def visit(address: str) -> str:
    """Go to the provider's page, which sends one straight back; return where to."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return str(connection.getresponse().headers["Location"])
    finally:
        connection.close()


def come_back(client: Client, address: str, **extra: Any) -> Any:
    """Follow the provider's answer to our callback, and on to where that leads."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", follow=True, **extra)


def log_in(client: Client, **form: str) -> Any:
    """The whole way."""
    return come_back(client, visit(begin(client, **form)))


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
