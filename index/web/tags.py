"""Pages about tags: the list, what became of one, and pointing it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.web.fragments import asked_part, nothing_new, render_page
from index.errors import IndexRefusal
from index.flows.restore_tag import restore_tag, why_not
from index.models import Repository
from index.names import is_tag
from index.pull_commands import CLIENTS
from index.tag_history import HistoryPage, history_of
from index.tag_list import TagOrder, found_tags, order_of, tag_page
from index.tag_patterns import frozen_by
from index.tag_rows import TagRow, tag_rows, tags_version
from index.web.lookup import find_repository, principal_of
from index.web.methods import post_only
from index.web.platform_matrix import matrix
from index.web.pull_client import client_of
from index.web.repositories import page_context
from index.web.tag_size_picture import Moment, SizePicture
from index.web.tag_size_picture import draw as draw_sizes

ORDERS = (
    (TagOrder.NEWEST, gettext_lazy("Newest first")),
    (TagOrder.OLDEST, gettext_lazy("Oldest first")),
    (TagOrder.VERSION, gettext_lazy("Version, highest first")),
    (TagOrder.NAME, gettext_lazy("Name")),
    (TagOrder.SIZE, gettext_lazy("Largest first")),
    (TagOrder.PULLS, gettext_lazy("Most pulled first")),
)
_PARTS = {"tag-list": "index/tags_found_part.html", "tags-body": "index/tags_body_part.html"}


@login_not_required
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the tags that were searched for, sorted, page by page; or the list of them alone."""
    repository = find_repository(request, name)
    context = page_context(repository, principal_of(request))
    context |= _found(request, repository, context)
    version = tags_version(context["tag_count"], context["rows"])
    if unchanged := nothing_new(request, version):
        return unchanged
    asked = context["asked"]
    place = {key: request.GET[key] for key in ("after", "before") if key in request.GET}
    context |= {
        "query": f"{urlencode(asked)}&" if asked else "",
        "look_again": f"{request.path}?{urlencode(asked | place | {'seen': version})}",
        "is_news": "seen" in request.GET,
        "newest": max(context["rows"], key=_pushed_at).tag.name if context["rows"] else "",
    }
    response = render_page(request, "index/tags.html", context, parts=_PARTS)
    if asked_part(request) == "tag-list" and not context["is_news"]:  # somebody types
        response.headers["HX-Replace-Url"] = f"{request.path}?{urlencode(asked)}".rstrip("?")
    return response


def _found(
    request: HttpRequest, repository: Repository, context: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a page of the tags that were asked for, and how they were asked for."""
    search, order = request.GET.get("q", "")[:200].strip(), order_of(request.GET.get("sort", ""))
    client = request.GET.get("client", "")
    client = client if client in CLIENTS else client_of(request)
    page = tag_page(
        found_tags(repository, search),
        order=order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        count=None if search else context["tag_count"],
    )
    kept = {"q": search, "sort": order.value, "client": client}
    defaults = {"q": "", "sort": TagOrder.NEWEST.value, "client": client_of(request)}
    rows = tag_rows(repository, page.tags, names_credentials=context["may_administer"])
    return {
        "page": page,
        "rows": rows,
        "matrix": matrix(rows),
        "search": search,
        "order": order,
        "orders": ORDERS,
        "client": client,
        "clients": CLIENTS,
        "asked": {key: value for key, value in kept.items() if value != defaults[key]},
        "before": urlencode({"before": page.before}) if page.before else "",
        "after": urlencode({"after": page.after}) if page.after else "",
    }


@login_not_required
@require_safe
def history(request: HttpRequest, name: str, tag: str) -> HttpResponse:
    """Show which digest a tag pointed to, and when; whoever may push can point it back."""
    repository = find_repository(request, name)
    if not is_tag(tag):
        raise Http404
    principal = principal_of(request)
    context = page_context(repository, principal)
    after = request.GET.get("after", "")
    page = history_of(
        repository,
        tag,
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
        names_credentials=context["may_administer"],
    )
    if not (page.rows or page.current):
        raise Http404
    context |= {
        "tag": tag,
        "page": page,
        "picture": _sizes(page),
        "immutable_by": frozen_by(repository.immutable_tags, tag) if page.current else "",
        "why_not": "" if context["may_push"] else why_not(repository, principal),
    }
    return render(request, "index/tag_history.html", context)


def _sizes(page: HistoryPage) -> SizePicture | None:
    """Return what the tag weighed from its first change on that the page has."""
    changes = [Moment(row.at, row.size, row.digest) for row in page.rows]
    return draw_sizes(changes, now=timezone.now())


@post_only
def restore(request: HttpRequest, name: str, tag: str) -> HttpResponse:
    """Point a tag back to an earlier digest."""
    repository = find_repository(request, name)
    if not is_tag(tag):
        raise Http404
    digest = request.POST.get("digest", "")
    try:
        restore_tag(repository, tag, digest=digest, by=principal_of(request))
    except IndexRefusal as refusal:
        sentence = str(refusal)
        messages.error(request, f"{sentence[:1].upper()}{sentence[1:]}.")
    else:
        short = digest.partition(":")[2][:12]
        messages.success(
            request, _("%(tag)s points to %(short)s again.") % {"tag": tag, "short": short}
        )
    return redirect("web-tag-history", repository.name, tag)


def _pushed_at(row: TagRow) -> datetime:
    return row.tag.pushed_at
