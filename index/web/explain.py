"""Pages that say why: about anybody before a repository one administers, and about oneself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.principals import Principal
from index.explanation.asked import Insight, find_asked, of_principal, own_token
from index.explanation.explain import Explanation, explain, explain_anything, explain_own
from index.explanation.question import parse_question
from index.web.explain_forms import AnybodyExplainForm, ExplainForm, OwnExplainForm
from index.web.lookup import find_administered, principal_of, signed_in_user
from index.web.repositories import page_context


@require_safe
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Say what somebody may do with the repository, as things are or as they might be."""
    repository = find_administered(request, name)
    principal = principal_of(request)
    form = ExplainForm(request.GET or None)
    found = None
    if form.is_valid():
        tag = f":{form.cleaned_data['tag']}" if form.cleaned_data["tag"] else ""
        insight = Insight.SITE if principal.is_administrator else Insight.REPOSITORY
        found = explain(
            repository,
            find_asked(
                form.cleaned_data["who"],
                insight=insight,
                repository=repository,
                reader=principal,
            ),
            parse_question(f"{repository.name}{tag}", form.cleaned_data["action"]),
            supposed=form.supposed,
        )
    context = {**page_context(repository, principal), "form": form, "explanation": found}
    return render(request, "index/explain.html", context)


@require_safe
def own(request: HttpRequest, name: str = "") -> HttpResponse:
    """Say why one can or cannot; administrators of the site ask about anybody."""
    user = signed_in_user(request)
    kind = AnybodyExplainForm if user.is_superuser else OwnExplainForm
    given = request.GET.copy()
    if name:
        given.setdefault("repository", name)
    form = kind(given or None, user=user)
    found = _explain(form, user) if form.is_valid() else None
    return render(request, "index/explain_own.html", {"form": form, "explanation": found})


def _explain(form: OwnExplainForm, user: User) -> Explanation:
    who, credential = form.cleaned_data.get("who"), form.cleaned_data["credential"]
    if who:  # a field for administrators of the site alone
        return explain_anything(who, form.question)
    asked = own_token(user, credential) if credential else None
    me = Principal(user)
    if user.is_superuser and not asked:
        return explain_anything(user.username, form.question)
    return explain_own(me, asked or of_principal(me), form.question)
