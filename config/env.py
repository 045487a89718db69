"""Typed readers of the environment; whatever cannot be read stops the start with a sentence."""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.limits import Limit
from config import in_force

_LONGEST_WINDOW = 31 * 86400
_TITLE = re.compile(r"[^\W_][\w .()&-]{0,39}")
# alice, acme, acme+ci; whatever has a dot, a colon or a slash is a network.
_ACCOUNT = re.compile(r"[a-z0-9-]+(?:\+[a-z0-9._-]+)?", re.ASCII)


def env_text(name: str, default: str | None = None) -> str:
    """Return the variable, what is in the file that NAME_FILE names, or the default; else an error."""
    file_name = os.environ.get(f"{name}_FILE")
    try:
        value = Path(file_name).read_text().rstrip("\r\n") if file_name else None
    except OSError as error:
        message = f"{name}_FILE cannot be read: {error}."
        raise ImproperlyConfigured(message) from error
    value = os.environ.get(name, default) if value is None else value
    if value is None:
        message = f"Set {name}; docs/settings.md says what it is for."
        raise ImproperlyConfigured(message)
    in_force.note(name, value)
    return value


def env_list(name: str, default: str = "") -> list[str]:
    """Return the comma-separated parts of the variable."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_ci_issuers(name: str, default: str) -> dict[str, str]:
    """Read `github:https://…,gitlab:https://…,generic:https://…`; return the kind of each issuer.

    Plain http is for a machine of one's own, where tests start an issuer.
    """
    issuers: dict[str, str] = {}
    for entry in env_list(name, default):
        kind, _, address = entry.partition(":")
        url = urlsplit(address)
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname == "127.0.0.1")
        plain = is_safe and url.hostname and not (url.query or url.fragment or url.username)
        if kind not in {"github", "gitlab", "generic"} or not plain or address.endswith("/"):
            message = (
                f"{name} must list github:, gitlab: or generic: with https://…: not '{entry}'."
            )
            raise ImproperlyConfigured(message)
        issuers[address] = kind
    return issuers


def env_indexes(name: str) -> dict[str, str]:
    """Read `Hub=https://hub.example,Old=https://old.example:5000`; return name → address."""
    indexes: dict[str, str] = {}
    for entry in env_list(name):
        title, _, address = (part.strip() for part in entry.partition("="))
        if not (_TITLE.fullmatch(title) and _is_root(address)) or title in indexes:
            message = (
                f"{name} must list different names with addresses, which begin with https:// or http:// and "
                f"have no path, such as Hub=https://hub.example: not '{entry}'."
            )
            raise ImproperlyConfigured(message)
        indexes[title] = address.rstrip("/")
    return indexes


def env_nodes(name: str) -> tuple[str, ...]:
    """Read the addresses of a cluster's nodes, such as `https://search-1:9200,https://search-2:9200`."""
    nodes = tuple(node.rstrip("/") for node in env_list(name))
    if wrong := [node for node in nodes if not _is_root(node)]:
        message = f"{name} must list addresses that begin with https:// or http:// and have no path: not '{wrong[0]}'."
        raise ImproperlyConfigured(message)
    return nodes


def env_index_name(name: str, default: str) -> str:
    """Read what the names of our indexes in a cluster begin with."""
    value = env_text(name, default)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", value, re.ASCII):
        message = f"{name} must be at most 60 small letters, digits, - and _, as {default}."
        raise ImproperlyConfigured(message)
    return value


def _is_root(address: str) -> bool:
    try:
        url = urlsplit(address)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:
        return False
    is_plain = re.fullmatch(r"https?://[\[\]\w.:-]+/?", address, re.ASCII) is not None
    return is_plain and has_host


def env_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Read networks such as `10.0.0.0/8,fd00::/8`."""
    try:
        return [ip_network(text) for text in env_list(name)]
    except ValueError as error:
        message = f"{name} must list networks such as 10.0.0.0/8: {error}."
        raise ImproperlyConfigured(message) from error


def env_limit(name: str) -> Limit | None:
    """Read `100/21600`: so many in so many seconds; None without it."""
    value = env_text(name, "")
    if not value:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,6})", value, re.ASCII)
    if not match or not 10 <= int(match[2]) <= _LONGEST_WINDOW:
        message = f"{name} must be a number and seconds, 10 to {_LONGEST_WINDOW}, as 100/21600."
        raise ImproperlyConfigured(message)
    return Limit(name, int(match[1]), int(match[2]))


def env_networks_and_names(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Read networks and names of accounts in one list: `10.0.0.0/8,alice,acme,acme+ci`."""
    networks, names = [], set()
    for entry in env_list(name):
        if _ACCOUNT.fullmatch(entry):
            names.add(entry)
            continue
        try:
            networks.append(str(ip_network(entry)))
        except ValueError as error:
            message = f"{name} must list networks and names of accounts: {error}."
            raise ImproperlyConfigured(message) from error
    return tuple(networks), frozenset(names)


