"""Rename a repository or give it away: what that changes is shown first, and then it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountError
from accounts.web.methods import require_recent_login
from index.errors import IndexRefusal
from index.flows.rename_repository import rename_repository
from index.flows.transfer_repository import (
    decline_transfer,
    take_transfer,
    transfer_repository,
    withdraw_transfer,
)
from index.models import Repository, Transfer
from index.name_change_preview import NameChange, preview_rename, preview_transfer
from index.names import RepositoryName
from index.transfers import end_of, may_give, offer_of, offers_to
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.name_forms import RenameForm, TransferForm, sentence
from index.web.repositories import page_context
from index.web.repository_head import decision_about, numbers_of

Preview = Callable[[RepositoryName], NameChange]
Done = TypeVar("Done")


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the name, show what it changes, rename."""
    repository, principal = find_administered(request, name), principal_of(request)
    form = RenameForm(request.POST or _asked(request), repository=repository)
    decision, numbers = (
        decision_about(repository, principal),
        numbers_of(repository, principal.user),
    )
    preview = _preview(
        form,
        lambda to: preview_rename(
            repository, to=to, by=principal, decision=decision, tags=numbers.tags
        ),
    )
    if request.method == "POST" and preview:
        old = repository.name
        if renamed := _attempt(
            form, lambda: rename_repository(repository, to=form.full_name, by=principal)
        ):
            messages.success(
                request,
                _("%(old)s is %(renamed)s now. The old name leads to it.")
                % {"old": old, "renamed": renamed},
            )
            return redirect("web-repository", form.full_name.value)
    return _page(request, repository, form, preview, "index/repository_rename.html")


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the namespace, show what goes and what stays, and give it away or offer it."""
    repository, principal = find_administered(request, name), principal_of(request)
    decision = decision_about(repository, principal)
    if not may_give(repository, principal, decision):
        message = _("Only owners of %(namespace)s give %(repository)s away.") % {
            "namespace": repository.namespace,
            "repository": repository,
        }
        raise PermissionDenied(message)
    require_recent_login(request)
    form = TransferForm(request.POST or _asked(request), repository=repository)
    preview = _preview(
        form, lambda to: preview_transfer(repository, to=to, by=principal, decision=decision)
    )
    if request.method == "POST" and preview:
        done = _attempt(
            form, lambda: transfer_repository(repository, to=form.full_name, by=principal)
        )
        if isinstance(done, Transfer):
            until = end_of(done)
            words = _("%(namespace)s can take %(repository)s until %(until)s UTC.") % {
                "namespace": done.namespace,
                "repository": repository,
                "until": f"{until:%Y-%m-%d %H:%M}",
            }
            messages.success(request, words)
            return redirect("web-repository-transfer", repository.name)
        if done:
            messages.success(
                request,
                _("%(repository)s is %(done)s now. The old name leads to it.")
                % {"repository": repository, "done": done},
            )
            return redirect("web-repository", done.name)
    return _page(request, repository, form, preview, "index/repository_transfer.html")


@post_only
def withdraw(request: HttpRequest, name: str) -> HttpResponse:
    """Take an offer back."""
    repository = find_administered(request, name)
    try:
        withdraw_transfer(repository, by=principal_of(request))
    except IndexRefusal as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(
        request,
        _("The offer is taken back. %(repository)s stays where it is.")
        % {"repository": repository},
    )
    return redirect("web-repository-transfer", repository.name)


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Show what is offered to the visitor and to organizations that the visitor is an owner of."""
    rows = [(offer, end_of(offer)) for offer in offers_to(principal_of(request))[:100]]
    return render(request, "index/transfers.html", {"offers": rows})


@post_only
def take(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Take what is offered."""
    offer = _find_offer(request, transfer_id)
    try:
        taken = take_transfer(offer, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, sentence(refusal))
        return redirect("web-transfers")
    messages.success(request, _("%(taken)s is yours now.") % {"taken": taken})
    return redirect("web-repository", taken.name)


@post_only
def decline(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Say no."""
    offer = _find_offer(request, transfer_id)
    try:
        decline_transfer(offer, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, sentence(refusal))
        return redirect("web-transfers")
    messages.success(
        request, _("%(repository)s stays where it is.") % {"repository": offer.repository}
    )
    return redirect("web-transfers")


def _asked(request: HttpRequest) -> dict[str, str] | None:
    """Return what was typed into the form that only asks, which is sent by GET."""
    return request.GET.dict() if "new_name" in request.GET else None


def _preview(form: RenameForm, make: Preview) -> NameChange | None:
    if not form.is_valid():
        return None
    return _attempt(form, lambda: make(form.full_name))


def _attempt(form: RenameForm, change: Callable[[], Done]) -> Done | None:
    try:
        return change()
    except (IndexRefusal, AccountError) as refusal:
        form.add_error("new_name", sentence(refusal))
        return None


def _find_offer(request: HttpRequest, transfer_id: int) -> Transfer:
    offer = offers_to(principal_of(request)).filter(pk=transfer_id).first()
    if offer is None:
        raise Http404
    return offer


def _page(
    request: HttpRequest,
    repository: Repository,
    form: RenameForm,
    preview: NameChange | None,
    template: str,
) -> HttpResponse:
    offer = offer_of(repository)
    context = {
        **page_context(repository, principal_of(request)),
        "form": form,
        "preview": preview if form.is_valid() else None,
        "offer": offer,
        "offer_ends": end_of(offer) if offer else None,
    }
    return render(request, template, context)
