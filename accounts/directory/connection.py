"""Ask the directory: search for exactly one entry, then bind as it. The only user of ldap3.

ldap3 is complete but nobody has tended it since 2021 (decision 5), so what it does is bounded
here: timeouts, TLS that is verified, no referrals, no schema, every answer checked by type.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ldap3 import NONE, SIMPLE, SUBTREE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException, LDAPExceptionError
from ldap3.utils.conv import escape_filter_chars

from accounts.directory.configuration import DirectoryConfiguration

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 3
_ANSWER_SECONDS = 4
# Results of a bind that say nothing about the password: the directory is in trouble itself. All
# others are a no: a locked account must not look like an outage for everybody.
_UNDECIDED = frozenset({1, 2, 3, 10, 51, 52, 80})
_SIZE_LIMIT_EXCEEDED = 4
_MOST_GROUPS = 1000
# Directories ignore case, spaces at the ends and much of Unicode: of all the spellings of a name
# only this one is asked for, so that limits count one person once. Filters are escaped anyway.
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,98}[A-Za-z0-9])?", re.ASCII)


class Unreachable(Exception):
    """The directory gave no answer, or none that decides anything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person, as the directory has them."""

    dn: str
    key: str
    login: str
    mail: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """An entry, and the groups it is in."""

    entry: Entry
    groups: list[str]


def is_plausible(login: str) -> bool:
    """Whether a directory is worth asking for this name."""
    return bool(_LOGIN.fullmatch(login))


class Directory:
    """One directory, by its configuration. Keeps no connection: each question makes its own."""

    def __init__(self, configuration: DirectoryConfiguration) -> None:
        """Open nothing yet."""
        self._configuration = configuration

    def verify(self, login: str, password: str, *, key: str = "") -> Person | None:
        """Return whose login and password these are, with their groups; None if they are nobody's.

        `key` is the entry that the login belonged to before: another one is somebody else. An
        empty password is never sent: a directory takes it for an anonymous bind and says yes
        (docker_auth 3c31d7a).
        """
        if not password.strip():
            return None
        with _Session(self._configuration) as session:
            entry = session.find(login)
            if entry is None or (key and entry.key != key):
                return None
            with _Session(self._configuration, dn=entry.dn, password=password) as person:
                if not person.is_bound:
                    return None
            return Person(entry, session.groups_of(entry))

    def people(self, logins: Iterable[str]) -> dict[str, Person]:
        """Return who is still there of these logins, with their groups, in one connection."""
        with _Session(self._configuration) as session:
            found = {login: session.find(login) for login in logins}
            return {
                login: Person(entry, session.groups_of(entry))
                for login, entry in found.items()
                if entry
            }


class _Session:
    """One connection, bound as the service or as a person; raises Unreachable for all that fails."""

    def __init__(
        self, configuration: DirectoryConfiguration, *, dn: str = "", password: str = ""
    ) -> None:
        self._configuration = configuration
        self._is_person = bool(dn)
        self._connection = Connection(
            _server(configuration),
            user=dn or configuration.bind_dn or None,
            password=password or configuration.bind_password or None,
            authentication=SIMPLE if dn or configuration.bind_dn else None,
            client_strategy=SYNC,
            auto_referrals=False,
            receive_timeout=_ANSWER_SECONDS,
            read_only=True,
            check_names=False,
            raise_exceptions=False,
        )
        self.is_bound = False

    def __enter__(self) -> _Session:
        try:
            self._bind()
        except (LDAPException, OSError, ValueError) as error:
            self._close()
            raise Unreachable(_short(error)) from error
        except Unreachable:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def find(self, login: str) -> Entry | None:
        """Return the one entry of this login; none and more than one are the same nobody."""
        configuration = self._configuration
        names = configuration.attributes
        found = self._search(
            configuration.user_base,
            _filled(configuration.user_filter, login=login),
            [names["login"], names["mail"], names["name"], names["key"]],
            limit=2,
        )
        if len(found) != 1:
            if found:
                log.warning("more than one entry of the directory matches: nobody is logged in")
            return None
        return _entry(found[0], names)

    def groups_of(self, entry: Entry) -> list[str]:
        """Return the names of the groups that have the entry as a member."""
        configuration = self._configuration
        if not configuration.group_base:
            return []
        filter_text = _filled(configuration.group_filter, login=entry.login, dn=entry.dn)
        attribute = configuration.attributes["group"]
        found = self._search(configuration.group_base, filter_text, [attribute], limit=_MOST_GROUPS)
        return [name for answer in found if (name := _first(answer, attribute))]

    def _bind(self) -> None:
        connection, configuration = self._connection, self._configuration
        connection.open(read_server_info=False)
        if configuration.uses_tls and not configuration.is_ldaps:
            connection.start_tls(read_server_info=False)
        self.is_bound = connection.bind(read_server_info=False) is True
        if self.is_bound:
            return
        code = connection.result.get("result") if isinstance(connection.result, dict) else None
        if not self._is_person or not isinstance(code, int) or code in _UNDECIDED:
            message = f"bind answered {code}"
            raise Unreachable(message)

    def _search(
        self, base: str, filter_text: str, attributes: list[str], *, limit: int
    ) -> list[dict[str, Any]]:
        try:
            self._connection.search(
                base, filter_text, SUBTREE, attributes=attributes, size_limit=limit,
                time_limit=_ANSWER_SECONDS,
            )  # fmt: skip
            code = self._connection.result["result"]
            answers = self._connection.response or []
        except (LDAPException, OSError, ValueError, KeyError, TypeError) as error:
            raise Unreachable(_short(error)) from error
        found = [answer for answer in answers if answer.get("type") == "searchResEntry"]
        if code != 0 and not (code == _SIZE_LIMIT_EXCEEDED and len(found) == limit):
            message = f"search answered {code}"
            raise Unreachable(message)
        return found

    def _close(self) -> None:
        socket = self._connection.socket
        try:
            self._connection.unbind()
        except (LDAPException, OSError):
            log.debug("the connection to the directory was broken already")
        if socket:  # ldap3 leaves it open where connecting failed
            socket.close()


class _VerifiedTls(Tls):
    """TLS as Python does it today; ldap3's own check of names is older than Python 3.7."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002
        """Shake hands, and check authority and name of the certificate."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


def _filled(template: str, **values: str) -> str:
    """Put values into a filter, as values and nothing else (RFC 4515)."""
    return re.sub(
        r"\{(login|dn)\}",
        lambda place: str(escape_filter_chars(values.get(place.group(1), ""))),
        template,
    )


def _server(configuration: DirectoryConfiguration) -> Server:
    tls = _VerifiedTls(validate=ssl.CERT_REQUIRED, ca_certs_file=configuration.ca_file or None)
    return Server(
        configuration.host,
        port=configuration.port,
        use_ssl=configuration.is_ldaps,
        tls=tls if configuration.uses_tls else None,
        get_info=NONE,
        connect_timeout=_CONNECT_SECONDS,
    )


def _entry(answer: dict[str, Any], names: dict[str, str]) -> Entry | None:
    dn = answer.get("dn")
    key = _first(answer, names["key"])
    if not isinstance(dn, str) or not dn or not key or len(key) > 100:
        log.warning("an entry of the directory has no %s: nobody is logged in", names["key"])
        return None
    return Entry(
        dn=dn,
        key=key,
        login=_first(answer, names["login"]),
        mail=_first(answer, names["mail"]),
        name=_first(answer, names["name"]),
    )


def _first(answer: dict[str, Any], attribute: str) -> str:
    """Return the first value as text; sixteen bytes that are no text are an objectGUID."""
    raw = {name.lower(): values for name, values in answer.get("raw_attributes", {}).items()}
    values = raw.get(attribute.lower()) or []
    value = values[0] if values else b""
    if attribute.lower() == "objectguid" and len(value) == 16:
        return str(UUID(bytes_le=value))
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return "" if "\x00" in text or "\ufffd" in text else text


def _short(error: Exception) -> str:
    """Return what kind of trouble it is; never what was sent."""
    kind = type(error).__name__
    return kind if isinstance(error, LDAPExceptionError) else f"{kind}: {error}"
