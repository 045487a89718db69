"""How many images may be pulled; index/pull_limits.py counts."""

from __future__ import annotations

from config.env import env_limit, env_networks_and_names

PULL_LIMIT_ANONYMOUS = env_limit("WAYBILL_PULL_LIMIT_ANONYMOUS")
PULL_LIMIT_ACCOUNT = env_limit("WAYBILL_PULL_LIMIT_ACCOUNT")
PULL_LIMIT_EXEMPT_NETWORKS, PULL_LIMIT_EXEMPT_NAMES = env_networks_and_names(
    "WAYBILL_PULL_LIMIT_EXEMPT"
)
