"""A repository's own audit, for its admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit_search import page_of
from accounts.cursors import read_cursor
from index.audit_lines import lines_of
from index.policy import holds_namespace
from index.web.lookup import find_administered, principal_of
from index.web.repositories import page_context


@require_safe
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Show who changed what; from which address only to owners, who see it elsewhere as well."""
    repository, principal = find_administered(request, name), principal_of(request)
    before = read_cursor(request.GET.get("before", ""))
    owns = principal.is_administrator or holds_namespace(principal, repository.namespace)
    context = {
        **page_context(repository, principal),
        "page": page_of(lines_of(repository), before),
        "is_first": before is None,
        "hides_addresses": not owns,
    }
    return render(request, "index/repository_audit.html", context)
