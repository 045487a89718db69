"""Redis at an address of ours: one server, or whichever of several its sentinels call the primary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel

_PORT = 26379
_TLS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
_SENTINEL = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is written as `sentinel://user:password@host:port,host:port/name/number?sentinel_password=…`.

    `sentinels://` is the same with TLS, to the servers as to those that watch them.
    """

    sentinels: tuple[tuple[str, int], ...]
    name: str
    number: int
    username: str
    password: str
    sentinel_password: str
    said_of_tls: tuple[tuple[str, str], ...]

    @property
    def tls(self) -> dict[str, Any]:
        """What each connection is told of TLS; nothing where it is plain."""
        return dict(self.said_of_tls)

    @property
    def of_sentinels(self) -> dict[str, Any]:
        """How they are asked: those that are away are not waited for, there are others."""
        return {
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            "password": self.sentinel_password or None,
            "retry": Retry(NoBackoff(), 0),
            "ssl": bool(self.tls),
            **self.tls,
        }


def watched(url: str) -> Watched | None:
    """Return what an address with sentinels says, None of another one; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"sentinel", "sentinels"}:
        return None
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    name, _, number = parts.path.strip("/").partition("/")
    found = [_SENTINEL.fullmatch(host) for host in hosts.split(",")]
    if not name or not all(found):
        message = "it lacks the name of the primary, or a sentinel has no host"
        raise ValueError(message)
    query = dict(parse_qsl(parts.query))
    return Watched(
        sentinels=tuple((one[1].strip("[]"), int(one[2] or _PORT)) for one in found if one),
        name=unquote(name),
        number=int(number or 0),
        username=unquote(username),
        password=unquote(password),
        sentinel_password=query.pop("sentinel_password", ""),
        said_of_tls=_said_of_tls(query, is_meant=parts.scheme == "sentinels"),
    )


def _said_of_tls(query: dict[str, str], *, is_meant: bool) -> tuple[tuple[str, str], ...]:
    if unknown := sorted(query.keys() - (_TLS if is_meant else set())):
        message = f"{', '.join(unknown)} is not known there (with TLS it begins with sentinels://)"
        raise ValueError(message)
    # Never empty: Celery takes that for a plain connection.
    return (("ssl_cert_reqs", "required"), *query.items()) if is_meant else ()


def connect(url: str, **options: Any) -> Redis:
    """Return a client, which opens nothing yet."""
    where = watched(url)
    if where is None:
        return Redis.from_url(url, **options)
    # Tried once more: by then the connection asks the sentinels who the primary is.
    given = {"retry": Retry(NoBackoff(), 1), **options}
    found: Redis = _sentinels(where).master_for(  # type: ignore[no-untyped-call]
        where.name,
        db=where.number,
        username=where.username or None,
        password=where.password or None,
        ssl=bool(where.tls),
        **where.tls,
        **given,
    )
    return found


def connect_briefly() -> Redis:
    """Return a client for one question, for which nobody waits longer than a second."""
    return connect(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


class _Sentinels(Sentinel):
    """redis-py's, whose complaint tells all settings of each connection, and not why it failed."""

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return where the primary is; else say in a line why nobody knows."""
        try:
            found: tuple[str, int] = super().discover_master(service_name)  # type: ignore[no-untyped-call]
        except MasterNotFoundError:
            message = f"no sentinel names a primary {service_name}: {self._first_trouble()}"
            raise MasterNotFoundError(message) from None
        return found

    def _first_trouble(self) -> str:
        for sentinel in self.sentinels:
            try:
                sentinel.ping()
            except RedisError as error:
                return str(error)
        return "they answer, but know none of that name that is up"


@lru_cache(maxsize=4)
def _sentinels(where: Watched) -> Sentinel:
    return _Sentinels(list(where.sentinels), sentinel_kwargs=where.of_sentinels)  # type: ignore[no-untyped-call]
