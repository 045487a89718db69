"""The review as a file: for spreadsheets, or for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse

from accounts.limits import EXPORTS
from accounts.models import Namespace
from accounts.principals import Principal
from accounts.ratelimits import spend
from index.access import access_rows
from index.access_review import describe, write_csv
from index.models import Repository


def export(
    repositories: QuerySet[Repository], namespace: Namespace, kind: str, name: str, *, by: Principal
) -> HttpResponse:
    """Return everything at once, as `csv` or `json`. Raises LimitReached."""
    spend(EXPORTS, by.subject, what="exports")
    rows = describe(access_rows(repositories), namespace)
    response: HttpResponse
    if kind == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        write_csv(rows, response)
    elif kind == "json":
        fields = [row.as_fields() for row in rows]
        response = JsonResponse({"access": fields}, json_dumps_params={"indent": 1})
    else:
        raise Http404
    file_name = f"access-{name.replace('/', '-')}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
