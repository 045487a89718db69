"""Moves of repositories between registries: ask for them, see how far they are, cancel, try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.principals import Principal
from accounts.web.visitors import check_administrator
from index.errors import IndexRefusal
from index.flows.request_move import (
    AllMoves,
    cancel_move,
    end_keeping,
    request_all_moves,
    request_move,
    retry_move,
)
from index.models import Move, Registry
from index.move_tasks import work_on_move
from index.moves.listing import moves_of
from index.outbox import start_soon
from index.web.methods import post_only
from index.web.move_forms import MoveAllForm, MoveForm
from index.web.registry_forms import attempt

_PAGE_SIZE = 25
_NAMED = 3  # of those that cannot be moved


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List moves, with the forms for more."""
    check_administrator(request)
    return _page(request)


@post_only
def add(request: HttpRequest) -> HttpResponse:
    """Move one repository."""
    by = check_administrator(request)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, move_form=form)
    data = form.cleaned_data
    try:
        move = request_move(data["repository"], to=data["to"], by=by, keep_days=data["keep_days"])
    except IndexRefusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, move_form=form)
    start_soon(work_on_move, move.pk)
    done = _("%(repository)s is being moved to %(target)s. Pulls and pushes go on.") % {
        "repository": move.repository,
        "target": move.target,
    }
    return _done(request, done)


@post_only
def add_all(request: HttpRequest) -> HttpResponse:
    """Move all that a registry keeps."""
    by = check_administrator(request)
    form = MoveAllForm(request.POST)
    if not form.is_valid():
        return _page(request, all_form=form)
    data = form.cleaned_data
    try:
        asked = request_all_moves(
            data["source"],
            to=data["to"],
            by=by,
            keep_days=data["keep_days"],
            after=data["after"],
        )
    except IndexRefusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, all_form=form)
    for move in asked.moves[:2]:
        start_soon(work_on_move, move.pk)
    attempt(request, lambda: None, done=_sentence(asked, data["to"]))
    names = {"from": data["source"], "to": data["to"]}
    rest = {"keep_days": data["keep_days"], "after": asked.after}
    query = f"?{urlencode(names | rest)}#all" if asked.after else ""
    return redirect(f"{reverse('web-manage-moves')}{query}")


@post_only
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Stop before the flip."""
    return _do(
        request,
        number,
        cancel_move,
        _("%(repository)s is not moved; what was copied is deleted again."),
    )


@post_only
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Go on now."""
    return _do(request, number, retry_move, _("%(repository)s is being moved on."))


@post_only
def end_copy(request: HttpRequest, number: int) -> HttpResponse:
    """Keep the old copy no longer."""
    return _do(
        request,
        number,
        end_keeping,
        _("The old copy of %(repository)s is deleted as soon as that is safe."),
    )


def _do(request: HttpRequest, number: int, flow: Callable[..., object], done: str) -> HttpResponse:
    by: Principal = check_administrator(request)
    move = get_object_or_404(
        Move.objects.select_related("repository", "target", "source"), pk=number
    )
    if attempt(request, lambda: flow(move, by=by), done=done % {"repository": move.repository}):
        start_soon(work_on_move, move.pk)
    return redirect("web-manage-moves")


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    attempt(request, lambda: None, done=sentence)
    return redirect("web-manage-moves")


def _sentence(asked: AllMoves, to: Registry) -> str:
    sentences = [
        ngettext(
            "%(n)s repository is being moved to %(to)s.",
            "%(n)s repositories are being moved to %(to)s, a few at a time.",
            len(asked.moves),
        )
        % {"n": len(asked.moves), "to": to}
    ]
    if asked.refused:
        sentences.append(_("Not moved: %(why)s.") % {"why": "; ".join(asked.refused[:_NAMED])})
    if asked.left:
        sentences.append(
            ngettext(
                "%(n)s more is left, after %(name)s: move everything once more.",
                "%(n)s more are left, after %(name)s: move everything once more.",
                asked.left,
            )
            % {"n": asked.left, "name": asked.after}
        )
    return " ".join(sentences)


def _page(request: HttpRequest, **refused: Any) -> HttpResponse:
    shown = "open" if request.GET.get("state") == "open" else "all"
    page = Paginator(moves_of(shown), _PAGE_SIZE).get_page(request.GET.get("page"))
    asked = request.GET
    wanted = {
        "source": asked.get("from"),
        "to": asked.get("to"),
        "keep_days": asked.get("keep_days", 7),
        "after": asked.get("after"),
    }
    context = {
        "page": page,
        "shown": shown,
        "move_form": MoveForm(initial={"repository": asked.get("repository"), "keep_days": 7}),
        "all_form": MoveAllForm(initial=wanted),
        "has_errors": bool(refused),
    }
    return render(request, "index/manage/moves.html", context | refused)
