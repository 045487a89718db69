"""Retention rules of a repository: run dry first, then kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from index.errors import IndexRefusal
from index.flows.retention_rules import (
    add_retention_rule,
    delete_retention_rule,
    dry_run,
)
from index.models import Repository, RetentionRule
from index.retention import Limits, fates, limits_of, resting
from index.web.lookup import find_administered, principal_of
from index.web.methods import post_only
from index.web.repositories import page_context

_SHOWN = 500


class RetentionForm(forms.Form):
    """One rule; it is saved after its dry run was seen."""

    pattern = forms.CharField(
        label=gettext_lazy("Pattern"),
        max_length=128,
        help_text=gettext_lazy(
            "Which tags it is about: * stands for any characters, as in nightly-*."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    newest = forms.IntegerField(
        label=gettext_lazy("Keep the newest"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("So many of them, by the time of their push."),
    )
    pushed_days = forms.IntegerField(
        label=gettext_lazy("Keep what was pushed in the last days"),
        required=False,
        min_value=1,
        max_value=36_500,
    )
    pulled_days = forms.IntegerField(
        label=gettext_lazy("Keep what was pulled or pushed in the last days"),
        required=False,
        min_value=1,
        max_value=36_500,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def limits(self) -> Limits:
        """The rule that the fields make."""
        data = self.cleaned_data
        return Limits(data["pattern"], data["newest"], data["pushed_days"], data["pulled_days"])


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the rules; run a new one dry, and save it once that was seen."""
    repository = find_administered(request, name)
    form = RetentionForm(request.POST or None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            if "save" in request.POST:
                return _save(request, repository, form)
            found, seen = dry_run(repository, form.limits, by=principal_of(request))
            context = {**_table(found), "seen": seen, "limits": form.limits}
        except IndexRefusal as refusal:
            form.add_error(None, f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.")
    rules = list(repository.retention_rules.all())
    if rules and "fates" not in context:
        context |= _table(fates(repository, [limits_of(rule) for rule in rules]))
    context |= {
        **page_context(repository, principal_of(request)),
        "form": form,
        "rules": [(rule, limits_of(rule).words) for rule in rules],
        "resting": resting(repository, repository.registry),
        "has_errors": bool(form.errors),
    }
    return render(request, "index/retention.html", context)


@post_only
def remove(request: HttpRequest, name: str, rule_id: int) -> HttpResponse:
    """End a rule."""
    repository = find_administered(request, name)
    rule = get_object_or_404(RetentionRule, pk=rule_id, repository=repository)
    try:
        delete_retention_rule(rule, by=principal_of(request))
    except IndexRefusal as refusal:
        messages.error(request, f"{refusal}.")
    else:
        messages.success(
            request,
            _("The rule for %(pattern)s is gone. It deletes nothing more.")
            % {"pattern": rule.pattern},
        )
    return redirect("web-repository-retention", repository.name)


def _save(request: HttpRequest, repository: Repository, form: RetentionForm) -> HttpResponse:
    seen = form.cleaned_data["seen"]
    rule = add_retention_rule(repository, form.limits, by=principal_of(request), seen=seen)
    messages.success(
        request,
        _("The rule for %(pattern)s is saved. It runs once a day.") % {"pattern": rule.pattern},
    )
    return redirect("web-repository-retention", repository.name)


def _table(found: list[Any]) -> dict[str, Any]:
    going = [fate for fate in found if fate.goes_by]
    staying = [fate for fate in found if not fate.goes_by]
    return {
        "fates": [*going, *staying][:_SHOWN],
        "going_count": len(going),
        "staying_count": len(staying),
    }
