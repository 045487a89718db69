"""A stand-in of OpenSearch's HTTP API. It is not OpenSearch: it answers the few requests that we make.

Where it is strict the real one is: unknown fields, versions, aliases that must be there, documents that are
found only after a refresh. `faults` is a list of what goes wrong with the next requests, one after the other.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.search.opensearch.documents import BadQuestion, Json
from tests.search.opensearch.indexes import Index, error

Answer = tuple[int, Any]


class Refusal(Exception):
    """Answered with a status and the type of an error."""

    def __init__(self, status: int, kind: str) -> None:
        """Keep both."""
        super().__init__(kind)
        self.status = status
        self.kind = kind


class StandIn:
    """A cluster of one node."""

    def __init__(self) -> None:
        """Hold no index."""
        self.indexes: dict[str, Index] = {}
        self.aliases: dict[str, str] = {}
        self.faults: list[str] = []
        self.requests: list[tuple[str, str, str]] = []  # method, path, Authorization
        self.released = threading.Event()  # ends the fault `hang`
        self.url = ""

    def answer(self, method: str, path: str, params: dict[str, str], body: bytes) -> Answer:
        """Return status and JSON."""
        *target, action = path.strip("/").split("/")
        try:
            if action.startswith("_"):
                return self._of_indexes(method, action, target, params, body)
            return self._of_index(method, action, body)
        except Refusal as refusal:
            return refusal.status, error(refusal.status, refusal.kind)
        except BadQuestion as refusal:
            return 400, error(400, str(refusal))

    def _of_indexes(
        self, method: str, action: str, target: list[str], params: dict[str, str], body: bytes
    ) -> Answer:
        match method, action:
            case "POST", "_search":
                return 200, self._index(target[0]).search(json.loads(body))
            case (("POST" | "GET"), "_count"):
                return 200, {"count": len(self._index(target[0]).searched.all)}
            case (("POST" | "PUT"), "_bulk"):
                return self._bulk(params, body)
            case "POST", "_aliases":
                return self._change_aliases(json.loads(body)["actions"])
            case "GET", "_alias":
                return self._list_aliases(target[0])
            case "POST", "_refresh":
                self._index(target[0]).refresh()
                return 200, {"_shards": {"failed": 0}}
        raise Refusal(405, "method_not_allowed")

    def _of_index(self, method: str, name: str, body: bytes) -> Answer:
        if method == "PUT":
            return self._create(name, json.loads(body))
        if method == "DELETE":
            self._delete(name)
            return 200, {"acknowledged": True}
        raise Refusal(405, "method_not_allowed")

    def _index(self, name: str) -> Index:
        found = self.indexes.get(self.aliases.get(name, name))
        if found is None:
            raise Refusal(404, "index_not_found_exception")
        return found

    def _create(self, name: str, body: Json) -> Answer:
        if name in self.indexes:
            raise Refusal(400, "resource_already_exists_exception")
        self.indexes[name] = Index(body)
        self.aliases |= dict.fromkeys(body.get("aliases", {}), name)
        return 200, {"acknowledged": True, "index": name}

    def _delete(self, name: str) -> None:
        if name not in self.indexes:
            raise Refusal(404, "index_not_found_exception")
        del self.indexes[name]
        self.aliases = {alias: index for alias, index in self.aliases.items() if index != name}

    def _list_aliases(self, pattern: str) -> Answer:
        names = (name for name in self.indexes if fnmatchcase(name, pattern))
        return 200, {
            name: {"aliases": {alias: {} for alias, index in self.aliases.items() if index == name}}
            for name in names
        }

    def _change_aliases(self, actions: list[Json]) -> Answer:
        """Do all of it or nothing."""
        told = [next(iter(action.items())) for action in actions]
        for kind, about in told:
            self._check_action(kind, about)
        for kind, about in told:
            if kind == "add":
                self.aliases[about["alias"]] = about["index"]
            elif kind == "remove":
                self.aliases.pop(about["alias"], None)
            else:
                self._delete(about["index"])
        return 200, {"acknowledged": True}

    def _check_action(self, kind: str, about: Json) -> None:
        if about["index"] not in self.indexes:
            raise Refusal(404, "index_not_found_exception")
        has_alias = self.aliases.get(about.get("alias", "")) == about["index"]
        if kind == "remove" and about["must_exist"] and not has_alias:
            raise Refusal(404, "aliases_not_found_exception")

    def _bulk(self, params: dict[str, str], body: bytes) -> Answer:
        lines = iter([json.loads(line) for line in body.splitlines()])
        items = []
        for line in lines:
            [(kind, head)] = line.items()
            document = next(lines) if kind == "index" else None
            items.append({kind: {"_id": head["_id"], **self._write(params, head, document)}})
        if params.get("refresh") == "wait_for":
            for index in self.indexes.values():
                index.refresh()
        return 200, {"errors": any("error" in one for item in items for one in item.values()), "items": items}  # fmt: skip

    def _write(self, params: dict[str, str], head: Json, document: Json | None) -> Json:
        if head["_index"] not in self.aliases:
            if params.get("require_alias") == "true":
                return error(404, "index_not_found_exception")
            return {"status": 201, "result": "created"}  # and the index by the way
        if head["version_type"] != "external_gte":
            return error(400, "this stand-in knows no other versions")
        return self._index(head["_index"]).write(head["_id"], head["version"], document)


_FAULTS: dict[str, Answer] = {
    "not all shards": (200, {"timed_out": False, "_shards": {"failed": 1}, "hits": {"hits": [], "total": {"value": 0}}}),
    "out of time": (200, {"timed_out": True, "_shards": {"failed": 0}, "hits": {"hits": [], "total": {"value": 0}}}),
    "nonsense": (200, {"hello": "world"}),
    "a list": (200, ["hello"]),
    "no JSON": (200, None),
}  # fmt: skip


@contextmanager
def serve(stand_in: StandIn) -> Iterator[StandIn]:
    """Serve it on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits for the ACK of its headers

        def _serve(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = gzip.decompress(sent) if self.headers.get("Content-Encoding") == "gzip" else sent
            params = {name: values[0] for name, values in parse_qs(url.query).items()}
            stand_in.requests.append(
                (self.command, url.path, self.headers.get("Authorization", ""))
            )
            fault = stand_in.faults.pop(0) if stand_in.faults else ""
            if fault in ("reset", "hang"):
                if fault == "hang":
                    stand_in.released.wait(30)
                self.close_connection = True
                return
            status, told = _faulty(fault) or stand_in.answer(self.command, url.path, params, body)
            self._send(status, told)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815

        def _send(self, status: int, told: Any) -> None:
            content = b"<html>" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        stand_in.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _faulty(fault: str) -> Answer | None:
    if not fault or fault in _FAULTS:
        return _FAULTS.get(fault)
    return int(fault), error(int(fault), "fault")
