"""Another index on this machine, which answers what it is told to: slowly, hugely, rudely."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class OtherIndex:
    """What it answers, and what it was asked."""

    url: str = ""
    status: int = 200
    location: str = ""
    body: bytes = b'{"results": []}'
    drips: bool = False
    hangs: bool = False
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def knows(self, *results: Any) -> None:
        """Answer these results."""
        self.body = json.dumps({"results": list(results)}).encode()

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.asked]


@contextmanager
def running_index() -> Iterator[OtherIndex]:
    """Have one."""
    index = OtherIndex()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            index.asked.append((self.path, headers))
            if index.hangs:
                index.released.wait(30)
            self.send_response(index.status)
            if index.location:
                self.send_header("Location", index.location)
            self.send_header("Content-Length", str(len(index.body)))
            self.end_headers()
            pieces = [bytes([byte]) for byte in index.body] if index.drips else [index.body]
            with contextlib.suppress(OSError):  # whoever asked has had enough
                for piece in pieces:
                    self.wfile.write(piece)
                    if index.drips and index.released.wait(0.05):
                        return

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        index.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
