"""Which addresses are of the Internet, and which are inside; there are many spellings (F17, case 35)."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

# What `is_global` of some Python versions lets through: NAT64, 6to4, Teredo, mapped, benchmarks.
_NEVER = [
    ip_network(text)
    for text in (
        "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fc00::/7",
        "fec0::/10",
    )
]  # fmt: skip


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the Internet, or to a private network that settings allow."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    if is_listed(address):
        return True
    forbidden = address.is_multicast or any(address in network for network in _NEVER)
    return address.is_global and not forbidden


def is_listed(address: IPv4Address | IPv6Address) -> bool:
    """Whether the operator lets requests of ours go there, wherever it is."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in settings.OUTGOING_NETWORKS)


def is_inner(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is not of the Internet: where plain http can be the operator's own choice."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if is_listed(plain):
        return True
    is_odd = plain.is_multicast or plain.is_link_local  # where clouds keep their machines' secrets
    return not (is_odd or plain.is_global)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that is written there, in whatever way resolvers read it; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ip_address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433, 0177.0.0.1
    except OSError:
        return None
