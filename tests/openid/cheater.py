"""An OpenID provider made by hand, over real HTTP, for faults that a good one cannot show."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CLIENT_ID, CLIENT_SECRET = "waybill", "a secret of the client"
KID = "key-1"


def new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Cheater:
    """Honest unless told otherwise; remembers what it was asked."""

    issuer: str = ""
    key: RSAPrivateKey = field(default_factory=new_key)
    person: dict[str, Any] = field(default_factory=dict)  # what it says of whoever logs in
    changes: dict[str, Any] = field(default_factory=dict)  # of the claims of the ID token
    discovery: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)  # of what it sends the browser back with
    sign: Callable[[dict[str, Any]], str] | None = None
    userinfo: dict[str, Any] | None = None
    status: int = 200  # of the token endpoint
    asked: list[dict[str, str]] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, **person: Any) -> None:
        """From now on somebody else sits at the provider's page."""
        self.person = person

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": KID, "use": "sig", "alg": "RS256"}]}

    def configuration(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo",
        }
        urls = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return {"issuer": self.issuer, **urls, **self.discovery}

    def authorize(self, query: dict[str, str]) -> str:
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], **self.answer}
        kept = {name: value for name, value in answer.items() if value}
        return f"{query['redirect_uri']}?{urlencode(kept)}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        self.token_requests.append(form)
        query = self._codes.pop(form["code"])
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": query["nonce"],
            **self.person,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        sign = self.sign or self.sign_well
        return {"access_token": "at", "token_type": "Bearer", "id_token": sign(claims)}

    def sign_well(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KID})


class _Handler(BaseHTTPRequestHandler):
    cheater: Cheater

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.cheater.paths.append(parts.path)
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.cheater.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif parts.path == "/.well-known/openid-configuration":
            self._answer(self.cheater.configuration())
        elif parts.path == "/jwks":
            self._answer(self.cheater.jwks())
        else:
            told = self.cheater.userinfo
            self._answer({"sub": self.cheater.person.get("sub")} if told is None else told)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.cheater.token(form), status=self.cheater.status)

    def _answer(self, body: dict[str, Any], *, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 307:
            self.send_header("Location", f"{self.cheater.issuer}/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running_cheater() -> Iterator[Cheater]:
    cheater = Cheater()
    handler = type("Handler", (_Handler,), {"cheater": cheater})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        cheater.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield cheater
        finally:
            server.shutdown()
            thread.join()
