"""What clients send to `/token`, in both of its dialects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_plus

from accounts.basic_auth import parse_basic
from accounts.errors import InvalidCredentials
from accounts.lane import MAXIMUM_BODY, Asked
from tokenauth.errors import BodyTooLarge, InvalidGrant, InvalidRequest, UnsupportedGrantType
from tokenauth.scopes import ResourceScope, parse_scopes

_SINGLE = frozenset(
    {
        "service", "account", "client_id", "offline_token", "grant_type", "username", "password",
        "refresh_token", "access_type", "subject_token", "subject_token_type",
        "requested_token_type",
    }
)  # fmt: skip
_MOST_PARAMETERS = 1_000
_CONTROL = {*map(chr, range(32)), "\x7f"}
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type's name
_ID_TOKEN_TYPES = (
    "urn:ietf:params:oauth:token-type:id_token",
    "urn:ietf:params:oauth:token-type:jwt",
)


class GrantType(StrEnum):
    """How the caller proves who it is."""

    NONE = "none"  # GET without credentials
    PASSWORD = "password"  # noqa: S105 - a grant's name
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant's name
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - likewise


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for a token, whichever way it came."""

    service: str
    scopes: list[ResourceScope]
    grant_type: GrantType
    login: str
    secret: str
    account: str
    client_id: str
    offline: bool
    address: str

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"TokenRequest({self.service!r}, {self.grant_type}, {self.login!r}, ***)"


def read_request(asked: Asked) -> TokenRequest:
    """Read either dialect; raise a TokenRefusal."""
    return _read_post(asked) if asked.method == "POST" else _read_get(asked)


def _read_post(asked: Asked) -> TokenRequest:
    """Read the OAuth2 form (protocol.md A.4)."""
    if asked.content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        message = "POST /token takes application/x-www-form-urlencoded"
        raise InvalidRequest(message)
    if len(asked.body) > MAXIMUM_BODY:
        message = f"the body has more than {MAXIMUM_BODY} bytes"
        raise BodyTooLarge(message)
    form, scopes = _parameters(asked.body.decode("latin-1"))
    if "\x00" in "".join(form.values()):
        message = "a parameter has a NUL character"
        raise InvalidRequest(message)
    grant = form.get("grant_type", "")
    if grant == GrantType.TOKEN_EXCHANGE:
        return _read_exchange(form, scopes, asked.address)
    if grant not in {GrantType.PASSWORD, GrantType.REFRESH_TOKEN}:
        message = "grant_type must be password, refresh_token or token-exchange"
        raise UnsupportedGrantType(message)
    is_password = grant == GrantType.PASSWORD
    return TokenRequest(
        service=form.get("service", ""),
        scopes=parse_scopes(scopes),
        grant_type=GrantType(grant),
        login=form.get("username", "") if is_password else "",
        secret=form.get("password" if is_password else "refresh_token", ""),
        account="",
        client_id=form.get("client_id", "")[:80],
        offline=form.get("access_type") == "offline",
        address=asked.address,
    )


def _read_get(asked: Asked) -> TokenRequest:
    """Read the query and the Basic header.

    An empty login with a secret is a refresh token: containerd falls back to that.
    """
    login = secret = ""
    if asked.authorization:
        try:
            credential = parse_basic(asked.authorization)
        except InvalidCredentials as error:
            raise InvalidGrant(str(error)) from error
        if credential:
            login, secret = credential.login, credential.secret
    query, scopes = _parameters(asked.query)
    if not _CONTROL.isdisjoint("".join([*query.values(), *scopes])):
        message = "the address has control characters"
        raise InvalidRequest(message)
    grant = GrantType.PASSWORD if login or secret else GrantType.NONE
    if secret and login in {"", "<token>"}:
        grant = GrantType.REFRESH_TOKEN
    return TokenRequest(
        service=query.get("service", ""),
        scopes=parse_scopes(scopes),
        grant_type=grant,
        login=login,
        secret=secret,
        account=query.get("account", ""),
        client_id=query.get("client_id", "")[:80],
        offline=query.get("offline_token") == "true",
        address=asked.address,
    )


def _read_exchange(form: dict[str, str], scopes: list[str], address: str) -> TokenRequest:
    """Read RFC 8693, 2.1: an ID token as subject, for an access token; `account` is a robot."""
    if form.get("subject_token_type") not in _ID_TOKEN_TYPES or not form.get("subject_token"):
        message = f"send an ID token as subject_token, with subject_token_type={_ID_TOKEN_TYPES[0]}"
        raise InvalidRequest(message)
    if form.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        message = "only access tokens are issued; access_type=offline adds a secret to log in with"
        raise InvalidRequest(message)
    return TokenRequest(
        service=form.get("service", ""),
        scopes=parse_scopes(scopes),
        grant_type=GrantType.TOKEN_EXCHANGE,
        login="",
        secret=form.get("subject_token", ""),
        account=form.get("account", ""),
        client_id=form.get("client_id", "")[:80],
        offline=form.get("access_type") == "offline",
        address=address,
    )


def _parameters(encoded: str) -> tuple[dict[str, str], list[str]]:
    """Return the parameters, and every `scope`; raise InvalidRequest for one given twice.

    Two readers would choose differently (ASVS 15.3.7).
    """
    fields = encoded.split("&")
    message = "the parameters are not valid UTF-8, or too many"
    if len(fields) > _MOST_PARAMETERS:
        raise InvalidRequest(message)
    try:
        pairs = [_pair(field) for field in fields if field]
    except UnicodeDecodeError as error:
        raise InvalidRequest(message) from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found and name in _SINGLE:
            message = f"{name} is given more than once"
            raise InvalidRequest(message)
        found[name] = value
    return found, [value for name, value in pairs if name == "scope"]


def _pair(field: str) -> tuple[str, str]:
    """Return name and value as `parse_qsl` does, whose care about other dialects takes longer."""
    name, _, value = field.partition("=")
    return _decoded(name), _decoded(value)


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text
