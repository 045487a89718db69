"""Traces: none and nothing loaded without a collector; with one, spans without names and values."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse

import pytest
from celery import shared_task
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.backends.signals import connection_created
from django.test import override_settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accounts.models import User
from config import spans, tracing
from config.lanes import Lanes
from tests.conftest import World
from tests.factories import SERVICE

ROOT = Path(__file__).resolve().parents[2]
_BEGUN = """
import io, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
import tests.settings
django.setup()
from django.core.wsgi import get_wsgi_application
from config import tracing
tracing.begin_web(print)  # as twice in one process
application = tracing.begin_web(get_wsgi_application())
asked = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "SERVER_NAME": "index.test", "SERVER_PORT": "80",
    "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
}
application(asked, lambda status, headers: print(status))
"""
_WITHOUT_THE_PACKAGES = """
import sys
sys.modules["opentelemetry"] = None  # as where it is not installed
"""


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Keep spans here, and follow tasks and statements for this test."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(spans, "_tracer", lambda: provider.get_tracer("tests"))
    spans.listen()
    spans._watch_connection(connection)
    yield kept
    connection.execute_wrappers.remove(spans._timed)
    connection_created.disconnect(spans._watch_connection)
    before_task_publish.disconnect(spans._send_context)
    task_prerun.disconnect(spans._begin_task)
    task_postrun.disconnect(spans._end_task)


class Collector(ThreadingHTTPServer):
    """Takes whatever it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.received: list[tuple[str, bytes]] = []


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on this machine."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(path: str, **environ: Any) -> None:
    """Ask the traced application."""
    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "REMOTE_ADDR": "10.0.0.9",
        "SERVER_NAME": "index.test",
        "SERVER_PORT": "80",
        "HTTP_HOST": "index.test",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }

    def start_response(_status: str, _headers: list[tuple[str, str]]) -> None:
        pass

    request_started.disconnect(close_old_connections)  # the test's own one, as Django's client does
    try:
        with override_settings(MIDDLEWARE=["config.spans.name_span", *settings.MIDDLEWARE]):
            traced = spans.Traced(Lanes(WSGIHandler()))
            b"".join(traced(asked, cast(StartResponse, start_response)))
    finally:
        request_started.connect(close_old_connections)


def served(exporter: InMemorySpanExporter) -> ReadableSpan:
    """The span of the request, which ends last."""
    return exporter.get_finished_spans()[-1]


def run(program: str, **settings: str) -> str:
    """What a process of its own says, in which requests are traced or not."""
    kept = {name: value for name, value in os.environ.items() if name[:8] != "WAYBILL_"}
    kept["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1"
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout + said.stderr


def test_without_a_collector_none_of_the_packages_is_needed() -> None:
    assert run(_WITHOUT_THE_PACKAGES + _BEGUN) == "200 OK\n"


def test_without_a_collector_the_application_is_the_same() -> None:
    application = Lanes(WSGIHandler())
    assert tracing.begin_web(application) is application


def test_a_request_is_a_span_under_its_pattern_with_its_statements(
    world: World, exporter: InMemorySpanExporter
) -> None:
    ask("/r/alice/pub")
    span = served(exporter)
    assert span.name == "GET r/<repository:name>"
    attributes = dict(span.attributes or {})
    assert attributes["http.response.status_code"] == 200
    assert len(str(attributes["waybill.request"])) == 32
    statements = exporter.get_finished_spans()[:-1]
    assert {one.context.trace_id for one in statements} == {span.context.trace_id}
    assert "alice" not in "".join(one.to_json() for one in exporter.get_finished_spans())


@pytest.mark.parametrize(
    ("path", "name"),
    [("/token", "GET /token"), ("/events/east", "GET /events/"), ("/nothing/here", "GET")],
)
def test_a_lane_has_its_own_name_and_an_unknown_address_none(
    world: World, exporter: InMemorySpanExporter, path: str, name: str
) -> None:
    ask(path, QUERY_STRING=f"service={SERVICE}")
    assert served(exporter).name.startswith(name)
    assert "east" not in served(exporter).name


def test_a_failed_statement_tells_its_kind_of_error_and_no_value(
    exporter: InMemorySpanExporter, db: None
) -> None:
    values = {"username": "umbra-secret"}
    User.objects.create(email="1@x.test", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="2@x.test", **values)
    failed = [one for one in exporter.get_finished_spans() if not one.status.is_unset]
    assert [dict(one.attributes or {})["error.type"] for one in failed] == ["IntegrityError"]
    assert "umbra-secret" not in "".join(one.to_json() for one in exporter.get_finished_spans())


def test_a_method_that_nobody_knows_names_no_span(
    world: World, exporter: InMemorySpanExporter
) -> None:
    ask("/r/alice/pub", REQUEST_METHOD="UMBRA")
    assert served(exporter).name == "HTTP r/<repository:name>"


def test_spans_reach_the_collector(collector: Collector) -> None:
    assert run(_BEGUN, WAYBILL_OTLP_URL=collector.url) == "200 OK\n"
    [(path, body)] = collector.received
    assert path == "/v1/traces"
    [sent] = ExportTraceServiceRequest.FromString(body).resource_spans
    assert [span.name for span in sent.scope_spans[0].spans] == ["GET healthz"]


def test_a_collector_that_is_away_stops_no_request() -> None:
    assert run(_BEGUN, WAYBILL_OTLP_URL="http://127.0.0.1:9").startswith("200 OK\n")


def test_without_the_packages_the_setting_says_what_to_install() -> None:
    said = run(_WITHOUT_THE_PACKAGES + _BEGUN, WAYBILL_OTLP_URL="http://127.0.0.1:9")
    assert "pip install -r requirements-tracing.txt" in said


def test_nobody_chooses_the_trace(world: World, exporter: InMemorySpanExporter) -> None:
    ask("/healthz", HTTP_TRACEPARENT=f"00-{'a' * 32}-{'b' * 16}-01")
    assert served(exporter).parent is None


@shared_task
def _nothing() -> None:
    """A task."""


def test_a_task_is_in_the_trace_of_who_wanted_it(exporter: InMemorySpanExporter, db: None) -> None:
    headers: dict[str, Any] = {}
    with spans._tracer().start_as_current_span("request") as wanted:
        before_task_publish.send(sender="x", headers=headers)
    task = _nothing
    task.push_request(**headers)
    task_prerun.send(sender=task, task_id="1", task=task)
    task_postrun.send(sender=task, task_id="1", task=task, state="FAILURE")
    task.pop_request()
    span = served(exporter)
    assert span.parent is not None
    assert span.parent.span_id == wanted.get_span_context().span_id
    assert not span.status.is_ok
