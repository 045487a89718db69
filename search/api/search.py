"""Search over the REST API: the same queries, results and order as on the page and for docker."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.api.auth import principal_of
from accounts.api.errors import Refused, in_its_words
from accounts.api.pagination import CURSOR
from accounts.api.views import APIView
from search.api.outputs import ElsewhereOutput, SearchOutput, SuggestionsOutput
from search.elsewhere import elsewhere
from search.engine import SearchPage, search, suggest
from search.facets import facets
from search.query import QueryRefused, parse_query, parse_size

_QUERY = OpenApiParameter(
    "q",
    str,
    description="Words, `\"exact words\"`, `-word`, and operators such as `is:official stars:>=10 sort:stars`. "
    "Without it, everything that one may see, the most popular first.",
)  # fmt: skip


class SearchQueryInput(serializers.Serializer[Any]):
    """What is asked besides the query."""

    facets = serializers.BooleanField(default=False)
    cursor = serializers.CharField(default="", allow_blank=True, max_length=500)


class SearchView(APIView):
    """Open to everybody; who asks decides what is there."""

    part = "repositories"
    is_open = True

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 400 with the sentence about what cannot be searched for."""
        is_query = isinstance(exc, QueryRefused)
        return super().handle_exception(in_its_words(exc, Refused(str(exc))) if is_query else exc)


class Search(SearchView):
    """Repositories by what they are called, say and have."""

    @extend_schema(
        parameters=[
            _QUERY,
            OpenApiParameter("page_size", int, description="25 by default, 100 at most."),
            CURSOR,
            OpenApiParameter("facets", bool, description="Count what the results can be narrowed by."),
        ],
        responses=SearchOutput,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page, the best first. An operator that cannot be read is answered with 400."""
        asked = SearchQueryInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        principal, query = principal_of(request), parse_query(request.query_params.get("q", ""))
        size = parse_size(request.query_params.get("page_size", ""))
        found = search(principal, query, after=asked.validated_data["cursor"], size=size)
        counted = facets(principal, query) if asked.validated_data["facets"] else None
        body = _body(request, found) | {"facets": counted}
        response = Response(SearchOutput(body).data)
        if body["next"]:
            response["Link"] = f'<{body["next"]}>; rel="next"'
        return response


class Suggestions(SearchView):
    """What could be meant, while it is typed."""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="What has been typed so far."),
            OpenApiParameter("page_size", int, description="8 by default, 20 at most."),
        ],
        responses=SuggestionsOutput,
    )
    def get(self, request: Request) -> Response:
        """Return a few repositories, the best first; none for what says nothing yet."""
        sent = request.query_params
        size = min(parse_size(sent["page_size"]), 20) if "page_size" in sent else 8
        found = suggest(principal_of(request), sent.get("q", ""), size)
        return Response(SuggestionsOutput({"results": found}).data)


class SearchElsewhere(SearchView):
    """Other indexes that the operator of this site names; they get the words and nothing else."""

    @extend_schema(parameters=[_QUERY], responses=ElsewhereOutput)
    def get(self, request: Request) -> Response:
        """Return what each answered within two seconds; no index where none is named."""
        found = elsewhere(parse_query(request.query_params.get("q", "")))
        return Response(ElsewhereOutput({"indexes": found}).data)


def _body(request: Request, found: SearchPage) -> dict[str, Any]:
    here = request.build_absolute_uri()
    return {
        "query": found.query.text,
        "total": found.total,
        "is_more": found.is_more,
        "next": replace_query_param(here, "cursor", found.next) if found.next else None,
        "corrected": [{"typed": typed, "searched": other} for typed, other in found.corrected],
        "partial": found.partial,
        "results": found.results,
    }
