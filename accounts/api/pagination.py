"""Every list of the API comes in pages, each of which begins behind a row: there are no page numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from django.core import signing
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.urls import replace_query_param

from accounts.api.keysets import Term, behind, key_of, order_of

Narrow: TypeAlias = Callable[[Q], QuerySet[Any]]
PAGE_SIZE = 25
LARGEST_PAGE = 100
_WHERE = "Where the page begins: `next` and `previous` have it."
_HOW_MANY = f"{PAGE_SIZE} if left out, {LARGEST_PAGE} at most."
CURSOR = OpenApiParameter("cursor", str, description=_WHERE)
# For answers that have something besides, which no list is made of.
LINKS = {
    "next": serializers.URLField(allow_null=True, help_text="Address of the next page."),
    "previous": serializers.URLField(allow_null=True, help_text="Address of the page before."),
}


class Pages(BasePagination):
    """`?page_size=50`, and `cursor` as the links of a page have it."""

    def paginate_queryset(
        self,
        queryset: Any,
        request: Request,
        view: Any = None,
        narrow: Narrow | None = None,
    ) -> list[Any]:
        """Return the rows of a page.

        `narrow` returns the rows that a condition holds for, where `filter` cannot.
        """
        order, size = order_of(queryset), page_size_of(request)
        is_backward, key = _read(request, order)
        walked = tuple(term.turned() for term in order) if is_backward else order
        beyond = (narrow or queryset.filter)(behind(walked, key)) if key else queryset
        found = list(beyond.order_by(*(term.as_order() for term in walked))[: size + 1])
        rows, has_more = found[:size], len(found) > size
        if is_backward:
            rows.reverse()
        self.request, self._next, self._previous = request, "", ""
        if rows and (has_more or is_backward):
            self._next = _write(request, order, rows[-1], is_backward=False)
        if rows and (has_more if is_backward else key):
            self._previous = _write(request, order, rows[0], is_backward=True)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the results and where the neighbouring pages are."""
        return linked(self.request, data, following=self._next, previous=self._previous)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return what a page looks like, in the words of OpenAPI 3.1."""
        link = {"type": ["string", "null"], "format": "uri"}
        fields = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(fields), "properties": fields}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return what may be asked of every list."""
        size = {"type": "integer", "minimum": 1}
        return [
            _parameter("cursor", {"type": "string"}, _WHERE),
            _parameter("page_size", size, _HOW_MANY),
        ]


def _parameter(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "schema": schema, "description": words,
    }  # fmt: skip


def paginated(
    request: Request,
    rows: QuerySet[Any],
    output: type[BaseSerializer[Any]],
    context: dict[str, Any] | None = None,
) -> Response:
    """Return the page of these rows that was asked for."""
    pages = Pages()
    page = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(output(page, many=True, context=context or {}).data)


def linked(
    request: Request, results: Any, *, following: str, previous: str = "", **head: Any
) -> Response:
    """Return a page with the addresses of its neighbours in the body and in `Link`; "" is none."""
    here = request.build_absolute_uri()
    urls = {
        name: replace_query_param(here, "cursor", cursor) if cursor else None
        for name, cursor in (("next", following), ("previous", previous))
    }
    response = Response({**head, **urls, "results": results})
    rels = {"next": "next", "previous": "prev"}
    if links := [f'<{url}>; rel="{rels[name]}"' for name, url in urls.items() if url]:
        response["Link"] = ", ".join(links)
    return response


def page_size_of(request: Request) -> int:
    """Return how many are asked for; what is no number from 1 on is refused."""
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    if not size:
        raise ValidationError({"page_size": ["A page has from 1 to 100 rows."]}, "bad-page-size")
    return min(size, LARGEST_PAGE)


def write_place(request: Request, place: Any) -> str:
    """Return a cursor of the list at this address."""
    return _signer(request).sign_object(place, serializer=_Values)


def read_place(request: Request) -> Any:
    """Return what a cursor stands for, None without one; one that is not of this list is refused."""
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    try:
        return _signer(request).unsign_object(cursor, serializer=_Values)
    except signing.BadSignature as error:
        raise bad_cursor() from error


def bad_cursor() -> ValidationError:
    """Return the refusal of a cursor that nobody gave out for this list."""
    message = "This is no cursor of this list: take `next` or `previous` of a page as they are."
    return ValidationError({"cursor": [message]}, "bad-cursor")


def _read(request: Request, order: tuple[Term, ...]) -> tuple[bool, list[Any]]:
    place = read_place(request)
    if place is None:
        return False, []
    sorted_by, is_backward, key = place
    if sorted_by != _name_of(order):
        raise bad_cursor()
    return is_backward, key


def _write(request: Request, order: tuple[Term, ...], row: Any, *, is_backward: bool) -> str:
    return write_place(request, [_name_of(order), is_backward, key_of(row, order)])


def _name_of(order: tuple[Term, ...]) -> str:
    return ",".join(map(str, order))


def _signer(request: Request) -> signing.Signer:
    return signing.Signer(salt=f"cursor of {request.path}")


class _Values(signing.JSONSerializer):
    """JSON, and what columns have besides."""

    def dumps(self, obj: Any) -> bytes:
        """Return the text."""
        return super().dumps(_packed(obj))

    def loads(self, data: bytes) -> Any:
        """Return what was written."""
        return _unpacked(super().loads(data))


def _packed(value: Any) -> Any:
    if isinstance(value, list):
        return [_packed(one) for one in value]
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"hex": bytes(value).hex()}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(one) for one in value]
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"]) if "at" in value else bytes.fromhex(value["hex"])
    return value
