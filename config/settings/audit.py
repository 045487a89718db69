"""How long the audit is kept, and where it is sent on to."""

from __future__ import annotations

from config.env import env_collector, env_days, env_password, env_text

AUDIT_DAYS: int | None = env_days("WAYBILL_AUDIT_DAYS")  # nothing: for ever
AUDIT_SYSLOG: str = env_collector("WAYBILL_AUDIT_SYSLOG", ("tcp", "tls", "udp", "unix"))
AUDIT_HTTP_URL: str = env_collector("WAYBILL_AUDIT_HTTP_URL", ("http", "https"))
AUDIT_HTTP_TOKEN: str = env_password("WAYBILL_AUDIT_HTTP_TOKEN")
AUDIT_CA_FILE: str = env_text("WAYBILL_AUDIT_CA_FILE", "")
