"""Whether there are traces: nothing of OpenTelemetry is loaded where no collector is configured."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from django.conf import settings


def begin() -> None:
    """Send spans from this process; once, before its first request or task."""
    if settings.OTLP_URL:
        from config import spans  # wants packages that only those have who trace

        spans.begin()


def begin_web(application: WSGIApplication) -> WSGIApplication:
    """Begin, and return the application with a span around each request."""
    begin()
    if not settings.OTLP_URL:
        return application
    from config import spans

    return spans.Traced(application)
