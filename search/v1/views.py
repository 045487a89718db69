"""`GET /v1/search`, with every field that clients read (protocol.md B.6)."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from accounts.principals import Principal
from index.models import Repository
from index.v1.responses import json_response
from search.engine import DEEPEST, search
from search.query import QueryRefused, parse_page, parse_query, parse_size
from search.v1.auth import identify

_CANNOT = "Cannot search"  # has a capital and a blank: no image is called so
log = logging.getLogger(__name__)


def get_search(request: HttpRequest) -> JsonResponse:
    """Answer 200 whatever is asked for: docker shows its user no other answer."""
    principal = identify(request)
    typed = request.GET.get("q", "")
    page, size = parse_page(request.GET.get("page", "")), parse_size(request.GET.get("n", ""))
    try:
        total, rows = _find(principal, typed, page, size)
    except QueryRefused as refusal:
        total, rows = 1, [_explained(str(refusal))]
    except DatabaseError:
        log.exception("search failed")
        total, rows = 1, [_explained("Search is out of order. Try again in a minute.")]
    return json_response(
        {
            "num_pages": max(1, -(-total // size)),
            "num_results": total,
            "page": page,
            "page_size": size,
            "query": typed,
            "results": rows,
        }
    )


def _find(
    principal: Principal, typed: str, page: int, size: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many were found and the rows of a page; none behind the deepest."""
    query, before = parse_query(typed), (page - 1) * size
    is_reached = before < DEEPEST
    found = search(principal, query, page=page if is_reached else 1, size=size)
    rows = [_row(repository) for repository in found.results[: DEEPEST - before]]
    return found.total, rows if is_reached else []


def _row(repository: Repository) -> dict[str, Any]:
    """Return one row. Official images have one component, as `docker pull HOST/name` wants it."""
    return {
        "name": repository.name,
        "description": repository.description,
        "star_count": repository.star_count,
        "is_official": repository.is_official,
        "is_automated": repository.is_automated,
        "is_trusted": repository.is_automated,  # the older word for the same
    }


def _explained(sentence: str) -> dict[str, Any]:
    """Return a row for docker's table, where else nobody would read why there is nothing."""
    return {
        "name": _CANNOT,
        "description": sentence,
        "star_count": 0,
        "is_official": False,
        "is_automated": False,
        "is_trusted": False,
    }
