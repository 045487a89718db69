"""The queue, limits and what may be lost."""

from __future__ import annotations

from typing import Any

from config.env_databases import env_redis

REDIS_URL, _broker = env_redis("WAYBILL_REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "config.cache.RedisOrMemory",
        "LOCATION": [REDIS_URL],
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
CELERY_BROKER_URL: str = _broker["url"]
CELERY_BROKER_USE_SSL: dict[str, str] | None = _broker["ssl"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A server without its replicas, without memory or without disk answers with errors, also when it is asked for
# work: without this a worker ends. One that becomes a replica, or is killed, only cuts the line.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CONSUMER = "config.consumer:Consumer"  # a line that is cut ends no worker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # LOGGING holds in the worker too
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A publisher must not hang on a broker that is away: the outbox rows are swept by beat anyway.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 3,  # longer than the worker's blocking read of one second
    "max_retries": 1,
    **_broker["options"],
}
