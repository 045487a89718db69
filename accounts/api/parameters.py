"""Which query parameters an operation knows: those that its description names, and no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request

from accounts.api.pagination import Pages

_ANYTHING: Collection[str] = ()


def check_parameters(request: Request, view: Any) -> None:
    """Refuse a parameter that is not known, and a word that is none of those to choose from."""
    method = "get" if request.method == "HEAD" else str(request.method).lower()
    if not request.query_params or method == "options" or not hasattr(view, method):
        return
    kind: Any = type(view)
    known = known_parameters(kind, method)
    wrong = {}
    for name, value in request.query_params.items():
        if name not in known:
            told = f"no parameter of this; those are: {', '.join(sorted(known)) or 'none'}"
            wrong[name[:80]] = [ErrorDetail(told, "unknown-parameter")]
        elif value and known[name] and value not in known[name]:
            told = f"one of {', '.join(known[name])}"
            wrong[name] = [ErrorDetail(told, "invalid_choice")]
    if wrong:
        raise ValidationError(wrong)


@lru_cache(maxsize=1_000)
def known_parameters(view: type[Any], method: str) -> Mapping[str, Collection[str]]:
    """Return them, each with the words to choose from; none is any."""
    described = getattr(getattr(view, method, None), "kwargs", {}).get("schema")
    schema: Any = described() if described else None
    if schema:
        schema.view, schema.method = view(request=None, kwargs={}), method.upper()
    known: dict[str, Collection[str]] = {}
    if _is_list(view, schema, method):
        known |= {one["name"]: _ANYTHING for one in Pages().get_schema_operation_parameters(None)}
    for one in schema.get_override_parameters() if schema else ():
        if not isinstance(one, OpenApiParameter):  # a serializer, which looks at the words itself
            fields = (one() if isinstance(one, type) else one).fields
            known |= dict.fromkeys(fields, _ANYTHING)
        elif one.location == OpenApiParameter.QUERY:
            known[one.name] = [str(word) for word in one.enum or ()]
    return known


def _is_list(view: type[Any], schema: Any, method: str) -> Any:
    if method == "get" and issubclass(view, ListModelMixin):
        return True
    return method == "get" and schema and is_list_serializer(schema.get_response_serializers())
