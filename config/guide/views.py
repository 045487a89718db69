"""The pages of the guide and of the API reference: the same for everybody but administrators."""

from __future__ import annotations

from functools import lru_cache

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import User
from config.guide.chapters import ENGLISH, Chapter, chapters_for
from config.guide.finding import LONGEST_QUERY, find
from config.guide.reference import Group, operations_with, reference


@login_not_required
@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """Show what the guide has, or where it says what was asked for."""
    chapters = _chapters(request)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    context = {
        "chapters": chapters,
        "query": query,
        "longest_query": LONGEST_QUERY,
        "found": find(chapters, query) if query else None,
        "operations": operations_with(query) if query else [],
    }
    return render(request, "guide/contents.html", context)


@login_not_required
@require_safe
def chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one chapter."""
    chapters = _chapters(request)
    at = next((number for number, one in enumerate(chapters) if one.slug == slug), None)
    if at is None:
        raise Http404
    shown = chapters[at]
    context = {
        "chapter": shown,
        "text": _rendered(shown, get_language()),
        "chapters": chapters,
        "previous": chapters[at - 1] if at else None,
        "next": chapters[at + 1] if at + 1 < len(chapters) else None,
    }
    return render(request, "guide/chapter.html", context)


@login_not_required
@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """Show what the REST API has."""
    context = {"text": _rendered(None, get_language()), "chapters": _chapters(request)}
    return render(request, "guide/api.html", context)


@login_not_required
@require_safe
def api_group(request: HttpRequest, name: str) -> HttpResponse:
    """Show the operations on one kind of thing."""
    groups = reference()
    group: Group | None = next((one for one in groups if one.name == name), None)
    if group is None:
        raise Http404
    context = {
        "group": group,
        "text": _rendered(group, get_language()),
        "chapters": _chapters(request),
    }
    return render(request, "guide/api_group.html", context)


@login_not_required
@require_safe
def to_contents(_request: HttpRequest) -> HttpResponse:
    """Lead from the address of before; browsers keep what stands behind the `#`."""
    return redirect("docs", permanent=True)


@login_not_required
@require_safe
def to_chapter(_request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the same address with its slash."""
    return redirect("docs-page", slug, permanent=True)


@login_not_required
@require_safe
def to_api(_request: HttpRequest) -> HttpResponse:
    """Lead from the address of before."""
    return redirect("docs-api", permanent=True)


@lru_cache(maxsize=256)
def _rendered(shown: Chapter | Group | None, _language_of_labels: str | None) -> SafeString:
    """Return what is long of a page and the same for everybody; of no group, the list of all."""
    if isinstance(shown, Chapter):
        return render_to_string("guide/chapter_text.html", {"chapter": shown})
    if shown is None:
        return render_to_string("guide/api_groups.html", {"groups": reference()})
    return render_to_string("guide/api_operations.html", {"group": shown})


def _chapters(request: HttpRequest) -> list[Chapter]:
    user = request.user
    is_administrator = isinstance(user, User) and user.is_superuser
    return chapters_for(_language(), is_administrator=is_administrator)


def _language() -> str:
    """Return the reader's language without its country."""
    return (get_language() or ENGLISH).partition("-")[0]
