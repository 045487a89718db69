"""What is counted while requests and tasks are answered, for `/metrics`: one table of every count.

Adding one is a look into a dictionary of this process. Every few seconds a thread adds what came
together to a hash in Redis, so that any process of any host can tell the sums of all of them, and no
sum falls when a process ends. What a killed process had not handed over is lost: seconds of it.
"""

from __future__ import annotations

import json
import logging
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from redis import Redis
from redis.exceptions import RedisError

from accounts.background import keep_doing
from accounts.redis_client import connect_briefly

log = logging.getLogger(__name__)
_KEY = "waybill-metrics"
_EVERY = 5.0  # seconds; Prometheus asks less often
SUM = "sum"

# Name of a metric, values of its labels, and of a histogram the bucket.
Field = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that only grows. Labels are few and ours: never a name that people have chosen."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    known: ClassVar[dict[str, Counter]] = {}

    def __post_init__(self) -> None:
        """Enter it into the table."""
        self.known[self.name] = self

    def add(self, *labels: str, by: float = 1) -> None:
        """Count."""
        _Pending.add((self.name, labels, ""), by)


@dataclass(frozen=True, slots=True)
class Timer:
    """How long something took: how often within each of these seconds, and all of them together."""

    name: str
    help: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]
    buckets: tuple[str, ...] = field(init=False)
    known: ClassVar[dict[str, Timer]] = {}

    def __post_init__(self) -> None:
        """Enter it into the table."""
        object.__setattr__(self, "buckets", (*map(str, self.bounds), "+Inf"))
        self.known[self.name] = self

    def observe(self, seconds: float, *labels: str) -> None:
        """Count one of so many seconds."""
        bucket = self.buckets[bisect_left(self.bounds, seconds)]
        _Pending.add((self.name, labels, bucket), 1, (self.name, labels, SUM), seconds)


class _Pending:
    """What this process has not handed over yet."""

    lock = threading.Lock()
    counts: ClassVar[dict[Field, float]] = defaultdict(float)

    @classmethod
    def add(cls, key: Field, by: float, other: Field | None = None, by_other: float = 0.0) -> None:
        with cls.lock:
            cls.counts[key] += by
            if other is not None:
                cls.counts[other] += by_other

    @classmethod
    def take(cls) -> dict[Field, float]:
        with cls.lock:
            taken, cls.counts = cls.counts, defaultdict(float)
        return taken

    @classmethod
    def give_back(cls, counts: Mapping[Field, float]) -> None:
        with cls.lock:
            for key, value in counts.items():
                cls.counts[key] += value


_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_PAGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_WORK = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

REQUESTS = Counter(
    "waybill_http_requests_total",
    "Requests that Django answered, by pattern of the address.",
    ("route", "method", "status"),
)
REQUEST_SECONDS = Timer(
    "waybill_http_request_seconds", "How long Django needed for them.", ("route",), _PAGES
)
TOKENS = Counter(
    "waybill_token_requests_total", "Requests to /token, by what became of them.", ("outcome",)
)
TOKEN_SECONDS = Timer("waybill_token_request_seconds", "How long /token needed.", (), _FAST)
ROUTES = Counter(
    "waybill_route_lookups_total", "Questions of the gateway, by what it was told.", ("outcome",)
)
ROUTE_SECONDS = Timer("waybill_route_lookup_seconds", "How long the gateway waited.", (), _FAST)
EVENTS_RECEIVED = Counter(
    "waybill_notifications_received_total", "Notifications of registries.", ("outcome",)
)
EVENTS_APPLIED = Counter(
    "waybill_notifications_applied_total", "Notifications that were applied to the database."
)
EVENTS_SET_ASIDE = Counter(
    "waybill_notifications_quarantined_total", "Notifications that could not be read or applied."
)
LOGIN_FAILURES = Counter(
    "waybill_login_failures_total", "Passwords and codes that were refused, and why.", ("reason",)
)
MAILS = Counter("waybill_mails_total", "Mails handed to the mail server.", ("outcome",))
SLOW_STATEMENTS = Counter(
    "waybill_slow_statements_total", "Statements that took longer than WAYBILL_SLOW_STATEMENT_MS."
)
TASKS = Counter(
    "waybill_tasks_total", "Background tasks, by name and what became of them.", ("task", "outcome")
)
TASK_SECONDS = Timer("waybill_task_seconds", "How long background tasks took.", ("task",), _WORK)


def keep_writing() -> None:
    """Hand over what is counted, until this process ends; once in each process."""
    keep_doing(hand_over, every=_EVERY, name="metrics")


def hand_over() -> None:
    """Add what came together to the sums; kept here while Redis is away."""
    try:
        with connect_briefly() as redis:
            redis.ping()  # so that nothing is taken in vain while it is away
            _send(redis)
    except RedisError as error:
        log.debug("metrics are kept in this process: %s", error)  # the cache says it aloud


def _send(redis: Redis) -> None:
    taken = _Pending.take()
    try:
        with redis.pipeline(transaction=True) as together:
            for key, value in taken.items():
                together.hincrbyfloat(_KEY, json.dumps(key), value)
            together.execute()
    except RedisError:
        _Pending.give_back(taken)
        raise


def totals() -> dict[Field, float]:
    """Return the sums of all processes, with what this one has counted since."""
    with _Pending.lock:
        found = defaultdict(float, _Pending.counts)
    try:
        with connect_briefly() as redis:
            kept = redis.hgetall(_KEY)
    except RedisError:
        return found
    for key, value in kept.items():
        name, labels, bucket = json.loads(key)
        found[(name, tuple(labels), bucket)] += float(value)
    return found
