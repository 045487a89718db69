"""A registry with fault switches, for what the real one cannot be made to show.

Keeps manifests, tags and blobs of any repository in memory and serves the few calls that
`index.registry_client` makes. `faults` is a list of answers to give before it behaves.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


class RegistryStub:
    """What the registry holds, and what it was asked."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.blobs: dict[str, dict[str, bytes]] = {}
        self.faults: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.elsewhere = ""
        self.deletes_tags = False  # as distribution 3.x does; 2.x wants a digest
        self.next_page = ""
        self.url = ""

    def push_blob(self, repository: str, content: bytes) -> str:
        """Link a blob; return its digest."""
        digest = _digest(content)
        self.blobs.setdefault(repository, {})[digest] = content
        return digest

    def push_image(
        self, repository: str, *tags: str, layer: bytes = b"layer", platform: str = "linux/amd64"
    ) -> str:
        """Push an image of one layer; return its manifest's digest."""
        system, architecture = platform.split("/")
        config = json.dumps({"os": system, "architecture": architecture}).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": self._descriptor(repository, CONFIG, config),
            "layers": [self._descriptor(repository, LAYER, layer)],
        }
        return self._push_manifest(repository, IMAGE, document, tags)

    def push_index(self, repository: str, tag: str, children: list[str]) -> str:
        """Push an image index over manifests that are there."""
        document = {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [{"mediaType": IMAGE, "digest": digest, "size": 1} for digest in children],
        }
        return self._push_manifest(repository, INDEX, document, (tag,))

    def push_referrer(self, repository: str, subject: str) -> str:
        """Push a signature of a manifest; return its digest."""
        document = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "artifactType": "application/vnd.example.signature",
            "config": self._descriptor(repository, "application/vnd.oci.empty.v1+json", b"{}"),
            "layers": [],
            "subject": {"mediaType": IMAGE, "digest": subject, "size": 1},
        }
        return self._push_manifest(repository, IMAGE, document, ())

    def _push_manifest(
        self, repository: str, media_type: str, document: dict[str, Any], tags: tuple[str, ...]
    ) -> str:
        content = json.dumps(document).encode()
        digest = _digest(content)
        self.manifests.setdefault(repository, {})[digest] = (media_type, content)
        for tag in tags:
            self.tags.setdefault(repository, {})[tag] = digest
        return digest

    def _descriptor(self, repository: str, media_type: str, content: bytes) -> dict[str, Any]:
        digest = self.push_blob(repository, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def answer(
        self, method: str, path: str, body: bytes = b"", media_type: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        repository, kind, reference = _take_apart(urlsplit(path).path)
        if kind == "tags":
            names = list(self.tags.get(repository, {}))
            known = repository in self.manifests
            headers = {"Link": f'<{self.next_page}>; rel="next"'} if self.next_page else {}
            return (200 if known else 404), headers, json.dumps({"tags": names or None}).encode()
        if kind == "manifests" and method == "PUT":
            return self._put(repository, reference, media_type, body)
        if kind == "manifests" and method == "DELETE" and not reference.startswith("sha256:"):
            return self._delete_tag(repository, reference)
        if kind == "manifests":
            return self._manifest(method, repository, reference)
        content = self.blobs.get(repository, {}).get(reference)
        if content is None:
            return 404, {}, b""
        if method == "DELETE":
            del self.blobs[repository][reference]
            return 202, {}, b""
        return 200, {}, content

    def _manifest(
        self, method: str, repository: str, reference: str
    ) -> tuple[int, dict[str, str], bytes]:
        digest = self.tags.get(repository, {}).get(reference, reference)
        found = self.manifests.get(repository, {}).get(digest)
        if found is None:
            return 404, {}, b""
        if method == "DELETE":
            del self.manifests[repository][digest]
            tags = self.tags.get(repository, {})
            self.tags[repository] = {tag: to for tag, to in tags.items() if to != digest}
            return 202, {}, b""
        headers = {"Content-Type": found[0], "Docker-Content-Digest": digest}
        return 200, headers, found[1]

    def _put(
        self, repository: str, reference: str, media_type: str, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        digest = _digest(body)
        self.manifests.setdefault(repository, {})[digest] = (media_type, body)
        if reference != digest:
            self.tags.setdefault(repository, {})[reference] = digest
        return 201, {"Docker-Content-Digest": digest}, b""

    def _delete_tag(self, repository: str, tag: str) -> tuple[int, dict[str, str], bytes]:
        if not self.deletes_tags:
            return 400, {}, b""
        return (202 if self.tags.get(repository, {}).pop(tag, None) else 404), {}, b""


@contextmanager
def serve(stub: RegistryStub) -> Iterator[RegistryStub]:
    """Serve the stub on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            stub.requests.append((self.command, self.headers.get("Authorization", "")))
            fault = stub.faults.pop(0) if stub.faults else ""
            if fault == "reset":
                self.close_connection = True
                return
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            media_type = self.headers.get("Content-Type", "")
            status, headers, body = _fault(fault, stub) or stub.answer(
                self.command, self.path, sent, media_type
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _fault(fault: str, stub: RegistryStub) -> tuple[int, dict[str, str], bytes] | None:
    if fault == "redirect":
        return 307, {"Location": stub.elsewhere}, b""
    if fault == "html":
        return 200, {"Content-Type": "text/html"}, b"<html>"
    return (int(fault), {}, b"") if fault else None


def _take_apart(path: str) -> tuple[str, str, str]:
    for kind in ("manifests", "blobs", "tags"):
        repository, found, reference = path.removeprefix("/v2/").rpartition(f"/{kind}/")
        if found:
            return repository, kind, reference
    return path, "", ""


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
