"""The page of credentials that were found in a repository's images, and the admins' answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from index import secret_list
from index.flows.check_secrets import dismiss_secret, reopen_secret
from index.models import Dismissal
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context

_PAGE_SIZE = 25


class DismissForm(forms.Form):
    """Why it needs nobody any more."""

    dismissal = forms.ChoiceField(
        label=gettext_lazy("Nothing is to be done, because"), choices=Dismissal.choices
    )


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show what was found, unanswered ones first."""
    repository = find_administered(request, name)
    groups = Paginator(secret_list.secrets_of(repository), _PAGE_SIZE)
    page: Page[Any] = groups.get_page(request.GET.get("page"))
    rows = secret_list.describe(repository, list(page.object_list))
    context = {
        **page_context(repository, principal_of(request)),
        "page": page,
        "rows": [(row, DismissForm(auto_id=f"id_{row.id[:12]}_%s")) for row in rows],
    }
    return render(request, "index/secrets.html", context)


@post_only
def dismiss(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    """Answer one, wherever it stands."""
    repository = find_administered(request, name)
    form = DismissForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose why nothing is to be done about the finding."))
        return redirect("web-repository-secrets", repository.name)
    chosen = Dismissal(form.cleaned_data["dismissal"])
    if not dismiss_secret(repository, secret, by=principal_of(request), dismissal=chosen):
        raise Http404
    messages.success(request, _("The finding is answered, here and in images to come."))
    return redirect("web-repository-secrets", repository.name)


@post_only
def reopen(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    """Take an answer back."""
    repository = find_administered(request, name)
    if not reopen_secret(repository, secret, by=principal_of(request)):
        raise Http404
    messages.success(request, _("The finding is open again."))
    return redirect("web-repository-secrets", repository.name)
