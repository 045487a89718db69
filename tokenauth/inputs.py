"""What clients send to `/token`, in both of its dialects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest, QueryDict

from tokenauth.errors import InvalidRequest, UnsupportedGrantType
from tokenauth.scopes import ResourceScope, parse_scopes

_SINGLE = (
    "service", "account", "client_id", "offline_token", "grant_type", "username", "password",
    "refresh_token", "access_type", "subject_token", "subject_token_type", "requested_token_type",
)  # fmt: skip
MAXIMUM_BODY = 65_536
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


def read_post(request: HttpRequest) -> TokenRequest:
    """Read the OAuth2 form (protocol.md A.4); raise InvalidRequest or UnsupportedGrantType."""
    if request.content_type != "application/x-www-form-urlencoded":
        message = "POST /token takes application/x-www-form-urlencoded"
        raise InvalidRequest(message)
    if int(request.headers.get("Content-Length") or 0) > MAXIMUM_BODY:
        message = f"the body has more than {MAXIMUM_BODY} bytes"
        raise InvalidRequest(message)
    form = _single_valued(QueryDict(request.body, encoding="utf-8"))
    grant = form.get("grant_type", "")
    if grant == GrantType.TOKEN_EXCHANGE:
        return _read_exchange(form, request.META["REMOTE_ADDR"])
    if grant not in {GrantType.PASSWORD, GrantType.REFRESH_TOKEN}:
        message = "grant_type must be password, refresh_token or token-exchange"
        raise UnsupportedGrantType(message)
    is_password = grant == GrantType.PASSWORD
    return TokenRequest(
        service=form.get("service", ""),
        scopes=parse_scopes(form.getlist("scope")),
        grant_type=GrantType(grant),
        login=form.get("username", "") if is_password else "",
        secret=form.get("password" if is_password else "refresh_token", ""),
        account="",
        client_id=form.get("client_id", "")[:80],
        offline=form.get("access_type") == "offline",
        address=request.META["REMOTE_ADDR"],
    )


def read_get(request: HttpRequest, *, login: str = "", secret: str = "") -> TokenRequest:
    """Read the query; `login` and `secret` come from the Basic header.

    An empty login with a secret is a refresh token: containerd falls back to that.
    """
    query = _single_valued(request.GET)
    grant = GrantType.PASSWORD if login or secret else GrantType.NONE
    if secret and login in {"", "<token>"}:
        grant = GrantType.REFRESH_TOKEN
    return TokenRequest(
        service=query.get("service", ""),
        scopes=parse_scopes(query.getlist("scope")),
        grant_type=grant,
        login=login,
        secret=secret,
        account=query.get("account", ""),
        client_id=query.get("client_id", "")[:80],
        offline=query.get("offline_token") == "true",
        address=request.META["REMOTE_ADDR"],
    )


def _read_exchange(form: QueryDict, address: str) -> TokenRequest:
    """Read RFC 8693, 2.1: an ID token as subject, for an access token; `account` is a robot."""
    if form.get("subject_token_type") not in _ID_TOKEN_TYPES or not form.get("subject_token"):
        message = f"send an ID token as subject_token, with subject_token_type={_ID_TOKEN_TYPES[0]}"
        raise InvalidRequest(message)
    if form.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        message = "only access tokens are issued; access_type=offline adds a secret to log in with"
        raise InvalidRequest(message)
    return TokenRequest(
        service=form.get("service", ""),
        scopes=parse_scopes(form.getlist("scope")),
        grant_type=GrantType.TOKEN_EXCHANGE,
        login="",
        secret=form.get("subject_token", ""),
        account=form.get("account", ""),
        client_id=form.get("client_id", "")[:80],
        offline=form.get("access_type") == "offline",
        address=address,
    )


def _single_valued(values: QueryDict) -> QueryDict:
    """Refuse a parameter given twice: two readers would choose differently (ASVS 15.3.7)."""
    for name in _SINGLE:
        if len(values.getlist(name)) > 1:
            message = f"{name} is given more than once"
            raise InvalidRequest(message)
    if any("\x00" in value for name in values for value in values.getlist(name)):
        message = "a parameter has a NUL character"
        raise InvalidRequest(message)
    return values
