"""Readers of the addresses of databases: the server, a pooler before it, replicas, and Redis."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.redis_client import watched
from config.env import env_list, env_text

_POSTGRESQL = "django.db.backends.postgresql"
# What libpq is told; anything else in an address would be no more than a hope.
_TLS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey"})
_KNOWN = frozenset({"host", "port", "user"}) | _TLS


def env_database(name: str) -> dict[str, Any]:
    """Read `sqlite:///path` or `postgresql://user:password@host:port/name?host=…` for DATABASES."""
    return _database(name, env_text(name))


def _database(name: str, address: str) -> dict[str, Any]:
    url = urlsplit(address)
    if url.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.path[1:]) or ":memory:",
            "CONN_MAX_AGE": None,  # opening costs a third of a token (2.9 against 1.9 ms CPU)
            # Without IMMEDIATE a write after a read fails at once with "database is locked"
            # (227 of 400 writes measured); WAL lets readers go on meanwhile.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if url.scheme == "postgresql":
        return _postgresql(name, url)
    message = f"{name} must start with sqlite:/// or postgresql://."
    raise ImproperlyConfigured(message)


def _postgresql(name: str, url: SplitResult) -> dict[str, Any]:
    query = dict(parse_qsl(url.query))
    if unknown := sorted(query.keys() - _KNOWN):
        message = f"{name} says {', '.join(unknown)}, but only {', '.join(sorted(_KNOWN))} are known there."
        raise ImproperlyConfigured(message)
    return {
        "ENGINE": _POSTGRESQL,
        "NAME": unquote(url.path[1:]),
        "USER": query.get("user") or unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": str(url.port or query.get("port", "")),
        # A connection per request costs 7 to 12 ms (measured).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,  # seconds: whoever waits is told to come again
            # Compiled, a search of one's own among five millions took 13 ms of which 12 went into that.
            "options": "-c lock_timeout=5000 -c statement_timeout=15000"
            " -c plan_cache_mode=force_generic_plan -c jit=off",
            # For the statements of accounts.statements alone: planning one anew takes longer
            # than running it. Querysets are never prepared (client-side cursors).
            "prepare_threshold": 5,
            **{key: query[key] for key in _TLS & query.keys()},
        },
    }


def env_pool(name: str) -> dict[str, dict[str, Any]]:
    """Read the address of a pooler that gives connections for a transaction; nothing without one.

    What belongs to a session is not there: settings sent at its start, prepared statements, cursors.
    """
    if not env_text(name, ""):
        return {}
    pool = env_database(name)
    if pool["ENGINE"] != _POSTGRESQL:
        message = f"{name} must start with postgresql://."
        raise ImproperlyConfigured(message)
    del pool["OPTIONS"]["options"], pool["OPTIONS"]["prepare_threshold"]
    return {"pool": pool | {"DISABLE_SERVER_SIDE_CURSORS": True}}


def env_replicas(name: str) -> dict[str, dict[str, Any]]:
    """Read the addresses of replicas, separated by commas; nothing without one."""
    found: dict[str, dict[str, Any]] = {}
    for number, address in enumerate(env_list(name), 1):
        replica = _database(name, address)
        if replica["ENGINE"] != _POSTGRESQL:
            message = f"{name} must list addresses that start with postgresql://."
            raise ImproperlyConfigured(message)
        # Short: the primary is asked next, and somebody waits.
        replica["OPTIONS"] |= {
            "connect_timeout": 1,
            "options": f"{replica['OPTIONS']['options']} -c statement_timeout=5000",
        }
        found[f"replica{number}"] = replica
    return found


def env_redis(name: str) -> tuple[str, dict[str, Any]]:
    """Read the address of Redis; return it for us, and what Celery is told of it as its broker."""
    url = env_text(name)
    try:
        where = watched(url)
    except ValueError as error:
        message = f"{name} must be as sentinel://:password@one,two:26379/primary/0: {error}."
        raise ImproperlyConfigured(message) from error
    if where is None:
        return url, {"url": url.replace("unix://", "redis+socket://"), "ssl": None, "options": {}}
    login = f"{quote(where.username, safe='')}:{quote(where.password, safe='')}"
    credentials = f"{login}@" if where.password else ""
    nodes = [
        f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in where.sentinels
    ]
    return url, {
        "url": ";".join(f"sentinel://{credentials}{node}/{where.number}" for node in nodes),
        "ssl": where.tls or None,
        "options": {"master_name": where.name, "sentinel_kwargs": where.of_sentinels},
    }
