"""A registry of one repository that misbehaves at the request that a test names."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.registry_stub import CONFIG, IMAGE, LAYER

NAME = "acme/app"
LAYER_BYTES = b"layer" * 400_000


class FaultyRegistry:
    """Keeps blobs and manifests of one repository, and does what `fault` says to a request."""

    def __init__(self) -> None:
        """Hold nothing, and behave."""
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.asked: list[tuple[str, str, str]] = []  # method, path, Authorization
        self.fault: Callable[[str, str], str] = lambda _method, _path: ""
        self.elsewhere = ""
        self.location = ""
        self.url = ""

    def add_blob(self, content: bytes) -> str:
        digest = _digest(content)
        self.blobs[digest] = content
        return digest

    def add_manifest(self, document: object, kind: str = IMAGE, *, as_digest: str = "") -> str:
        content = json.dumps(document).encode()
        digest = as_digest or _digest(content)
        self.manifests[digest] = (kind, content)
        return digest

    def add_image(self) -> str:
        config, layer = self.add_blob(b"{}"), self.add_blob(LAYER_BYTES)
        return self.add_manifest(
            {
                "schemaVersion": 2,
                "mediaType": IMAGE,
                "config": {"mediaType": CONFIG, "digest": config, "size": 2},
                "layers": [{"mediaType": LAYER, "digest": layer, "size": len(LAYER_BYTES)}],
            }
        )

    def tags(self) -> list[str]:
        """Return what was put under anything but a digest."""
        return [reference for reference in self.manifests if ":" not in reference]


class _Handler(BaseHTTPRequestHandler):
    registry: FaultyRegistry
    protocol_version = "HTTP/1.1"

    def take(self) -> None:
        """Misbehave as told, or answer."""
        path = self.path.partition("?")[0]
        self.registry.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        fault = self.registry.fault(self.command, path)
        if fault == "reset":
            self.close_connection = True
            return
        if fault == "redirect":
            self.reply(307, {"Location": self.registry.elsewhere})
            return
        if fault.isdigit():
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.reply(int(fault), {}, b'{"errors": [{"code": "TOOMANYREQUESTS"}]}')
            return
        self.answer(path, fault)

    do_GET = do_HEAD = do_POST = do_PUT = take  # noqa: N815 - the library's names

    def answer(self, path: str, fault: str) -> None:
        kind, _, reference = path.removeprefix(f"/v2/{NAME}/").partition("/")
        if self.command == "POST":
            where = self.registry.location or f"/v2/{NAME}/blobs/uploads/1?_state=x"
            self.reply(202, {"Location": where})
        elif self.command == "PUT":
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if kind == "manifests":
                self.registry.manifests[reference] = (self.headers["Content-Type"], body)
            else:
                self.registry.add_blob(body)
            self.reply(201, {})
        elif kind == "tags":
            self.reply(200, {}, b'{"tags": null}')
        elif kind == "manifests" and reference in self.registry.manifests:
            media_type, content = self.registry.manifests[reference]
            digest = _digest(content)
            self.reply(200, {"Content-Type": media_type, "Docker-Content-Digest": digest}, content)
        elif kind == "blobs" and reference in self.registry.blobs:
            self.reply(200, {}, self.registry.blobs[reference], fault)
        else:
            self.reply(404, {})

    def reply(
        self, status: int, headers: dict[str, str], body: bytes = b"", fault: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault == "lie":
            body = b"x" * len(body)
        if fault == "half":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def start_faulty() -> Iterator[FaultyRegistry]:
    """Serve one on a loopback port."""
    registry = FaultyRegistry()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("_Handler", (_Handler,), {"registry": registry})
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    registry.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
