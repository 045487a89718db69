"""Debian's glewlwyd: an OpenID provider that other people wrote, on loopback, set up by its API."""

from __future__ import annotations

import http.cookiejar
import json
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from launcher.ports import free_ports
from tests.tools import tool
from tests.waiting import eventually

CLIENT_ID, CLIENT_SECRET, PASSWORD = "waybill", "a secret of the client", "kept at the provider"
_SCOPES = ("profile", "email")
_SCHEMA = "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
_CONFIGURATION = """\
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="ERROR"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{system}/usr/lib/glewlwyd/user"
client_module_path="{system}/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="{system}/usr/lib/glewlwyd/scheme"
plugin_module_path="{system}/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
static_files_path="{folder}/webapp"
static_files_mime_types = (
  {{ extension = ".html" mime_type = "text/html" }}, {{ extension = ".css" mime_type = "text/css" }},
  {{ extension = ".js" mime_type = "application/javascript" }},
  {{ extension = ".json" mime_type = "application/json" }}
)
database = {{ type = "sqlite3" path = "{folder}/database" }};
"""


@dataclass
class Glewlwyd:
    """A running provider."""

    folder: Path
    port: int
    _administrator: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self._administrator = _browser()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/oidc"

    def add_person(self, name: str, *, groups: tuple[str, ...] = (), **changes: object) -> None:
        person = {
            "username": name,
            "name": f"{name.title()} Example",
            "email": f"{name}@example.com",
            "password": PASSWORD,
            "scope": ["g_profile", "openid", *_SCOPES],
            "enabled": True,
            "verified": "yes",
            "groups": list(groups),
            **changes,
        }
        self._do("POST", "user/", person)

    def change_person(self, name: str, **changes: object) -> None:
        known = json.loads(self._do("GET", f"user/{name}"))
        self._do("PUT", f"user/{name}", known | changes)

    def come_back_to(self, callback: str) -> None:
        """Send browsers to this address from now on, and to no other."""
        known = json.loads(self._do("GET", f"client/{CLIENT_ID}"))
        self._do("PUT", f"client/{CLIENT_ID}", known | {"redirect_uri": [callback]})

    def visit(self, address: str, name: str, password: str = PASSWORD) -> str:
        """Log in at its page, consent, and return where it sends the browser."""
        browser = _browser()
        self._do("POST", "auth/", {"username": name, "password": password}, browser)
        scope = {"scope": " ".join(["openid", *_SCOPES])}
        self._do("PUT", f"auth/grant/{CLIENT_ID}", scope, browser)
        try:
            # What its page adds once everything is asked and answered.
            browser.open(f"{address}&g_continue=", timeout=10).close()
        except urllib.error.HTTPError as answer:
            with closing(answer):
                return str(answer.headers["Location"])
        message = "the provider did not send the browser back"
        raise AssertionError(message)

    def set_up(self, callback: str) -> None:
        """Make keys, claims, and our client."""
        self._do("POST", "auth/", {"username": "admin", "password": "password"})
        module = json.loads(self._do("GET", "mod/user/database"))
        formats = module["parameters"]["data-format"]
        everywhere = {"read": True, "write": True, "profile-read": True, "profile-write": False}
        formats["groups"] = {"multiple": True, **everywhere}
        formats["verified"] = {"multiple": False, **everywhere}
        self._do("PUT", "mod/user/database", module)
        self._do("PUT", "mod/reload/")
        for name in _SCOPES:
            scope = {"name": name, "display_name": name, "password_required": False}
            self._do("POST", "scope/", {**scope, "scheme": {}})
        self._do("POST", "mod/plugin/", _plugin(self.issuer))
        self._do(
            "POST",
            "client/",
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "confidential": True,
                "enabled": True,
                "redirect_uri": [callback],
                "authorization_type": ["code"],
                "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
            },
        )

    def is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def _do(
        self,
        method: str,
        path: str,
        body: object = None,
        browser: urllib.request.OpenerDirector | None = None,
    ) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with (browser or self._administrator).open(request, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with closing(error):
                message = f"{method} {path}: {error.code} {error.read().decode()}"
            raise AssertionError(message) from error


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _browser() -> urllib.request.OpenerDirector:
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    return urllib.request.build_opener(cookies, _Stay())


def _plugin(issuer: str) -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    always = {"mandatory": True, "on-demand": True, "scope": []}
    verified = {"boolean-value-true": "yes", "boolean-value-false": "no"}
    claims = [
        {"name": "groups", "user-property": "groups", "type": "string"},
        {"name": "preferred_username", "user-property": "username", "type": "string"},
        {"name": "email_verified", "user-property": "verified", "type": "boolean", **verified},
    ]
    off = ("token", "id-token", "none", "password", "client", "refresh")
    return {
        "module": "oidc",
        "name": "oidc",
        "display_name": "OpenID Connect",
        "order_rank": 0,
        "parameters": {
            "iss": issuer,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": private.decode(),
            "cert": public.decode(),
            "access-token-duration": 3600,
            "refresh-token-duration": 3600,
            "code-duration": 600,
            "refresh-token-rolling": False,
            "allow-non-oidc": False,
            "auth-type-code-enabled": True,
            **{f"auth-type-{name}-enabled": False for name in off},
            "pkce-allowed": True,
            "pkce-required": True,
            "pkce-method-plain-allowed": False,
            "jwks-show": True,
            "jwks-x5c": [],
            "subject-type": "public",
            "name-claim": "mandatory",
            "email-claim": "mandatory",
            "scope-claim": "no",
            "claims": [claim | always for claim in claims],
            "request-parameter-allow": False,
            "session-management-allowed": False,
        },
    }


@contextmanager
def running_glewlwyd(callback: str) -> Iterator[Glewlwyd]:
    """Start a provider that knows us, and leave nothing behind."""
    program = Path(tool("glewlwyd"))
    folder = Path(tempfile.mkdtemp(prefix="wb-oidc-"))
    provider = Glewlwyd(folder, free_ports(1)[0])
    unpacked = program.parent.parent / "root"
    system = unpacked if unpacked.is_dir() else Path("/")
    with closing(sqlite3.connect(folder / "database")) as database:
        database.executescript((system / _SCHEMA).read_text())
    _copy_pages(system, folder)
    text = _CONFIGURATION.format(port=provider.port, folder=folder, system=str(system).rstrip("/"))
    (folder / "configuration").write_text(text)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--config-file={folder / 'configuration'}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: provider.is_ready() or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        provider.set_up(callback)
        yield provider
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _copy_pages(system: Path, folder: Path) -> None:
    """Debian's link to the pages' configuration leads to a folder; the pages want the file."""
    pages = system / "usr/share/glewlwyd"
    shutil.copytree(
        pages / "webapp", folder / "webapp", ignore=shutil.ignore_patterns("config.json")
    )
    shutil.copy(pages / "templates/config.json", folder / "webapp/config.json")
