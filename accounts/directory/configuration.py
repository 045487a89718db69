"""How the directory is reached and read; settings make one of these at the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_ATTRIBUTES = {
    "login": "uid",  # the user name here, if it is one of ours
    "mail": "mail",
    "name": "cn",  # the display name
    "key": "entryUUID",  # who it is, for ever
    "group": "cn",  # what a group is called
}


class ConfigurationInvalid(ImproperlyConfigured):
    """The settings do not describe a directory; `str()` is a sentence with the variable in it."""


@dataclass(frozen=True, slots=True)
class DirectoryConfiguration:
    """What the WAYBILL_LDAP_… variables say."""

    url: str
    user_base: str
    user_filter: str = "(&(objectClass=person)(uid={login}))"
    group_base: str = ""
    group_filter: str = "(|(member={dn})(memberUid={login}))"
    bind_dn: str = ""
    bind_password: str = field(default="", repr=False)
    uses_tls: bool = True
    ca_file: str = ""
    attributes: dict[str, str] = field(default_factory=lambda: dict(_ATTRIBUTES))

    def __post_init__(self) -> None:
        """Refuse what cannot work, or would send passwords where anybody listens."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path.strip("/"):
            message = "WAYBILL_LDAP_URL must be ldaps://host:port or ldap://host:port."
            raise ConfigurationInvalid(message)
        if not self.user_base:
            message = "Set WAYBILL_LDAP_USER_BASE: below which entry people are."
            raise ConfigurationInvalid(message)
        if "{login}" not in self.user_filter:
            message = "WAYBILL_LDAP_USER_FILTER must contain {login}, for what was typed."
            raise ConfigurationInvalid(message)
        if bool(self.bind_dn) != bool(self.bind_password):
            message = "Set both of WAYBILL_LDAP_BIND_DN and WAYBILL_LDAP_BIND_PASSWORD, or none."
            raise ConfigurationInvalid(message)

    @property
    def host(self) -> str:
        """The name that the certificate must have."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_ldaps(self) -> bool:
        """Whether TLS comes first; else StartTLS asks for it."""
        return urlsplit(self.url).scheme == "ldaps"

    @property
    def port(self) -> int:
        """The port of the URL, or the usual one."""
        return urlsplit(self.url).port or (636 if self.is_ldaps else 389)


def read_attributes(pairs: list[str]) -> dict[str, str]:
    """Return the defaults, with `login=sAMAccountName` and the like in place of some."""
    attributes = dict(_ATTRIBUTES)
    for pair in pairs:
        what, _, attribute = (part.strip() for part in pair.partition("="))
        if what not in attributes or not attribute:
            message = (
                "WAYBILL_LDAP_ATTRIBUTES takes login=, mail=, name=, key= and group=, "
                f"not '{pair}'."
            )
            raise ConfigurationInvalid(message)
        attributes[what] = attribute
    return attributes
