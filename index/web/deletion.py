"""Delete a repository, the trash, and the way back."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.flows.reopen_organization import endings_of
from accounts.web.undo import offer_undo
from accounts.web.visitors import check_administrator
from index import trash
from index.deletion_preview import preview_deletion
from index.errors import IndexRefusal
from index.flows.delete_repository import request_deletion
from index.flows.restore_repository import purge_now, restore_repository
from index.models import Deletion, Repository
from index.outbox import start_soon
from index.tasks import continue_deletion
from index.web.forms import DeleteForm
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context

_PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Say what goes and what stays; close the repository when its name was typed."""
    repository = find_administered(request, name)
    principal = principal_of(request)
    form = DeleteForm(request.POST or None, repository=repository, auto_id="id_delete_%s")
    if request.method == "POST" and form.is_valid():
        deletion = request_deletion(repository, by=principal)
        start_soon(continue_deletion, deletion.pk)
        _tell(request, repository, deletion)
        return redirect("web-trash" if trash.is_used() else "web-home")
    context = {
        **page_context(repository, principal),
        **_trash_words(),
        "preview": preview_deletion(repository, by=principal),
        "form": form,
        "has_errors": bool(form.errors),
    }
    return render(request, "index/repository_delete.html", context)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List what the visitor deleted, or may have back."""
    rows = trash.own_trash_of(principal_of(request))
    context = {**_listing(request, rows), "endings": endings_of(principal_of(request))}
    return render(request, "index/trash.html", context)


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List everybody's, for administrators."""
    check_administrator(request)
    rows = trash.trash_of(principal_of(request))
    return render(request, "index/manage/trash.html", _listing(request, rows))


@post_only
def restore(request: HttpRequest, deletion_id: int) -> HttpResponse:
    """Take it out."""
    repository = _find(request, deletion_id)
    try:
        restore_repository(repository, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, f"{refusal}.")
        return redirect("web-trash")
    messages.success(
        request, _("%(repository)s is back, exactly as it was.") % {"repository": repository}
    )
    return redirect("web-repository", repository.name)


@post_only
@reauthentication_required
def purge(request: HttpRequest, deletion_id: int) -> HttpResponse:
    """Delete it for good, now."""
    repository = _find(request, deletion_id)
    try:
        deletion = purge_now(repository, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, f"{refusal}.")
        return redirect("web-trash")
    start_soon(continue_deletion, deletion.pk)
    messages.success(
        request,
        _("The content of %(repository)s is being deleted for good.") % {"repository": repository},
    )
    return redirect("web-trash")


def _find(request: HttpRequest, deletion_id: int) -> Repository:
    """Return what the visitor may have back; 404 alike for all else."""
    found = trash.trash_of(principal_of(request)).filter(pk=deletion_id).first()
    if found is None:
        raise Http404
    return found.repository


def _listing(request: HttpRequest, rows: QuerySet[Deletion]) -> dict[str, Any]:
    newest_first = rows.order_by("-requested_at", "-pk")
    page = Paginator(newest_first, _PAGE_SIZE).get_page(request.GET.get("page"))
    return {**_trash_words(), "page": page}


def _trash_words() -> dict[str, Any]:
    return {"trash_days": settings.TRASH_DAYS}


def _tell(request: HttpRequest, repository: Repository, deletion: Deletion) -> None:
    """Say what becomes of it, and offer it back."""
    if not trash.is_used():
        sentence = _("{repository} is closed, and its content is being deleted.")
        messages.success(request, sentence.format(repository=repository))
        return
    sentence = _(
        "{repository} is closed and in the trash. Until it is emptied you can have it back."
    )
    way_back = reverse("web-trash-restore", args=[deletion.pk])
    offer_undo(request, sentence.format(repository=repository), way_back)
