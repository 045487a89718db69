"""`GET /v1/search`, with every field that clients read (protocol.md B.6)."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from index.models import Repository
from index.v1.responses import json_response
from search.engine import SearchPage, search
from search.query import QueryRefused, SearchQuery, parse_page, parse_query, parse_size
from search.v1.auth import identify

log = logging.getLogger(__name__)


def get_search(request: HttpRequest) -> JsonResponse:
    """Answer 200 whatever is asked for: docker shows its user no other answer."""
    principal = identify(request)
    typed = request.GET.get("q", "")
    page, size = parse_page(request.GET.get("page", "")), parse_size(request.GET.get("n", ""))
    nothing = SearchPage(SearchQuery(typed, ()), [], 0, page, size)
    try:
        found = search(principal, parse_query(typed), page=page, size=size)
    except QueryRefused:
        found = nothing
    except DatabaseError:
        log.exception("search failed, answered as if nothing was found")
        found = nothing
    return json_response(_body(found, typed))


def _body(found: SearchPage, typed: str) -> dict[str, object]:
    return {
        "num_pages": found.pages,
        "num_results": found.total,
        "page": found.page,
        "page_size": found.size,
        "query": typed,
        "results": [_result(repository) for repository in found.results],
    }


def _result(repository: Repository) -> dict[str, object]:
    """Return one row. Official images have one component, as `docker pull HOST/name` wants it."""
    return {
        "name": repository.name,
        "description": repository.description,
        "star_count": repository.star_count,
        "is_official": repository.is_official,
        "is_automated": repository.is_automated,
        "is_trusted": repository.is_automated,  # the older word for the same
    }
