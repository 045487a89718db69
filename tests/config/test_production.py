"""As it is shipped: a clean check for deployment, no secret by default, strict headers on whatever Django answers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from launcher.check import PRODUCTION
from launcher.layout import CHECKOUT
from tests.conftest import World

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


def run(*words: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python with settings as in production, but for what is changed (None: left out)."""
    bare = {name: value for name, value in os.environ.items() if name[:8] != "WAYBILL_"}
    said = bare | PRODUCTION | {"WAYBILL_VAR": "/nonexistent"} | changed
    variables = {name: value for name, value in said.items() if value is not None}
    return subprocess.run(
        [sys.executable, *words], cwd=CHECKOUT, env=variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_check_for_deployment_finds_nothing() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("System check identified no issues")


@pytest.mark.parametrize("name", ["WAYBILL_SECRET_KEY", "WAYBILL_GATEWAY_SECRET"])
@pytest.mark.parametrize("secret", [None, "", "x" * 31])
def test_without_a_long_secret_of_its_own_nothing_starts(name: str, secret: str | None) -> None:
    done = run("-c", "import config.settings", **{name: secret})
    assert done.returncode != 0
    assert f" {name}" in done.stderr.splitlines()[-1]


def test_cookies_of_sessions_travel_encrypted_to_this_host_alone() -> None:
    names = "SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE"
    done = run("-c", f"from config.settings import *; print({names})")
    assert done.stdout == "__Host-session __Host-csrf True True\n"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/accounts/login/", "/r/alice/pub", "/r/alice/priv", "/nothing/here", "/healthz"),
        *(
            "/api/v1/repositories/alice/pub",
            "/api/v1/nothing",
            "/v2/nothing",
            "/token/x",
            "/events/x",
            "/v1/search?q=pub",
            "/x%00",
        ),
    ],
)
def test_every_answer_has_strict_headers(
    world: World, client: Client, settings: Any, path: str
) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000  # which are sent where the address is https
    headers = client.get(path, secure=True).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Cache-Control" in headers
