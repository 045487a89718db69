"""Settings of a repository: one URL for each change, all shown on one page."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Visibility
from accounts.words import word
from index.errors import OverQuota, SecretsInTheWay
from index.flows.change_repository import (
    change_immutable_tags,
    change_mode,
    change_visibility,
    describe_repository,
)
from index.flows.change_topics import change_topics
from index.models import Repository, RepositoryMode
from index.tag_patterns import frozen_by
from index.transfers import may_give, offer_of
from index.web.forms import (
    DescriptionForm,
    ImmutableTagsForm,
    ModeForm,
    TopicsForm,
    VisibilityForm,
)
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context

_MEANS = {
    RepositoryMode.OPEN: gettext_lazy("it takes pushes"),
    RepositoryMode.READ_ONLY: gettext_lazy("it can be pulled, and pushes are refused"),
    RepositoryMode.ARCHIVED: gettext_lazy("it can be pulled, and pushes are refused"),
}


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
        from_image=form.cleaned_data["from_image"],
    )
    return _changed(request, repository, _("The description is saved."))


@post_only
def topics(request: HttpRequest, name: str) -> HttpResponse:
    """Say under which topics it is found."""
    repository = find_administered(request, name)
    form = TopicsForm(request.POST)
    if not form.is_valid():
        return _page(request, repository, topics_form=form)
    change_topics(repository, by=principal_of(request), topics=form.cleaned_data["topics"])
    return _changed(request, repository, _("The topics are saved."))


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
    except (OverQuota, SecretsInTheWay) as refusal:
        form.add_error("visibility", str(refusal))
        return _page(request, repository, visibility_form=form)
    return _changed(
        request,
        repository,
        _("%(repository)s is %(visibility)s now.")
        % {"repository": repository, "visibility": word(chosen.value)},
    )


@post_only
def mode(request: HttpRequest, name: str) -> HttpResponse:
    """Archive it, make it read-only, or open it again."""
    repository = find_administered(request, name)
    form = ModeForm(request.POST, auto_id="id_mode_%s")
    if not form.is_valid():
        return _page(request, repository, mode_form=form)
    chosen = RepositoryMode(form.cleaned_data["mode"])
    change_mode(repository, by=principal_of(request), mode=chosen)
    sentence = _("%(repository)s is %(mode)s now: %(means)s.") % {
        "repository": repository,
        "mode": word(chosen.value),
        "means": _MEANS[chosen],
    }
    return _changed(request, repository, sentence)


@post_only
def immutable_tags(request: HttpRequest, name: str) -> HttpResponse:
    """Say which tags never change."""
    repository = find_administered(request, name)
    form = ImmutableTagsForm(request.POST, auto_id="id_immutable_%s")
    if not form.is_valid():
        return _page(request, repository, immutable_form=form)
    patterns = form.cleaned_data["patterns"]
    change_immutable_tags(repository, by=principal_of(request), patterns=patterns)
    words = (
        _("Tags that match %(patterns)s never change from now on.")
        % {"patterns": ", ".join(patterns)}
        if patterns
        else _("Any tag may change from now on.")
    )
    return _changed(request, repository, words)


def _changed(request: HttpRequest, repository: Repository, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("web-repository-settings", repository.name)


def _page(request: HttpRequest, repository: Repository, **refused: Form) -> HttpResponse:
    """Render the page; a refused form takes the place of its fresh twin."""
    texts = {
        "description": repository.description,
        "readme": repository.readme,
        "from_image": repository.readme_from_image,
    }
    context = {
        **page_context(repository, principal_of(request)),
        "description_form": DescriptionForm(initial=texts),
        "topics_form": TopicsForm(initial={"topics": " ".join(repository.topics)}),
        "visibility_form": VisibilityForm(
            initial={"visibility": repository.visibility}, auto_id="id_visibility_%s"
        ),
        "mode_form": ModeForm(initial={"mode": repository.mode}, auto_id="id_mode_%s"),
        "immutable_form": ImmutableTagsForm(
            initial={"patterns": "\n".join(repository.immutable_tags)}, auto_id="id_immutable_%s"
        ),
        "immutable_count": _count_immutable_tags(repository),
        "may_give": may_give(repository, principal_of(request)),
        "offer": offer_of(repository),
        "is_administrator": principal_of(request).is_administrator,
        **refused,
        "has_errors": bool(refused),
    }
    return render(request, "index/settings.html", context)


def _count_immutable_tags(repository: Repository) -> int:
    if not repository.immutable_tags:
        return 0
    names = repository.tags.values_list("name", flat=True)
    return sum(bool(frozen_by(repository.immutable_tags, name)) for name in names)
