"""Ask name servers for TXT records: the only place that does."""

from __future__ import annotations

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings

_LIFETIME = 5.0  # seconds for the whole question
_TIMEOUT = 2.0  # for one server
_PORT = 53


class NoAnswer(Exception):
    """No name server said anything to the point: neither that there is a record nor that not."""


def txt_records(name: str) -> list[str]:
    """Return the TXT records of a name, none if it has none. Raises NoAnswer."""
    try:
        answer = _resolver().resolve(dns.name.from_text(name), "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        message = f"name servers did not answer for {name}: {type(error).__name__}"
        raise NoAnswer(message) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _resolver() -> dns.resolver.Resolver:
    servers: list[str] = settings.DNS_SERVERS
    try:
        resolver = dns.resolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration as error:
        message = "this machine knows no name server: set WAYBILL_DNS_SERVERS"
        raise NoAnswer(message) from error
    if servers:
        resolver.nameservers = [_server(text) for text in servers]
    resolver.lifetime, resolver.timeout = _LIFETIME, _TIMEOUT
    return resolver


def _server(text: str) -> dns.nameserver.Nameserver:
    """Return a server written as ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT."""
    address, _, port = text.rpartition(":")
    if text.count(":") == 1 or (address.startswith("[") and address.endswith("]")):
        return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
    return dns.nameserver.Do53Nameserver(text.strip("[]"), _PORT)
