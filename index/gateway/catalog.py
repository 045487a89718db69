"""`/v2/_catalog`: the repositories that the caller may see, on whichever registry they are.

No registry is asked for its own. distribution wants the scope `registry:catalog:*` there, which opens
everything the registry holds, so only administrators are granted it. Here it is the principal
behind the token who counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from index.errors import IndexRefusal, PageInvalid
from index.gateway.refusals import TokenNeeded
from index.gateway.responses import API_VERSION, refusal_response
from index.gateway.routing import Caller, identify
from index.models import Repository

_SCOPE = "registry:catalog:*"
_MOST = 1000  # names in one answer
_UNASKED = 100
_LONGEST_NAME = 255
_LONGEST_NUMBER = 19  # digits


@dataclass(frozen=True, slots=True)
class Page:
    """So many names, those behind `last`."""

    size: int
    last: str


@csrf_exempt
@login_not_required
@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """Answer one page of names, and where the next one is."""
    try:
        caller = identify(request.headers.get("Authorization", ""), scope=_SCOPE)
        _check_token(caller)
        page = read_page(request.GET)
    except IndexRefusal as refusal:
        return refusal_response(refusal)
    listed = Repository.objects.listed_for(caller.principal).filter(name__gt=page.last)
    names = list(listed.order_by("name").values_list("name", flat=True)[: page.size + 1])
    found = names[: page.size]
    response = JsonResponse({"repositories": found}, headers=API_VERSION)
    if found and len(names) > page.size:
        query = urlencode({"last": found[-1], "n": page.size})
        response["Link"] = f'<{reverse("gateway-catalog")}?{query}>; rel="next"'
    return response


def read_page(query: QueryDict) -> Page:
    """Return the page asked for; raise PageInvalid. More than there is in one answer is cut to that."""
    wanted, last = _one(query, "n", str(_UNASKED)), _one(query, "last", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= _LONGEST_NUMBER):
        message = f"n must be a whole number, 0 to {_MOST}"
        raise PageInvalid(message)
    if len(last) > _LONGEST_NAME:
        message = "last must be the name of a repository"
        raise PageInvalid(message)
    return Page(min(int(wanted), _MOST), last)


def _one(query: QueryDict, name: str, default: str) -> str:
    values = query.getlist(name) or [default]
    if len(values) > 1:
        message = f"{name} is given more than once"
        raise PageInvalid(message)
    return str(values[0])


def _check_token(caller: Caller) -> None:
    """Refuse anybody, and tokens for repositories: those are seen by registries, these are not.

    Who is no administrator asks for `registry:catalog:*`, is granted nothing, and comes with that.
    """
    if caller.principal.is_anonymous:
        message = "log in to list repositories; public ones are found by docker search"
        raise TokenNeeded(message, scope=_SCOPE, problem="insufficient_scope")
    if caller.token.access and not caller.token.grants("registry", "catalog"):
        message = "the token is for repositories, not for the catalog"
        raise TokenNeeded(message, scope=_SCOPE, problem="insufficient_scope")
