"""A repository's own pages: overview, tags, stars, and the form for a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Visibility
from accounts.principals import Principal
from accounts.web.fragments import asked_part, nothing_new, render_page, vary
from index.errors import IndexRefusal, OverQuota
from index.flows.check_secrets import open_secrets
from index.flows.create_repository import create_repository
from index.flows.star_repository import star as star_repository
from index.flows.star_repository import unstar as unstar_repository
from index.models import Repository, SizeClass
from index.promotions import shows_promotions
from index.readme import render_readme
from index.reasons import obstacle
from index.roles import Action
from index.rules import Decision
from index.tag_rows import newest_tags, tags_version
from index.web.forms import NewRepositoryForm
from index.web.lookup import find_repository, principal_of
from index.web.methods import post_only
from index.web.repository_head import decision_about, numbers_of

_OF_REGISTRIES = frozenset({"builders", "promotion"})  # limits that they set, not the repository

_PARTS = {
    "overview": "index/repository_overview_part.html",
    "newest-tags": "index/repository_tags_part.html",
}


@login_not_required
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a repository is, how to pull it and its newest tags."""
    repository = find_repository(request, name)
    rows = newest_tags(repository)
    context = page_context(repository, principal_of(request))
    version = tags_version(context["tag_count"], rows)
    if unchanged := nothing_new(request, version):
        return unchanged
    context |= {
        "secret_count": open_secrets(repository) if context["may_administer"] else 0,
        "rows": rows,
        "newest": rows[0].tag.name if rows else "",
        "pull_tag": _pull_tag(repository, rows[0].tag.name if rows else ""),
        "readme": render_readme(repository.readme) if repository.readme.strip() else "",
        "look_again": f"{request.path}?seen={version}",
    }
    return render_page(request, "index/repository.html", context, parts=_PARTS)


@post_only
def star(request: HttpRequest, name: str) -> HttpResponse:
    """Add a star."""
    repository = find_repository(request, name)
    star_repository(repository, by=principal_of(request))
    return _after_star(request, repository, is_starred=True)


@post_only
def unstar(request: HttpRequest, name: str) -> HttpResponse:
    """Take the star back."""
    repository = find_repository(request, name)
    unstar_repository(repository, by=principal_of(request))
    return _after_star(request, repository, is_starred=False)


def _after_star(request: HttpRequest, repository: Repository, *, is_starred: bool) -> HttpResponse:
    """Answer the button as it is now, or lead back to the page that has it."""
    if asked_part(request) != "star":
        return redirect("web-repository", repository.name)
    repository.refresh_from_db(fields=["star_count"])
    context = {"repository": repository, "is_starred": is_starred}
    return vary(render(request, "components/star_button.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form for a new repository, and create it."""
    principal = principal_of(request)
    chosen = {"namespace": request.GET.get("namespace")}
    form = NewRepositoryForm(request.POST or None, principal=principal, initial=chosen)
    if form.is_valid() and (repository := _create(form, principal)):
        messages.success(
            request,
            _("%(repository)s is there. Push the first image to it.") % {"repository": repository},
        )
        return redirect("web-repository", repository.name)
    return render(request, "index/new.html", {"form": form})


def page_context(repository: Repository, principal: Principal) -> dict[str, Any]:
    """Return what the head of each of a repository's pages shows."""
    decision = decision_about(repository, principal)
    user = principal.user
    numbers = numbers_of(repository, user)
    return {
        "repository": repository,
        "may_administer": decision.may_administer,
        "sees_promotions": shows_promotions(decision),
        "may_push": Action.PUSH in decision.actions,
        "stage_words": _why_the_registry_takes_no_push(decision),
        "may_ask": user is not None and not decision.may_administer,
        "is_starred": numbers.is_starred,
        "tag_count": numbers.tags,
    }


def _why_the_registry_takes_no_push(decision: Decision) -> str:
    """Return it and what to do, to who has a role that pushes; "" if that is not what is in the way."""
    step = obstacle(decision, {Action.PUSH})
    if step is None or step.code not in _OF_REGISTRIES:
        return ""
    sentences = (f"{text[:1].upper()}{text[1:]}" for text in (step.words, step.remedy))
    return ". ".join(sentences)


def _pull_tag(repository: Repository, newest: str) -> str:
    """Return the tag to show in the pull command: what docker takes by itself, or the newest."""
    return "latest" if newest and repository.tags.filter(name="latest").exists() else newest


def _create(form: NewRepositoryForm, principal: Principal) -> Repository | None:
    try:
        return create_repository(
            form.full_name,
            by=principal,
            visibility=Visibility(form.cleaned_data["visibility"]),
            description=form.cleaned_data["description"],
            size_class=SizeClass(form.cleaned_data["size_class"] or SizeClass.ORDINARY),
        )
    except OverQuota as refusal:
        form.add_error("visibility", str(refusal))
        return None
    except IndexRefusal as refusal:
        form.add_error("name", f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.")
        return None
