"""The search page, open to everyone, and what other indexes find."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.web.fragments import asked_part, render_page
from index.web.lookup import principal_of
from search.elsewhere import elsewhere, words_of
from search.engine import search
from search.query import QueryRefused, SearchQuery, parse_query, with_filter
from search.web.found import found_for
from search.web.narrowing import address_of, elsewhere_address_of

_BELOW = "search-below"  # the element that follows what is typed


@login_not_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what is found, or why it cannot be searched for. Other parameters say nothing."""
    typed, after = request.GET.get("q", ""), request.GET.get("after", "")
    try:
        if request.GET.get("is-automated") == "true":  # how the filter was written once
            return redirect(address_of(with_filter(typed, "is", "automated")))
        query = parse_query(typed)
    except QueryRefused as refusal:
        return _refused_page(request, refusal)
    principal = principal_of(request)
    try:
        page = search(principal, query, after=after, wants_best=True)
    except QueryRefused as refusal:
        return _refused_page(request, refusal, first=address_of(query.text))
    context = {
        "found": found_for(principal, page, after=after),
        "typed": query.text,
        "elsewhere": elsewhere_address_of(query.text) if _asks_elsewhere(query) else "",
    }
    return _page(request, context, at=address_of(query.text, after=after))


@login_not_required
@require_safe
def elsewhere_page(request: HttpRequest) -> HttpResponse:
    """Show what the other indexes find; the search page takes the list out of this one."""
    try:
        query = parse_query(request.GET.get("q", ""))
    except QueryRefused as refusal:
        return _refused(request, "search/elsewhere.html", refusal)
    context = {"typed": query.text, "indexes": elsewhere(query), "back": address_of(query.text)}
    return render(request, "search/elsewhere.html", context)


def _asks_elsewhere(query: SearchQuery) -> bool:
    """Whether there is another index, and anything to ask it."""
    return bool(settings.OTHER_INDEXES and words_of(query))


def _refused_page(request: HttpRequest, refusal: QueryRefused, *, first: str = "") -> HttpResponse:
    """Say why; who is still typing has done nothing wrong yet."""
    typed = request.GET.get("q", "")
    context = {"problem": refusal, "typed": typed, "first": first}
    return _page(request, context, at=address_of(typed), status=400)


def _page(
    request: HttpRequest, context: dict[str, object], *, at: str, status: int = 200
) -> HttpResponse:
    """Answer the page, or what is below its box; then `at` is where the browser is from now on."""
    is_live = asked_part(request) == _BELOW
    parts = {_BELOW: "search/below_part.html"}
    status = 200 if is_live else status
    response = render_page(request, "search/search.html", context, parts=parts, status=status)
    if is_live:
        response.headers["HX-Replace-Url"] = at
    return response


def _refused(request: HttpRequest, template: str, refusal: QueryRefused) -> HttpResponse:
    """Say why, with what was typed still in the box."""
    context = {"problem": refusal, "typed": request.GET.get("q", "")}
    return render(request, template, context, status=400)
