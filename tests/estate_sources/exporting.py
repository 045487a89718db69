"""Other products' APIs, as their descriptions say, and the recipes of docs that ask them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from launcher.layout import CHECKOUT
from tests.estate_sources.reading import SAMPLES
from tests.tools import tool

_PAGING = {"page", "page_size", "limit", "next_page"}
_QUAYS_PAGE = 2


class Api:
    """What an API answers, by path; `broken` is a path where it fails."""

    def __init__(self, product: str) -> None:
        """Read the sample."""
        self.answers: dict[str, Any] = (
            dict(_hubs_answers())
            if product == "hub"
            else json.loads((SAMPLES / f"{product}-api.json").read_text())
        )
        self.asked: list[str] = []
        self.broken = ""
        self.counts: dict[str, int] = {}  # where it counts otherwise than it lists

    def answer(self, target: str) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and JSON."""
        path, query = _read(target)
        self.asked.append(path)
        if f"{path} {query.get('page')}" in self.answers:
            path += f" {query['page']}"
        if path == self.broken or path not in self.answers:
            return 500, {}, {"errors": []}
        found = self.answers[path]
        if isinstance(found, str):  # one answer of Docker Hub's for each page
            return 200, {}, found
        if isinstance(found, list):  # Harbor's
            size, page = int(query["page_size"]), int(query["page"])
            counted = {"X-Total-Count": str(self.counts.get(path, len(found)))}
            return 200, counted, found[(page - 1) * size : page * size] or None
        [name, *_], [values, *_] = found, found.values()
        if name not in {"users", "organizations", "repositories"}:
            return 200, {}, found
        start = int(query.get("next_page") or 0)
        answer = {name: values[start : start + _QUAYS_PAGE]}
        more = {"next_page": str(start + _QUAYS_PAGE)} if values[start + _QUAYS_PAGE :] else {}
        return 200, {}, answer | more

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve it on this machine; give the address."""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, found = api.answer(self.path)
                if not self.headers["Authorization"]:
                    status, found = 401, {}
                self._say(status, headers, found if isinstance(found, str) else json.dumps(found))

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                known = self.path == "/v2/auth/token" and json.loads(sent)["secret"] == "wonderland"
                self._say(
                    200 if known else 401, {}, json.dumps({"access_token": "for ten minutes"})
                )

            def _say(self, status: int, headers: dict[str, str], text: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


def _hubs_answers() -> Iterator[tuple[str, str]]:
    """Yield what Docker Hub says where: its sample is what the recipe has to write."""
    folder = SAMPLES / "hub"
    for page in ("1", "2"):
        found = (folder / f"repositories-{page}.json").read_text()
        yield f"namespaces/acme/repositories {page}", found
        for one in json.loads(found)["results"]:
            about = (folder / f"repository-{one['name']}.json").read_text()
            yield f"namespaces/acme/repositories/{one['name']}", about
    yield "orgs/acme/groups 1", (folder / "groups-1.json").read_text()
    yield "orgs/acme/members/export", (folder / "members.csv").read_text()


def export(product: str, api: Api, folder: Path) -> bool:
    """Run the recipe of docs/operations/moving-in.md there; say whether it came to its end."""
    with api.serving() as url:
        script = re.sub(rf"https://{product}\.(example|docker)\.com", url, _recipe(product))
        (folder / "export.sh").write_text(script)
        (folder / "harbor.netrc").write_text("machine 127.0.0.1 login admin password wonderland\n")
        (folder / "hub.json").write_text('{"identifier": "alice", "secret": "wonderland"}')
        (folder / "quay.curl").write_text('header = "Authorization: Bearer wonderland"\n')
        path = os.pathsep.join({str(Path(tool(name)).parent) for name in ("curl", "jq")})
        ran = subprocess.run(
            ["/bin/sh", "export.sh"], cwd=folder, env={"PATH": f"{path}:/usr/bin:/bin"},
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    return ran.returncode == 0


def _recipe(product: str) -> str:
    page = (CHECKOUT / "docs" / "operations" / "moving-in.md").read_text()
    [found] = re.findall(rf"`export-{product}\.sh` is:\n\n((?:    .*\n|\n)+)", page)
    return re.sub(r"^    ", "", found, flags=re.MULTILINE)


def _read(target: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    about = "&".join(f"{name}={value}" for name, value in query.items() if name not in _PAGING)
    path = re.sub(r"^(/api)?/v[^/]+/", "", parts.path)
    return f"{path}?{about}" if about else path, query
