"""Who is asking: a secret in the Authorization header, or the session of a browser."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as RestSessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.api.errors import refused_credential
from accounts.basic_auth import parse_basic
from accounts.command_line_requests import enter
from accounts.credential_kinds import Kind, Use, check_opens, kind_of, kind_of_bearer, opens
from accounts.errors import AccountError
from accounts.flows.authenticate import authenticate, authenticate_bearer
from accounts.models import User
from accounts.openid.claims import PROVED_ELSEWHERE
from accounts.principals import ANONYMOUS, Principal
from accounts.second_factor import is_missing_of, why_demanded


class SecretAuthentication(BaseAuthentication):
    """`Bearer wbp_…` or `wbc_…`, or Basic with any secret that docker login takes."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, Principal] | None:
        """Return the user, anonymous for a robot, and the principal; None without the header."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        address = request.META["REMOTE_ADDR"]
        use = use_of((request.parser_context or {}).get("view")) or Use.API_READ
        try:
            principal = _of_command_line(request, header, use) or _principal(header, address, use)
        except AccountError as error:
            raise refused_credential(error) from error
        if principal is None:
            return None
        return principal.user or AnonymousUser(), principal

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return 'Bearer realm="Waybill API"'


class SessionAuthentication(RestSessionAuthentication):
    """The browser's cookie, with the CSRF token for whatever changes something."""


def principal_of(request: Request) -> Principal:
    """Return who is asking, whichever way it was proven."""
    if isinstance(request.auth, Principal):
        return request.auth
    return Principal(request.user) if isinstance(request.user, User) else ANONYMOUS


def kind_of_credential(request: Request) -> Kind | None:
    """Return what proved who is asking; None for anybody."""
    if request.auth is None and isinstance(request.user, User):
        return Kind.SESSION
    return kind_of(principal_of(request))


def may_use(request: Request, use: Use) -> bool:
    """Whether what proved it is of a kind that may be used for that."""
    return opens(kind_of_credential(request), use)


def use_of(view: object) -> Use | None:
    """Return what a view says credentials are used for there, if it is not reading and writing."""
    return getattr(view, "use", None)


def _of_command_line(request: Request, header: str, use: Use) -> Principal | None:
    """Return whose command line it is; None where none is shown. A demanded factor is set up first."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or kind_of_bearer(secret.strip()) is not Kind.COMMAND_LINE:
        return None
    check_opens(Kind.COMMAND_LINE, use)
    principal = enter(request._request, secret.strip())
    user = principal.user
    if user and PROVED_ELSEWHERE not in request._request.session and is_missing_of(user):
        raise PermissionDenied(why_demanded(user), "second-factor-missing")
    return principal


def _principal(header: str, address: str, use: Use) -> Principal | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return authenticate_bearer(value.strip(), address=address, use=use)
    basic = parse_basic(header)
    if basic is None:
        return None
    return authenticate(login=basic.login, secret=basic.secret, address=address, use=use)
