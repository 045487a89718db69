"""The search page, open to everyone."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.principals import Principal
from index.web.lookup import principal_of
from search.engine import SearchPage, search
from search.query import QueryRefused, SearchQuery, parse_page, parse_query


@login_not_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what is found, or why it cannot be searched for."""
    typed = request.GET.get("q", "")
    page = parse_page(request.GET.get("page", ""))
    automated = request.GET.get("is-automated") == "true"
    try:
        found = _search(principal_of(request), parse_query(typed), page, automated=automated)
    except QueryRefused as refusal:
        return render(request, "search/search.html", {"problem": refusal}, status=400)
    context = {
        "found": found,
        "page": _page_of(found),
        "automated": automated,
        "parameters": f"{_parameters(found.query.text, automated=automated)}&",
        "otherwise": _parameters(found.query.text, automated=not automated),
    }
    return render(request, "search/search.html", context)


def _parameters(text: str, *, automated: bool) -> str:
    """Return the query of a link to such a search."""
    return urlencode({"q": text} | ({"is-automated": "true"} if automated else {}))


def _search(principal: Principal, query: SearchQuery, page: int, *, automated: bool) -> SearchPage:
    """Search, and for a page after the last one show the last."""
    found = search(principal, query, page=page, automated=automated)
    if page <= found.pages:
        return found
    return search(principal, query, page=found.pages, automated=automated)


def _page_of(found: SearchPage) -> Page[int]:
    """Return what the pagination component reads: it looks at numbers alone."""
    return Paginator(range(found.total), found.size).get_page(found.page)
