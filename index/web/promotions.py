"""Promote an image: choose where to, see what that brings, ask, answer; and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.principals import Principal
from index.errors import Denied, IndexRefusal, RegistryTrouble
from index.flows.decide_promotion import (
    approve_promotion,
    check_approver,
    drop_promotion,
    refuse_promotion,
    retry_promotion,
)
from index.flows.promote import request_promotion
from index.models import Promotion, PromotionState, Repository
from index.outbox import start_soon
from index.promotion_tasks import continue_promotion
from index.promotions import (
    preview_promotion,
    promotions_of,
    sees_promotions,
)
from index.web.lookup import find_repository, principal_of
from index.web.methods import post_only
from index.web.promotion_forms import PromoteForm, sentence_of
from index.web.repositories import page_context
from index.web.repository_head import decision_about, note_decision

_PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Choose a target; see what would be copied; ask for it."""
    source = find_repository(request, name)
    principal = principal_of(request)
    chosen = request.POST or (request.GET if "target" in request.GET else None)
    form = PromoteForm(
        chosen, source=source, principal=principal, initial={"image": request.GET.get("image", "")}
    )
    if request.method == "POST" and form.is_valid() and (asked := _ask(form, source, principal)):
        start_soon(continue_promotion, asked.pk)
        messages.success(request, _asked(asked))
        return redirect("web-promotion", asked.target.name, asked.pk)
    preview = _preview(form, source)
    note_decision(source, principal, form.decisions[source.pk])
    context = {
        **page_context(source, principal),
        "form": form,
        "has_errors": bool(form.errors),
        "targets": form.targets,
        **preview,
    }
    return render(request, "index/promote.html", context)


@require_safe
def listing(request: HttpRequest, name: str) -> HttpResponse:
    """List the promotions into the repository and out of it."""
    repository = _find_shown(request, name)
    principal = principal_of(request)
    rows = promotions_of(repository, principal)
    page = Paginator(rows, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = page_context(repository, principal) | {"page": page}
    return render(request, "index/promotions.html", context)


@require_safe
def show(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one: what, by whom, how far it is; and answer it, if one may."""
    repository = _find_shown(request, name)
    principal = principal_of(request)
    promotion = _find(request, repository, number)
    state = PromotionState(promotion.state)
    is_admin = decision_about(promotion.target, principal).may_administer
    is_own = principal.subject == promotion.requested_by
    obstacle = _obstacle(promotion, principal)
    context = page_context(repository, principal) | {
        "promotion": promotion,
        "obstacle": obstacle if is_admin and not is_own else "",
        "may_answer": state is PromotionState.WAITING and not obstacle,
        "may_retry": state is PromotionState.FAILED,
        "may_drop": (is_admin or is_own) and state in {"waiting", "copying", "failed"},
        "is_own": is_own,
    }
    return render(request, "index/promotion.html", context)


@post_only
def approve(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Let it go."""
    note = request.POST.get("note", "")
    return _change(request, name, number, lambda one, by: approve_promotion(one, by=by, note=note))


@post_only
def refuse(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Say no."""
    note = request.POST.get("note", "")
    return _change(request, name, number, lambda one, by: refuse_promotion(one, by=by, note=note))


@post_only
def retry(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Try a failed one again."""
    return _change(request, name, number, lambda one, by: retry_promotion(one, by=by))


@post_only
def drop(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Give it up."""
    return _change(request, name, number, lambda one, by: drop_promotion(one, by=by))


def _change(
    request: HttpRequest,
    name: str,
    number: int,
    step: Callable[[Promotion, Principal], Promotion],
) -> HttpResponse:
    repository = _find_shown(request, name)
    try:
        changed = step(_find(request, repository, number), principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, sentence_of(refusal))
    else:
        if changed.state == PromotionState.COPYING:
            start_soon(continue_promotion, changed.pk)
        messages.success(request, f"{changed.get_state_display()}.")
    return redirect("web-promotion", repository.name, number)


def _find_shown(request: HttpRequest, name: str) -> Repository:
    repository = find_repository(request, name)
    if not sees_promotions(principal_of(request), repository):
        message = _("Promotions of %(repository)s are shown to those who may push there.") % {
            "repository": repository
        }
        raise PermissionDenied(message)
    return repository


def _find(request: HttpRequest, repository: Repository, number: int) -> Promotion:
    found = promotions_of(repository, principal_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _obstacle(promotion: Promotion, principal: Principal) -> str:
    """Return why this principal may not answer it; "" is that it may."""
    try:
        check_approver(promotion, principal)
    except Denied as denial:
        return sentence_of(denial)
    return ""


def _ask(form: PromoteForm, source: Repository, principal: Principal) -> Promotion | None:
    try:
        return request_promotion(source, form.found_target, wanted=form.wanted, by=principal)
    except IndexRefusal as refusal:
        form.add_error(None, sentence_of(refusal))
        return None


def _preview(form: PromoteForm, source: Repository) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {}
    try:
        preview = preview_promotion(source, form.found_target, form.wanted.digest)
    except RegistryTrouble as trouble:
        return {"wanted": form.wanted, "target": form.found_target, "trouble": str(trouble)}
    return {"wanted": form.wanted, "target": form.found_target, "preview": preview}


def _asked(promotion: Promotion) -> str:
    where = f"{promotion.target}:{promotion.target_tag}"
    if promotion.state == PromotionState.WAITING:
        return _(
            "The promotion to %(where)s waits for a second person; its admins have been told."
        ) % {"where": where}
    return _("The image is being copied to %(where)s.") % {"where": where}
