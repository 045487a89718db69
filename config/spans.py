"""Spans of requests, statements and tasks, for OpenTelemetry; loaded only where `config.tracing` begins.

Attributes are patterns, numbers and statements as written: no address, name or value, and no words of
exceptions, in which databases repeat values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from contextvars import Token
from functools import cache
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponseBase
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from config.lanes import DOORS
from config.metrics import door as metrics_door
from config.middleware import Handler
from config.request_id import HEADER
from config.version import NUMBER
from index.events import lane as events

_LONGEST = 1_000  # characters of a statement
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PLAIN = frozenset({*DOORS, metrics_door.PATH})
_between_processes = TraceContextTextMapPropagator()
_running: dict[str, tuple[Span, Token[context.Context]]] = {}


@cache
def begin() -> None:
    """Send what this process does to the collector; once, however often it is asked."""
    resource = Resource.create({"service.name": "waybill", "service.version": NUMBER})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTLP_URL}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    listen()


def listen() -> None:
    """Follow tasks and statements from now on."""
    connection_created.connect(_watch_connection)
    before_task_publish.connect(_send_context)
    task_prerun.connect(_begin_task)
    task_postrun.connect(_end_task)


class Traced:
    """A WSGI application with a span around each request."""

    def __init__(self, application: WSGIApplication) -> None:
        """Stand in front of it."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; a body that comes in pieces is sent after the span."""
        name = _name(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        with _span(name, SpanKind.SERVER, context.Context()) as span:

            def noted(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                span.set_attribute("http.response.status_code", int(status[:3]))
                span.set_attribute("waybill.request", dict(headers).get(HEADER, ""))
                if status[:1] == "5":
                    span.set_status(StatusCode.ERROR)
                return start_response(status, headers, *rest)

            return self._application(environ, noted)


def _name(method: str, path: str) -> str:
    """Say what is asked: what stands in front of Django by its address, the rest by its method alone."""
    known = method if method in _METHODS else "HTTP"
    if path in _PLAIN:
        return f"{known} {path}"
    return f"{known} {events.PATH}" if path.startswith(events.PATH) else known


def name_span(get_response: Handler) -> Handler:
    """Call the span of a request of Django's by the pattern of its address."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if match := request.resolver_match:
            span = trace.get_current_span()
            span.update_name(f"{_name(request.method or '', '')} {match.route}")
            span.set_attribute("http.route", match.route)
        return response

    return middleware


def _tracer() -> trace.Tracer:
    return trace.get_tracer("waybill")


def _span(
    name: str, kind: SpanKind, parent: context.Context | None = None
) -> AbstractContextManager[Span]:
    return _tracer().start_as_current_span(
        name, parent, kind, record_exception=False, set_status_on_exception=False
    )


def _watch_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], *statement: Any) -> Any:
    """Stand in the row of Django's wrappers: the statement comes first, then its values."""
    sql = " ".join(str(statement[0]).split())[:_LONGEST]
    with _span(sql.partition(" ")[0], SpanKind.CLIENT) as span:
        span.set_attribute("db.query.text", sql)
        try:
            return execute(*statement)
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _send_context(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        _between_processes.inject(headers)


def _begin_task(task_id: str, task: Any, **_: Any) -> None:
    known = {"traceparent": task.request.get("traceparent") or ""}
    span = _tracer().start_span(
        task.name, _between_processes.extract(known), kind=SpanKind.CONSUMER
    )
    _running[task_id] = (span, context.attach(trace.set_span_in_context(span)))


def _end_task(task_id: str, state: str | None = None, **_: Any) -> None:
    if running := _running.pop(task_id, None):
        span, token = running
        if state == "FAILURE":
            span.set_status(StatusCode.ERROR)
        context.detach(token)
        span.end()
