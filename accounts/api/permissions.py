"""Which parts of the API a credential opens; what the principal may do there is the policy's."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.api.auth import may_use, principal_of, use_of
from accounts.credential_kinds import Use
from accounts.token_limits import ApiPart


class TokenReachesPart(BasePermission):
    """Denied unless the view says for whom it is.

    `part = "organizations"`: for kinds of credentials that read or write here, for tokens with that
    part; without a part for those that manage credentials, because a token never makes or widens
    them (case 16).
    `is_open = True`: reading needs no log-in; `takes_from_anybody = True`: neither does sending. `use`: a use of its own, instead of reading and writing.
    `sessions_alone`: methods that the view itself refuses to tokens, for the description.
    """

    message = "this access token is not for this part of the API"
    code = "denied"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        reads = request.method in SAFE_METHODS
        if principal_of(request).is_anonymous:
            return is_open_to_anybody(view, reads=reads)
        self.code = "token-lacks-part"
        if not may_use(request, use_of(view) or (Use.API_READ if reads else Use.API_WRITE)):
            return False
        if may_use(request, Use.CREDENTIALS):
            return True
        part = getattr(view, "part", None)
        if part is None or _reaches(request, part, reads=reads):
            return part is not None
        needed = f"{part}:read" if reads else f"{part}:write"
        if principal_of(request).limits and needed in list(ApiPart):
            self.message = f"this access token lacks the part {needed} of the API"
        return False


def is_open_to_anybody(view: object, *, reads: bool) -> bool:
    """Whether a view says that nobody has to show a credential there."""
    open_to: bool = getattr(view, "is_open" if reads else "takes_from_anybody", False)
    return open_to


def _reaches(request: Request, part: str, *, reads: bool) -> bool:
    principal = principal_of(request)
    if principal.robot:  # which looks up repositories, nothing else
        return part == "repositories"
    if principal.limits is None:  # an account password
        return True
    wanted = {ApiPart(f"{part}:write")} if f"{part}:write" in list(ApiPart) else set()
    if reads:
        wanted.add(ApiPart(f"{part}:read"))
    return bool(wanted & principal.limits.api_parts)
