"""Where everything is kept, and by which ways it is reached."""

from __future__ import annotations

from typing import Any

from config.env import env_number
from config.env_databases import env_database, env_pool, env_replicas

_replicas = env_replicas("WAYBILL_DATABASE_REPLICA_URLS")
REPLICAS: list[str] = list(_replicas)  # for accounts.replicas alone
REPLICA_SECONDS = env_number("WAYBILL_DATABASE_REPLICA_SECONDS", 5)
# App servers go to the pooler instead, where there is one: config/wsgi.py.
DATABASES: dict[str, dict[str, Any]] = {
    "default": env_database("WAYBILL_DATABASE_URL"),
    **env_pool("WAYBILL_DATABASE_POOL_URL"),
    **_replicas,
}
# Without it what was read from a replica would be asked, and written, there.
DATABASE_ROUTERS = ["config.database_router.PrimaryUnlessTold"] if _replicas else []
