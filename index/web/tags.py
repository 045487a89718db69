"""Pages about tags: the list, what became of one, and pointing it back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from index.errors import IndexRefusal
from index.flows.restore_tag import restore_tag, why_not
from index.names import is_tag
from index.tag_history import history_of
from index.tag_list import TagOrder, found_tags, order_of, tag_page
from index.tag_patterns import frozen_by
from index.tag_rows import tag_rows
from index.web.lookup import find_repository, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context

ORDERS = (
    (TagOrder.NEWEST, "Newest first"),
    (TagOrder.OLDEST, "Oldest first"),
    (TagOrder.VERSION, "Version, highest first"),
    (TagOrder.NAME, "Name"),
    (TagOrder.SIZE, "Largest first"),
    (TagOrder.PULLS, "Most pulled first"),
)
CLIENTS = ("docker", "podman", "nerdctl")


@login_not_required
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the tags that were searched for, sorted, page by page."""
    repository = find_repository(request, name)
    context = page_context(repository, principal_of(request))
    search, order = request.GET.get("q", "")[:200], order_of(request.GET.get("sort", ""))
    client = request.GET.get("client", "")
    page = tag_page(
        found_tags(repository, search),
        order=order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        count=None if search.strip() else context["tag_count"],
    )
    client = client if client in CLIENTS else CLIENTS[0]
    kept = {"q": search.strip(), "sort": order, "client": client}
    defaults = {"q": "", "sort": TagOrder.NEWEST, "client": CLIENTS[0]}
    query = urlencode({key: value for key, value in kept.items() if value != defaults[key]})
    context |= {
        "page": page,
        "rows": tag_rows(repository, page.tags, names_credentials=context["may_administer"]),
        "search": search.strip(),
        "order": order,
        "orders": ORDERS,
        "client": client,
        "clients": CLIENTS,
        "query": f"{query}&" if query else "",
        "before": urlencode({"before": page.before}) if page.before else "",
        "after": urlencode({"after": page.after}) if page.after else "",
    }
    return render(request, "index/tags.html", context)


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
        "immutable_by": frozen_by(repository.immutable_tags, tag) if page.current else "",
        "why_not": "" if context["may_push"] else why_not(repository, principal),
    }
    return render(request, "index/tag_history.html", context)


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
        messages.success(request, f"{tag} points to {short} again.")
    return redirect("web-tag-history", repository.name, tag)
