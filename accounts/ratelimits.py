"""Count what is limited; every limit stands in accounts.limits."""

from __future__ import annotations

import hashlib
import ipaddress
import json

from django.core.cache import cache

from accounts.errors import LimitReached, TooManyAttempts
from accounts.limits import *  # noqa: F403 - the table is one module with this one to callers
from accounts.limits import Limit


def network_of(address: str) -> str:
    """Return the /24 or /64 an address is in, IPv4 in IPv6 clothes alike; an unreadable address is
    a network of its own.
    """
    try:
        found = ipaddress.ip_address(address)
        plain = getattr(found, "ipv4_mapped", None) or found
        prefix = 24 if plain.version == 4 else 64
        return str(ipaddress.ip_network(f"{plain}/{prefix}", strict=False))
    except ValueError:
        return address


def refuse_above(limit: Limit, *key: str) -> None:
    """Raise TooManyAttempts when the limit is used up."""
    if int(cache.get(_cache_key(limit, key), 0)) >= limit.events:
        raise TooManyAttempts(limit.seconds)


def spend(limit: Limit, *key: str, what: str) -> None:
    """Count one event, or raise LimitReached; `what` names the events in the sentence."""
    try:
        refuse_above(limit, *key)
    except TooManyAttempts as error:
        sentence = f"Too many {what} lately. Try again later."
        raise LimitReached(sentence, error.retry_after) from error
    count(limit, *key)


def count(limit: Limit, *key: str) -> int:
    """Count one event, and return how many there were; the window starts with its first."""
    cache_key = _cache_key(limit, key)
    if not cache.add(cache_key, 1, limit.seconds):
        try:
            return int(cache.incr(cache_key))
        except ValueError:  # the window ended between the two calls
            cache.set(cache_key, 1, limit.seconds)
    return 1


def _cache_key(limit: Limit, key: tuple[str, ...]) -> str:
    return f"{limit.name}:{hashlib.sha256(json.dumps(key).encode()).hexdigest()}"
