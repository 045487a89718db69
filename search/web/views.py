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
    try:
        found = _search(principal_of(request), parse_query(typed), page)
    except QueryRefused as refusal:
        return render(request, "search/search.html", {"problem": refusal}, status=400)
    context = {
        "found": found,
        "page": _page_of(found),
        "parameters": f"{urlencode({'q': found.query.text})}&",
    }
    return render(request, "search/search.html", context)


def _search(principal: Principal, query: SearchQuery, page: int) -> SearchPage:
    """Search, and for a page after the last one show the last."""
    found = search(principal, query, page=page)
    return found if page <= found.pages else search(principal, query, page=found.pages)


def _page_of(found: SearchPage) -> Page[int]:
    """Return what the pagination component reads: it looks at numbers alone."""
    return Paginator(range(found.total), found.size).get_page(found.page)
