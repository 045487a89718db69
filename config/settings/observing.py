"""How one looks at what runs: metrics, logs, traces."""

from __future__ import annotations

from config.env import env_optional_secret

# Who shows it reads /metrics from elsewhere than this machine.
METRICS_TOKEN = env_optional_secret("WAYBILL_METRICS_TOKEN")
