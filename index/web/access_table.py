"""The review, page by page; the number of queries does not grow with what is listed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.models import Namespace
from index.access import AccessFilter, access_rows, numbers_of_rows
from index.access_review import AccessRow, describe
from index.models import Repository

_PAGE_SIZE = 25


class _Rows:
    """The rows of many repositories, of which a page reads those of the few that it shows."""

    def __init__(self, repositories: QuerySet[Repository], wanted: AccessFilter) -> None:
        self._repositories = repositories
        self._wanted = wanted
        self._numbers = numbers_of_rows(repositories, wanted)

    def count(self) -> int:
        """Return how many there are."""
        return sum(self._numbers.values())

    def __getitem__(self, part: slice) -> Any:
        """Return some of them."""
        shown: list[int] = []
        first = passed = 0
        for pk, number in self._numbers.items():
            if passed + number > part.start and passed < part.stop:
                first = first if shown else passed
                shown.append(pk)
            passed += number
        rows = access_rows(self._repositories.filter(pk__in=shown), self._wanted)
        return rows[part.start - first : part.stop - first]


def review_page(
    repositories: QuerySet[Repository],
    namespace: Namespace,
    wanted: AccessFilter,
    number: str | None,
    *,
    count: int | None = None,
) -> Page[AccessRow]:
    """Return a page of rows with all there is to say of them; of one repository `count` is known."""
    rows: Any = _Rows(repositories, wanted) if count is None else access_rows(repositories, wanted)
    pages = Paginator(rows, _PAGE_SIZE)
    if count is not None:
        pages.count = count
    found: Page[Any] = pages.get_page(number)
    found.object_list = describe(found.object_list, namespace)
    return found
