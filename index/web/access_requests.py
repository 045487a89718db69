"""Ask for access, see what one asked for, and answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import TooManyAttempts
from accounts.web.fragments import nothing_new, render_page
from accounts.words import word
from index.errors import AlreadyDecided, IndexRefusal
from index.flows.request_access import decline_request, grant_request, request_access
from index.models import AccessRequest, Repository
from index.outbox import start_soon
from index.roles import Role
from index.tasks import announce_access_request
from index.web import access
from index.web.access_forms import AnswerForm, AskForm, end_of
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what one asked for, as far as one may know of it."""
    principal = principal_of(request)
    mine = AccessRequest.objects.filter(
        user=principal.user,
        repository__in=Repository.objects.visible_to(principal).values("pk"),
    )
    rows = list(mine.select_related("repository").order_by("-created_at")[:100])
    version = f"{len(rows)}-{sum(one.decided_at is not None for one in rows)}"
    if unchanged := nothing_new(request, version):
        return unchanged
    context = {"requests": rows, "version": version, "is_news": "seen" in request.GET}
    parts = {"own-requests": "index/access_requests_list.html"}
    return render_page(request, "index/access_requests.html", context, parts=parts)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a role; the answer is the same whether there is such a repository or not (case 24)."""
    role = request.GET.get("role", "")
    chosen = {
        "repository": request.GET.get("repository", "")[:200],
        "role": role if role in Role.values else Role.READER,
    }
    form = AskForm(request.POST or None, initial=chosen)
    if form.is_valid() and _ask(request, form):
        name = form.cleaned_data["repository"]
        messages.success(
            request, _("If %(name)s exists, its admins have been asked.") % {"name": name}
        )
        return redirect("web-access-requests")
    return render(request, "index/access_ask.html", {"form": form})


@post_only
def grant(request: HttpRequest, name: str, request_id: int) -> HttpResponse:
    """Give the asker a role."""
    repository = find_administered(request, name)
    asked = _find(repository, request_id)
    form = AnswerForm(request.POST, auto_id=f"id_request{asked.pk}_%s")
    if not form.is_valid():
        return access.page(request, repository, answered=(asked.pk, form))
    role, until = Role(form.cleaned_data["role"]), end_of(form.cleaned_data["until"])
    try:
        grant_request(asked, by=principal_of(request), role=role, until=until)
    except AlreadyDecided as refusal:
        messages.warning(request, str(refusal))
    except IndexRefusal as refusal:
        form.add_error(None, str(refusal))
        return access.page(request, repository, answered=(asked.pk, form))
    else:
        messages.success(
            request,
            _("%(who)s is %(role)s of %(repository)s now.")
            % {"who": asked.user, "role": word(role.value), "repository": repository},
        )
    return _back(request, repository)


@post_only
def decline(request: HttpRequest, name: str, request_id: int) -> HttpResponse:
    """Say no."""
    repository = find_administered(request, name)
    asked = _find(repository, request_id)
    try:
        decline_request(asked, by=principal_of(request))
    except AlreadyDecided as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The request of %(user)s is declined.") % {"user": asked.user})
    return _back(request, repository)


def _back(request: HttpRequest, repository: Repository) -> HttpResponse:
    """Lead to where the button was."""
    if request.POST.get("back") == "dashboard":
        return redirect("web-home")
    return redirect("web-repository-access", repository.name)


def _find(repository: Repository, request_id: int) -> AccessRequest:
    """Return a request for this repository; another's is not found (case 19)."""
    return get_object_or_404(repository.access_requests.select_related("user"), pk=request_id)


def _ask(request: HttpRequest, form: AskForm) -> bool:
    data: dict[str, Any] = form.cleaned_data
    try:
        asked = request_access(
            data["repository"],
            by=principal_of(request),
            role=Role(data["role"]),
            message=data["message"],
        )
    except TooManyAttempts as error:
        minutes = max(1, error.retry_after // 60)
        form.add_error(
            None,
            _("You have asked often lately. Try again in %(minutes)s minutes.")
            % {"minutes": minutes},
        )
        return False
    except IndexRefusal as refusal:
        form.add_error("role", str(refusal))
        return False
    if asked:
        start_soon(announce_access_request, asked.pk)
    return True
