"""Settings of a repository: one URL for each change, all shown on one page."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Visibility
from index.errors import OverQuota
from index.flows.change_repository import change_visibility, describe_repository
from index.flows.delete_repository import request_deletion
from index.models import Repository
from index.outbox import start_soon
from index.tasks import continue_deletion
from index.web.forms import DeleteForm, DescriptionForm, VisibilityForm
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show all settings."""
    return _page(request, find_administered(request, name))


@post_only
def description(request: HttpRequest, name: str) -> HttpResponse:
    """Change description and README."""
    repository = find_administered(request, name)
    form = DescriptionForm(request.POST)
    if not form.is_valid():
        return _page(request, repository, description_form=form)
    describe_repository(
        repository,
        by=principal_of(request),
        description=form.cleaned_data["description"],
        readme=form.cleaned_data["readme"],
    )
    return _changed(request, repository, "The description is saved.")


@post_only
def visibility(request: HttpRequest, name: str) -> HttpResponse:
    """Change who may pull without a grant."""
    repository = find_administered(request, name)
    form = VisibilityForm(request.POST, auto_id="id_visibility_%s")
    if not form.is_valid():
        return _page(request, repository, visibility_form=form)
    chosen = Visibility(form.cleaned_data["visibility"])
    try:
        change_visibility(repository, by=principal_of(request), visibility=chosen)
    except OverQuota as refusal:
        form.add_error("visibility", str(refusal))
        return _page(request, repository, visibility_form=form)
    return _changed(request, repository, f"{repository} is {chosen.value} now.")


@post_only
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Close the repository and start to empty it."""
    repository = find_administered(request, name)
    form = DeleteForm(request.POST, repository=repository, auto_id="id_delete_%s")
    if not form.is_valid():
        return _page(request, repository, delete_form=form)
    deletion = request_deletion(repository, by=principal_of(request))
    start_soon(continue_deletion, deletion.pk)
    messages.success(request, f"{repository} is closed, and its content is being deleted.")
    return redirect("web-home")


def _changed(request: HttpRequest, repository: Repository, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("web-repository-settings", repository.name)


def _page(request: HttpRequest, repository: Repository, **refused: Form) -> HttpResponse:
    """Render the page; a refused form takes the place of its fresh twin."""
    texts = {"description": repository.description, "readme": repository.readme}
    context = {
        **page_context(repository, principal_of(request)),
        "description_form": DescriptionForm(initial=texts),
        "visibility_form": VisibilityForm(
            initial={"visibility": repository.visibility}, auto_id="id_visibility_%s"
        ),
        "delete_form": DeleteForm(repository=repository, auto_id="id_delete_%s"),
        "grant_count": repository.grants.count(),
        "star_count": repository.stars.count(),
        **refused,
        "has_errors": bool(refused),
    }
    return render(request, "index/settings.html", context)
