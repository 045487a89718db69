"""Pages of who was denied what: of one repository, and of all of an organization."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.prepared import Statement, prepared
from index.denial_list import DenialRow, denials_of, describe
from index.models import Denial, Repository
from index.web.lookup import find_administered, principal_of
from index.web.organization_access import find_organization
from index.web.repositories import page_context

_PAGE_SIZE = 50
_NEWEST = 5


@require_safe
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Show who was denied what of the repository lately."""
    repository = find_administered(request, name)
    only = Repository.objects.filter(pk=repository.pk)
    context = {
        **page_context(repository, principal_of(request)),
        "page": _page(only, request.GET.get("page")),
        "days": settings.DENIALS_DAYS,
    }
    return render(request, "index/denials.html", context)


@require_safe
def of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """Show who was denied what in the organization lately; for its owners."""
    head, namespace = find_organization(request, name)
    context = {
        "head": head,
        "tab": "access",
        "crumb": _("Denials"),
        "namespace": namespace,
        "page": _page(
            Repository.objects.live().filter(namespace=namespace), request.GET.get("page")
        ),
        "days": settings.DENIALS_DAYS,
    }
    return render(request, "index/organization_denials.html", context)


def newest(repository: Repository) -> Statement:
    """Return the last ones, for the permissions page."""
    return prepared(_newest, repository=repository.pk)


def _newest(*, repository: int) -> QuerySet[Denial]:
    return denials_of(Repository.objects.filter(pk=repository))[:_NEWEST]


def _page(repositories: QuerySet[Repository], number: str | None) -> Page[DenialRow]:
    found: Page[Any] = Paginator(denials_of(repositories), _PAGE_SIZE).get_page(number)
    found.object_list = describe(found.object_list)
    return found
