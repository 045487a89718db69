"""What concerns credentials wants a session that was confirmed a moment ago."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.api.auth import may_use, principal_of
from accounts.command_line_requests import is_of_command_line
from accounts.credential_kinds import Use
from accounts.web.recent_factor import factor_page, showed_second_factor

LOG_IN_AGAIN = (
    "this wants to know again that it is you: waybill login --again, and then once more this"
)


class ConfirmedLately(BasePermission):
    """Only sessions, and only for ten minutes after the password or a second factor."""

    message = (
        f"confirm that it is you first, at {settings.PUBLIC_URL}/accounts/reauthenticate/, and "
        "send this again with the same session"
    )
    code = "confirmation-needed"
    sessions_only = (
        "this is for sessions alone, no access token or password does it here: log in at "
        f"{settings.PUBLIC_URL}/accounts/login/, or by waybill login"
    )

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        if not may_use(request, Use.CREDENTIALS):
            self.message, self.code = self.sessions_only, "session-needed"
            return False
        if is_of_command_line(request._request):
            self.message = LOG_IN_AGAIN
        return not is_reauthentication_required(request._request, app="account")


class ConfirmedToMake(ConfirmedLately):
    """Only sessions; what makes or renews a credential wants to be confirmed, ending one does not."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        makes = request.method == "POST"
        if makes or not may_use(request, Use.CREDENTIALS):
            return super().has_permission(request, view)
        return True


class FactorShownLately(ConfirmedLately):
    """Where a second factor is set up it was that one, as on the pages of administrators."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        if may_use(request, Use.CREDENTIALS) and (page := factor_page(request._request)):
            at_page = (
                f"show your second factor first, at {settings.PUBLIC_URL}{page}, and send this again "
                "with the same session"
            )
            self.message = LOG_IN_AGAIN if is_of_command_line(request._request) else at_page
            return showed_second_factor(request._request)
        return super().has_permission(request, view)


class Administrators(BasePermission):
    """Only sessions of administrators of the site."""

    message = "this is for administrators of the site, with a session"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        is_administrator = principal_of(request).is_administrator
        return is_administrator and may_use(request, Use.ADMINISTRATION)


def require_session(request: Request, what: str) -> None:
    """Refuse tokens and passwords what people do themselves: they never widen anything (case 16)."""
    if not may_use(request, Use.CREDENTIALS):
        message = f"{what} needs a log-in in the browser: a token or password cannot do this."
        raise PermissionDenied(message, "session-needed")


def require_confirmed_session(request: Request, what: str) -> None:
    """Ask where a part of an operation alone is sensitive: for a log-in or confirmation, lately."""
    require_session(request, what)
    if is_reauthentication_required(request._request, app="account"):
        is_terminal = is_of_command_line(request._request)
        message = LOG_IN_AGAIN if is_terminal else ConfirmedLately.message
        raise PermissionDenied(message, ConfirmedLately.code)
