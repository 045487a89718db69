"""The review, page by page; the number of queries does not grow with what is listed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator

from accounts.models import Namespace
from index.access_numbers import CountedRows
from index.access_review import AccessRow, describe

_PAGE_SIZE = 25


def review_page(rows: CountedRows, namespace: Namespace, number: str | None) -> Page[AccessRow]:
    """Return a page of rows with all there is to say of them."""
    listed: Any = rows
    found: Page[Any] = Paginator(listed, _PAGE_SIZE).get_page(number)
    found.object_list = describe(found.object_list, namespace)
    return found
