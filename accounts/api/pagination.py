"""Lists come in pages of at most 100."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer


class Pages(PageNumberPagination):
    """`?page=2&page_size=50`; `Link` leads to the next and the previous one."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response(self, data: Any) -> Response:
        """Return count and results, and the links in a header as well."""
        response = super().get_paginated_response(data)
        links = [
            f'<{url}>; rel="{name}"'
            for name, url in (("next", self.get_next_link()), ("prev", self.get_previous_link()))
            if url
        ]
        if links:
            response["Link"] = ", ".join(links)
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return what a page looks like, in the words of OpenAPI 3.1."""
        link = {"type": ["string", "null"], "format": "uri"}
        fields = {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(fields), "properties": fields}


def paginated(request: Request, rows: QuerySet[Any], output: type[BaseSerializer[Any]]) -> Response:
    """Return the page of these rows that was asked for."""
    pages = Pages()
    page = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(output(page or [], many=True).data)
