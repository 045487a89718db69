"""The permissions page of a repository: who may what and why, requests, and the review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import LimitReached
from accounts.prepared import prepared
from accounts.together import read_together
from accounts.words import word
from index.access_numbers import CountedRows
from index.denial_list import describe
from index.errors import IndexRefusal
from index.flows.grant_access import grant_access, revoke_access
from index.flows.review_access import confirm_review, last_review
from index.models import AccessRequest, Repository
from index.roles import Role
from index.web.access_export import export
from index.web.access_forms import AccessFilterForm, AnswerForm, GrantForm, ReviewForm, grantees_of
from index.web.access_table import review_page
from index.web.denials import newest
from index.web.explain_forms import ExplainForm
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show who may what."""
    return page(request, find_administered(request, name))


@require_safe
def download(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Hand out the whole review as a file."""
    repository = find_administered(request, name)
    by = principal_of(request)
    try:
        return export(_only(repository), repository.namespace, kind, repository.name, by=by)
    except LimitReached as refusal:
        messages.error(request, str(refusal))
        return redirect("web-repository-access", repository.name)


@post_only
def grant(request: HttpRequest, name: str) -> HttpResponse:
    """Give someone a role."""
    repository = find_administered(request, name)
    form = GrantForm(request.POST, namespace=repository.namespace)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            grant_access(
                repository, to=form.found, role=role, until=form.ends_at, by=principal_of(request)
            )
        except IndexRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            sentence = _("%(who)s is %(role)s of %(repository)s now.") % {
                "who": form.found,
                "role": word(role.value),
                "repository": repository,
            }
            messages.success(request, sentence)
            return redirect("web-repository-access", repository.name)
    return page(request, repository, grant_form=form)


@post_only
def revoke(request: HttpRequest, name: str, grant_id: int) -> HttpResponse:
    """Take someone's role away; a grant of another repository is not found (case 19)."""
    repository = find_administered(request, name)
    rows = repository.grants.select_related(
        "repository", "user", "team__organization", "robot__namespace"
    )
    taken = get_object_or_404(rows, pk=grant_id)
    revoke_access(taken, by=principal_of(request))
    messages.success(
        request,
        _("%(grantee)s has no role on %(repository)s any more.")
        % {"grantee": taken.grantee, "repository": repository},
    )
    if request.POST.get("back") == "organization" and repository.namespace.organization_id:
        return redirect("web-organization-access", repository.namespace.name)
    if taken.user == principal_of(request).user:
        return redirect("web-home")  # the page may be closed to them from now on
    return redirect("web-repository-access", repository.name)


@post_only
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """Write down that somebody has looked through it."""
    repository = find_administered(request, name)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return page(request, repository, review_form=form)
    confirm_review(repository, by=principal_of(request), note=form.cleaned_data["note"])
    messages.success(request, _("Your review is written down."))
    return redirect("web-repository-access", repository.name)


def page(request: HttpRequest, repository: Repository, **refused: Any) -> HttpResponse:
    """Render the page; a refused form takes the place of its fresh twin."""
    filter_form = AccessFilterForm(request.GET, auto_id="id_filter_%s")
    has_errors = bool(refused)
    namespace = repository.namespace
    rows = CountedRows(repository, filter_form.wanted)
    denials, grantees, reviews, waiting, *numbers = read_together(
        newest(repository),
        grantees_of(namespace),
        last_review(repository),
        prepared(_waiting, repository=repository.pk),
        *rows.questions,
    )
    rows.learn(numbers)
    context = {
        **page_context(repository, principal_of(request)),
        "filter_form": filter_form,
        "page": review_page(rows, namespace, request.GET.get("page")),
        "query": f"{urlencode(_given(request))}&" if _given(request) else "",
        "is_filtered": any(_given(request).values()),
        "denials": describe(denials),
        "explain_form": ExplainForm(auto_id="id_explain_%s"),
        "grant_form": GrantForm(namespace=namespace, grantees=grantees),
        "review_form": ReviewForm(),
        "last_review": reviews[0] if reviews else None,
        "requests": _open_requests(waiting, refused.pop("answered", None)),
        **refused,
        "has_errors": has_errors,
    }
    return render(request, "index/access.html", context)


def _only(repository: Repository) -> Any:
    return Repository.objects.filter(pk=repository.pk)


def _given(request: HttpRequest) -> dict[str, str]:
    names = AccessFilterForm.base_fields
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _waiting(*, repository: int) -> QuerySet[AccessRequest]:
    """Return open questions of people who can still use an answer."""
    waiting = AccessRequest.objects.filter(
        repository=repository, decided_at=None, user__is_active=True
    )
    return waiting.select_related("user").order_by("created_at")[:50]


def _open_requests(
    waiting: Iterable[AccessRequest], answered: tuple[int, Form] | None
) -> list[Any]:
    """Return the questions, each with its form."""
    rows = []
    for asked in waiting:
        form: Form = AnswerForm(initial={"role": asked.role}, auto_id=f"id_request{asked.pk}_%s")
        if answered and answered[0] == asked.pk:
            form = answered[1]
        rows.append({"request": asked, "form": form})
    return rows
