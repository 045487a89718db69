"""A real issuer of ID tokens on this machine: discovery, keys, signatures, and ways to misbehave."""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


class LocalIssuer:
    """Signs as GitHub does. What it answers can be replaced path by path."""

    def __init__(self, url: str) -> None:
        """Make the first key."""
        self.url = url
        self.requests: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.hangs = threading.Event()
        self.released = threading.Event()
        self._keys: dict[str, Any] = {}
        self.kid = self.rotate()

    def rotate(self, *, forget: bool = False) -> str:
        """Sign with a new key from now on; the older ones stay published unless forgotten."""
        if forget:
            self._keys.clear()
        self.kid = secrets.token_hex(4)
        self._keys[self.kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return self.kid

    def add_elliptic_key(self) -> str:
        """Publish a P-256 key as well."""
        kid = secrets.token_hex(4)
        self._keys[kid] = ec.generate_private_key(ec.SECP256R1())
        return kid

    def private_key(self, kid: str = "") -> Any:
        """Return a key itself."""
        return self._keys[kid or self.kid]

    def answer(self, path: str, body: Any, *, status: int = 200, **headers: str) -> None:
        """Answer one path otherwise."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = (status, headers, content)

    def cluster(self) -> str:
        """Return the address under which the same keys are those of a Kubernetes cluster."""
        cluster = f"{self.url}/cluster"
        self.answer(f"/cluster{DISCOVERY}", {"issuer": cluster, "jwks_uri": self.url + KEYS})
        return cluster

    @property
    def key_set(self) -> dict[str, Any]:
        """What is published of the keys."""
        return {"keys": [_public(kid, key) for kid, key in self._keys.items()]}

    def token(self, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a signed ID token of a job of `acme/web`; None leaves a claim out."""
        everything = {k: v for k, v in (self.claims() | claims).items() if v is not None}
        head = {"kid": self.kid, "typ": "JWT"} | (header or {})
        key = self.private_key(head["kid"]) if head["kid"] in self._keys else self.private_key()
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(everything, key, algorithm=algorithm, headers=head)

    def claims(self) -> dict[str, Any]:
        """Return what GitHub says of a push to the main branch."""
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": "http://index.test",
            "sub": "repo:acme/web:ref:refs/heads/main",
            "jti": secrets.token_hex(16),
            "iat": now,
            "nbf": now - 5,
            "exp": now + 300,
            "repository": "acme/web",
            "repository_id": "74",
            "repository_owner": "acme",
            "repository_owner_id": "65",
            "workflow_ref": "acme/web/.github/workflows/release.yml@refs/heads/main",
            "ref": "refs/heads/main",
            "ref_type": "branch",
            "event_name": "push",
            "sha": "abc1234" + "0" * 33,
            "run_id": "4242",
        }

    def respond(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return the answer to a path."""
        self.requests.append(path)
        if self.hangs.is_set():
            self.released.wait(30)
        if path in self.answers:
            return self.answers[path]
        body = {
            DISCOVERY: {"issuer": self.url, "jwks_uri": self.url + KEYS},
            KEYS: self.key_set,
        }.get(path)
        return (200, {}, json.dumps(body).encode()) if body else (404, {}, b"{}")


def _public(kid: str, key: Any) -> dict[str, Any]:
    kind: Any = jwt.algorithms.RSAAlgorithm
    if not isinstance(key, rsa.RSAPrivateKey):
        kind = jwt.algorithms.ECAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


@contextmanager
def running_issuer() -> Iterator[LocalIssuer]:
    """Have an issuer that listens on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = issuer.respond(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked has had enough
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer = LocalIssuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
