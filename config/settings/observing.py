"""How one looks at what runs: metrics, logs, traces."""

from __future__ import annotations

from importlib import import_module

from django.core.exceptions import ImproperlyConfigured

from config.env import env_address, env_choice, env_number, env_optional_secret

# Who shows it reads /metrics from elsewhere than this machine.
METRICS_TOKEN = env_optional_secret("WAYBILL_METRICS_TOKEN")
LOG_FORMAT = env_choice("WAYBILL_LOG_FORMAT", ("line", "json"))
SLOW_STATEMENT_MS = env_number("WAYBILL_SLOW_STATEMENT_MS", 1000, least=0)  # 0: none is slow
# A collector of OpenTelemetry, without /v1/traces; empty: nothing is traced, and nothing of it loaded.
OTLP_URL = env_address("WAYBILL_OTLP_URL")
if OTLP_URL:
    try:
        import_module("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError as error:
        message = "WAYBILL_OTLP_URL needs OpenTelemetry: pip install -r requirements-tracing.txt"
        raise ImproperlyConfigured(message) from error
