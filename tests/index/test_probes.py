"""What a look at a registry finds, of a real one and of what pretends to be one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.models import Registry
from index.probing.findings import Check, Report, Verdict
from index.probing.probe import probe
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tokenauth.signing.certificates import certificate_pem, make_root

GOOD = {
    Check.REACHABLE, Check.REGISTRY, Check.CLOSED, Check.CHALLENGE, Check.TOKENS, Check.FOREIGN,
    Check.DELETES, Check.UPLOADS, Check.CLOCK,
}  # fmt: skip
CHALLENGE = 'Bearer realm="http://index.test/token",service="index.test"'


@pytest.fixture
def lone(world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    with running_registry(tmp_path, world.east) as lone:
        yield lone


def verdicts(report: Report) -> dict[Check, Verdict]:
    return {finding.check: finding.verdict for finding in report.findings}


def words(report: Report, check: Check) -> str:
    return next(finding.sentence for finding in report.findings if finding.check == check)


def configure(lone: LoneRegistry, old: str, new: str) -> None:
    """Start it again with another line of configuration."""
    path = lone.folder / "config.yml"
    text = path.read_text()
    assert old in text
    lone.stop()
    path.write_text(text.replace(old, new))
    lone.start()


@contextmanager
def pretender(
    registry: Registry, answers: dict[str, tuple[int, dict[str, str]]]
) -> Iterator[list[str]]:
    """Serve these answers by method, 401 with a challenge for what is not there; note what is asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            asked.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, headers = answers.get(self.command, (401, {"WWW-Authenticate": CHALLENGE}))
            self.send_response_only(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    registry.upstream_url = f"http://127.0.0.1:{server.server_address[1]}"
    registry.save()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_registry_that_is_configured_as_it_has_to_be_is_all_good(
    world: World, lone: LoneRegistry
) -> None:
    report = probe(world.east, write=True)
    assert verdicts(report) == dict.fromkeys(GOOD, Verdict.GOOD)
    assert report.wrote_at
    links = lone.storage / "repositories" / "waybill-probe" / "_layers"
    assert not list(links.rglob("link"))


def test_nothing_is_written_unless_it_is_asked_for(world: World, lone: LoneRegistry) -> None:
    report = probe(world.east, write=False)
    assert Check.UPLOADS not in verdicts(report)
    assert report.wrote_at is None
    assert not (lone.storage / "repositories").exists()


def test_another_service_is_found_and_ours_named(world: World, lone: LoneRegistry) -> None:
    configure(lone, "service: index.test", "service: other.test")
    report = probe(world.east, write=True)
    found = verdicts(report)
    assert (found[Check.CHALLENGE], found[Check.TOKENS]) == (Verdict.BAD, Verdict.BAD)
    assert "'other.test'" in words(report, Check.CHALLENGE)
    assert "Set auth.token.service to index.test" in words(report, Check.CHALLENGE)


def test_another_issuer_shows_in_refused_tokens(world: World, lone: LoneRegistry) -> None:
    configure(lone, "issuer: index.test", "issuer: other.test")
    report = probe(world.east, write=True)
    assert verdicts(report)[Check.TOKENS] == Verdict.BAD
    assert "issuer (index.test)" in words(report, Check.TOKENS)
    assert report.wrote_at is None


def test_another_root_shows_in_refused_tokens(world: World, lone: LoneRegistry) -> None:
    other = lone.folder / "other.pem"
    other.write_bytes(certificate_pem(make_root("other").certificate))
    text = (lone.folder / "config.yml").read_text()
    [line] = [line for line in text.splitlines() if "rootcertbundle" in line]
    configure(lone, line, f"    rootcertbundle: {other}")
    assert verdicts(probe(world.east, write=True))[Check.TOKENS] == Verdict.BAD


def test_deletion_that_is_off_is_a_warning(world: World, lone: LoneRegistry) -> None:
    configure(lone, "delete: {enabled: true}", "delete: {enabled: false}")
    report = probe(world.east, write=True)
    assert verdicts(report)[Check.DELETES] == Verdict.WARNING
    assert "storage.delete.enabled" in words(report, Check.DELETES)


def test_a_registry_that_is_read_only_is_a_warning(world: World, lone: LoneRegistry) -> None:
    read_only = "maintenance: {readonly: {enabled: true}}\n  delete: {enabled: true}"
    configure(lone, "delete: {enabled: true}", read_only)
    assert verdicts(probe(world.east, write=True))[Check.UPLOADS] == Verdict.WARNING


def test_absolute_locations_are_a_warning(world: World, lone: LoneRegistry) -> None:
    configure(lone, "relativeurls: true", "relativeurls: false")
    report = probe(world.east, write=True)
    assert verdicts(report)[Check.UPLOADS] == Verdict.WARNING
    assert "relativeurls" in words(report, Check.UPLOADS)


def test_a_stopped_registry_is_not_reachable(world: World, lone: LoneRegistry) -> None:
    lone.stop()
    report = probe(world.east, write=True)
    assert verdicts(report) == {Check.REACHABLE: Verdict.BAD}
    assert "Nothing answers" in words(report, Check.REACHABLE)


def test_an_open_registry_alarms(world: World) -> None:
    header = {"Docker-Distribution-Api-Version": "registry/2.0"}
    with pretender(world.east, {"GET": (200, header), "DELETE": (404, {})}):
        report = probe(world.east, write=False)
    assert verdicts(report)[Check.CLOSED] == Verdict.BAD
    assert verdicts(report)[Check.FOREIGN] == Verdict.BAD
    assert "everybody who reaches it reads and writes everything" in words(report, Check.CLOSED)


@pytest.mark.parametrize("status", [204, 301, 404, 500])
def test_what_is_no_registry_is_called_so(world: World, status: int) -> None:
    with pretender(world.east, {"GET": (status, {"Location": "http://127.0.0.1:1/"})}):
        assert verdicts(probe(world.east, write=True)) == {Check.REGISTRY: Verdict.BAD}


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0, Verdict.GOOD), (-45, Verdict.WARNING), (45, Verdict.WARNING), (300, Verdict.BAD)],
)
def test_a_clock_that_is_off_is_found(world: World, seconds: int, verdict: Verdict) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    answers = {"GET": (401, {"Date": date, "WWW-Authenticate": CHALLENGE})}
    with pretender(world.east, answers):
        report = probe(world.east, write=False)
    assert verdicts(report)[Check.CLOCK] == verdict


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.test/v2/elsewhere/blobs/uploads/1",
        "",
        "/v2/other/blobs/uploads/1",
        "//[",
        "/v2/waybill-probe/manifests/1",
    ],
)
def test_an_upload_is_continued_nowhere_but_here(world: World, location: str) -> None:
    with pretender(world.east, {"POST": (202, {"Location": location}), "PUT": (201, {})}) as asked:
        report = probe(world.east, write=True)
    assert "PUT" not in asked
    assert verdicts(report)[Check.UPLOADS] == Verdict.BAD
    assert report.wrote_at is None


@pytest.mark.parametrize(
    "challenge", ["Basic realm=x", "Bearer", "Bearer realm", "Bearer \xff=\xfe"]
)
def test_a_strange_challenge_is_a_finding(world: World, challenge: str) -> None:
    header = {"Docker-Distribution-Api-Version": "registry/2.0", "WWW-Authenticate": challenge}
    with pretender(world.east, {"GET": (401, header)}):
        assert verdicts(probe(world.east, write=False))[Check.CHALLENGE] == Verdict.BAD
