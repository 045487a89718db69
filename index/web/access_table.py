"""The review, page by page; the number of queries does not grow with what is listed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.models import Namespace
from index.access import AccessFilter, access_rows
from index.access_review import AccessRow, describe
from index.models import Repository

_PAGE_SIZE = 25


def review_page(
    repositories: QuerySet[Repository],
    namespace: Namespace,
    wanted: AccessFilter,
    number: str | None,
    *,
    count: int | None = None,
) -> Page[AccessRow]:
    """Return a page of rows with all there is to say of them; who has counted them may say so."""
    pages = Paginator(access_rows(repositories, wanted), _PAGE_SIZE)
    if count is not None:
        pages.count = count
    found: Page[Any] = pages.get_page(number)
    found.object_list = describe(found.object_list, namespace)
    return found
