"""Known weaknesses fail the check, accepted ones do not, and no network is said to be none."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from launcher import audit
from launcher.audit import NOT_ASKED
from launcher.layout import Layout
from launcher.ports import free_ports

Answering = Callable[..., list[Any]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two packages that are pinned."""
    (tmp_path / "requirements-dev.txt").write_text("django==5.2.1 \\\n    --hash=x\nnh3==0.3.0\n")
    return tmp_path


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    """Something that answers as OSV does; returns what it was asked."""
    servers: list[HTTPServer] = []

    def start(body: Any, status: int = 200) -> list[Any]:
        asked: list[Any] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(audit, "SERVICE", f"http://127.0.0.1:{server.server_port}/")
        return asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def run(checkout: Path) -> int:
    """Run the command."""
    return audit.audit(Layout(var=checkout / "var", checkout=checkout))


def test_names_and_versions_are_asked_and_nothing_else(
    checkout: Path, answering: Answering
) -> None:
    asked = answering({"results": [{}, {}]})
    assert run(checkout) == 0
    assert asked == [
        {
            "queries": [
                {"package": {"ecosystem": "PyPI", "name": "django"}, "version": "5.2.1"},
                {"package": {"ecosystem": "PyPI", "name": "nh3"}, "version": "0.3.0"},
            ]
        }
    ]


def test_a_known_weakness_fails_and_is_named(
    checkout: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering({"results": [{"vulns": [{"id": "PYSEC-1"}]}, {}]})
    assert run(checkout) == 1
    assert "django 5.2.1: PYSEC-1, see https://osv.dev/vulnerability/PYSEC-1" in (
        capsys.readouterr().out
    )


def test_one_that_was_accepted_with_a_reason_does_not(checkout: Path, answering: Answering) -> None:
    answering({"results": [{"vulns": [{"id": "PYSEC-1"}]}, {}]})
    (checkout / audit.ACCEPTED).write_text("PYSEC-1\n")
    assert run(checkout) == 1
    (checkout / audit.ACCEPTED).write_text("PYSEC-1  # only with MySQL\n")
    assert run(checkout) == 0


@pytest.mark.parametrize(("body", "status"), [({}, 200), ({"results": [{}]}, 200), ({}, 500)])
def test_an_answer_that_is_none_is_not_taken_for_good(
    checkout: Path, answering: Answering, body: Any, status: int
) -> None:
    answering(body, status)
    assert run(checkout) == NOT_ASKED


def test_without_a_network_nobody_was_asked_and_that_is_said(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "SERVICE", f"http://127.0.0.1:{free_ports(1)[0]}/")
    assert run(checkout) == NOT_ASKED
    assert "SKIP audit" in capsys.readouterr().out
