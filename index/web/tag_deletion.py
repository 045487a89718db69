"""Delete tags, many at once if need be, and their trash."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.undo import offer_undo
from index.deletion_tasks import continue_tag_deletions
from index.errors import Denied, IndexRefusal, PatternRefused
from index.flows.delete_tags import delete_tags
from index.flows.undelete_tag import undelete_tag, undelete_together
from index.models import Repository, TagDeletion
from index.outbox import start_soon
from index.tag_patterns import matching, parse_patterns
from index.tag_trash import check_may_delete, digests_of_tags, preview_tags
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context
from index.web.repository_head import decision_about

_OFFERED = 100
_SHOWN = 100  # whoever deletes thousands reads them in portions
_PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Choose tags, see what would go with them and why others stay, and then delete them."""
    repository = find_administered(request, name)
    _check(request, repository)
    if request.method == "POST":
        return _delete(request, repository)
    pattern, problem = _read_pattern(request)
    known = digests_of_tags(repository)
    chosen = _chosen(known, request.GET.getlist("tag"), pattern)
    context = {
        **page_context(repository, principal_of(request)),
        "pattern": pattern or request.GET.get("pattern", "")[:128],
        "problem": problem,
        "verdicts": preview_tags(repository, chosen[:_SHOWN], known) if chosen else [],
        "more": max(0, len(chosen) - _SHOWN),
        "has_chosen": bool(pattern or request.GET.getlist("tag")) and not problem,
        "offered": list(known)[:_OFFERED],
    }
    return render(request, "index/tags_delete.html", context)


@require_safe
def trash(request: HttpRequest, name: str) -> HttpResponse:
    """Show what was deleted, by whom or which rule, and what became of it."""
    repository = find_administered(request, name)
    rows = repository.tag_deletions.select_related("rule").defer("document")
    page = Paginator(rows, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {**page_context(repository, principal_of(request)), "page": page}
    return render(request, "index/tags_trash.html", context)


@post_only
def restore(request: HttpRequest, name: str, deletion_id: int) -> HttpResponse:
    """Put a tag back."""
    repository = find_administered(request, name)
    deletion = get_object_or_404(TagDeletion, pk=deletion_id, repository=repository)
    try:
        undelete_tag(deletion, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, f"{refusal}.")
    else:
        start_soon(continue_tag_deletions, repository.pk)
        messages.success(request, _("%(tag)s is being put back.") % {"tag": deletion.tag})
    return redirect("web-repository-tags-trash", repository.name)


@post_only
def undo(request: HttpRequest, name: str, deletion_id: int) -> HttpResponse:
    """Put back what was deleted in one go with a tag."""
    repository = find_administered(request, name)
    deletion = get_object_or_404(TagDeletion, pk=deletion_id, repository=repository)
    try:
        coming = undelete_together(deletion, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, f"{refusal}.")
        return redirect("web-repository-tags-trash", repository.name)
    start_soon(continue_tag_deletions, repository.pk)
    count = len(coming)
    sentence = ngettext("{tag} is being put back.", "{count} tags are being put back.", count)
    messages.success(request, sentence.format(tag=coming[0].tag, count=count))
    return redirect("web-repository-tags", repository.name)


def _check(request: HttpRequest, repository: Repository) -> None:
    try:
        principal = principal_of(request)
        check_may_delete(repository, principal, decision=decision_about(repository, principal))
    except Denied as refusal:
        message = f"{refusal}."
        raise PermissionDenied(message) from refusal


def _read_pattern(request: HttpRequest) -> tuple[str, str]:
    text = request.GET.get("pattern", "").strip()
    try:
        return (parse_patterns([text])[0] if text else ""), ""
    except PatternRefused as refusal:
        return "", str(refusal)


def _chosen(known: Iterable[str], tags: Iterable[str], pattern: str) -> list[str]:
    names = set(tags)
    if pattern:
        names |= matching(pattern, known)
    return sorted(names)


def _delete(request: HttpRequest, repository: Repository) -> HttpResponse:
    wanted = dict(text.partition("@")[::2] for text in request.POST.getlist("tag"))
    try:
        made = delete_tags(repository, wanted, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, _("Nothing was deleted: %(refusal)s.") % {"refusal": refusal})
        return redirect("web-repository-tags-delete", repository.name)
    start_soon(continue_tag_deletions, repository.pk)
    count = len(made)
    sentence = ngettext(
        "{tag} is deleted. Until the trash is emptied you can have it back.",
        "{count} tags are deleted. Until the trash is emptied you can have them back.",
        count,
    )
    way_back = reverse("web-repository-tags-undo", args=[repository.name, made[0].pk])
    offer_undo(request, sentence.format(tag=made[0].tag, count=count), way_back)
    return redirect("web-repository-tags-trash", repository.name)