def env_issuer(name: str) -> str:
    """Return the issuer of an OpenID provider, letter by letter; empty without one."""
    value = env_text(name, "")
    url = urlsplit(value)
    is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname == "127.0.0.1")
    if value and (not is_safe or not url.hostname or url.query or url.fragment or len(value) > 200):
        message = f"{name} must be an address that begins with https://, of at most 200 characters."
        raise ImproperlyConfigured(message)
    return value


def env_number(name: str, default: int, *, least: int = 1) -> int:
    """Read a number of at least `least`."""
    text = env_text(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
        message = f"{name} must be a number of at least {least}."
        raise ImproperlyConfigured(message)
    return int(text)


def env_days(name: str) -> int | None:
    """Read a number of days of at least 1; None without it."""
    return env_number(name, 1) if env_text(name, "") else None


def env_collector(name: str, schemes: tuple[str, ...]) -> str:
    """Read where a log is sent on to, such as `tls://logs:6514`; empty without it."""
    value = env_text(name, "")
    try:
        url = urlsplit(value)
        has_target = bool(url.path if url.scheme == "unix" else url.hostname)
        is_fine = url.scheme in schemes and has_target and url.port != 0
    except ValueError:
        is_fine = False
    if value and not is_fine:
        message = f"{name} must begin with {' or '.join(f'{one}://' for one in schemes)}."
        raise ImproperlyConfigured(message)
    return value


def env_address(name: str) -> str:
    """Read an address of http or https without the last slash; empty without it."""
    value = env_text(name, "").rstrip("/")
    url = urlsplit(value)
    if value and (url.scheme not in {"http", "https"} or not url.hostname):
        message = f"{name} must begin with http:// or https://."
        raise ImproperlyConfigured(message)
    return value


def env_flag(name: str) -> bool:
    """Return whether the variable is `yes`; without it, or with `no`, it is off."""
    return env_choice(name, ("no", "yes")) == "yes"


def env_choice(name: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words; the first of them is the default."""
    value = env_text(name, "") or allowed[0]
    if value not in allowed:
        message = f"{name} must be one of: {', '.join(allowed)}."
        raise ImproperlyConfigured(message)
    in_force.note(name, value)  # the default, where it was empty
    return value


def env_password(name: str) -> str:
    """Return a password that others have made; empty without one."""
    in_force.note_secret(name)
    return env_text(name, "")


def env_optional_secret(name: str) -> str:
    """Return a secret as env_secret does, empty where there is none."""
    value = env_password(name)
    if value and len(value) < 32:
        message = f"{name} must have at least 32 characters."
        raise ImproperlyConfigured(message)
    return value


def env_secret(name: str) -> str:
    """Return a secret of at least 32 characters.

    A short or empty secret is refused: CVE-2026-82329 was a blank signing secret.
    """
    in_force.note_secret(name)
    value = env_text(name).strip()
    if len(value) < 32:
        message = f"{name} must have at least 32 characters."
        raise ImproperlyConfigured(message)
    return value


def env_email(name: str, default: str) -> dict[str, Any]:
    """Read `folder:///path` (development) or `smtp://user:password@host:port?tls=starttls|tls`."""
    url = urlsplit(env_text(name, default))
    if url.scheme == "folder":
        return {
            "EMAIL_BACKEND": "config.mail.FolderBackend",
            "EMAIL_FILE_PATH": unquote(url.path),
        }
    if url.scheme == "smtp":
        tls = dict(parse_qsl(url.query)).get("tls", "")
        return {
            "EMAIL_BACKEND": "config.mail.SmtpBackend",
            "EMAIL_HOST": url.hostname or "localhost",
            "EMAIL_PORT": url.port or 25,
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_TLS": tls == "starttls",
            "EMAIL_USE_SSL": tls == "tls",
            "EMAIL_TIMEOUT": 10,
        }
    message = f"{name} must start with folder:// or smtp://."
    raise ImproperlyConfigured(message)
