"""What a registry keeps otherwise than the index believes, for the administrators of the site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.prepared import prepared
from accounts.together import read_together
from accounts.web.visitors import check_administrator
from index.differences import DifferenceFilter, counts_of
from index.errors import PatternRefused
from index.flows.create_missing_organizations import create_missing_organizations
from index.flows.decide_differences import (
    accept,
    add_accept_rule,
    ignore,
    missing_namespaces,
    remove_accept_rule,
)
from index.flows.reconcile import start_reconciliation
from index.models import (
    AcceptRule,
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
    Registry,
)
from index.web.methods import post_only
from index.web.registry_forms import attempt

_PAGE_SIZE = 50
_MOST_CHOSEN = 200
_NAMESPACES_SHOWN = 20


class FilterForm(forms.Form):
    """What is looked for."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("Any state")), *DifferenceState.choices],
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Any kind")), *DifferenceKind.choices],
        required=False,
    )
    name = forms.CharField(label=gettext_lazy("Name contains"), max_length=255, required=False)

    @property
    def wanted(self) -> DifferenceFilter:
        """The filter; what is not valid is left out."""
        data = self.cleaned_data if self.is_valid() else {}
        return DifferenceFilter(data.get("state", ""), data.get("kind", ""), data.get("name", ""))


class AcceptRuleForm(forms.Form):
    """What is accepted by itself."""

    kind = forms.ChoiceField(label=gettext_lazy("Where"), choices=DifferenceKind.choices)
    pattern = forms.CharField(
        label=gettext_lazy("Names"),
        max_length=255,
        help_text=gettext_lazy("One name, namespace/* or *."),
    )


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the differences of a registry, and how far the walk through it has come."""
    check_administrator(request)
    return _page(request, get_object_or_404(Registry, name=name), AcceptRuleForm())


@post_only
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Begin a walk."""
    by, registry = check_administrator(request), get_object_or_404(Registry, name=name)
    attempt(
        request,
        lambda: start_reconciliation(registry, by=by),
        done=_("%(registry)s is being walked through. What is found appears here.")
        % {"registry": registry},
    )
    return redirect("web-manage-differences", registry.name)


@post_only
def decide(request: HttpRequest, name: str) -> HttpResponse:
    """Accept or ignore those that were chosen, or all that match the filter."""
    by, registry = check_administrator(request), get_object_or_404(Registry, name=name)
    filtering = FilterForm(request.POST)
    chosen = _chosen(request, filtering.wanted.find(registry))
    is_accepted = request.POST.get("decision") == "accept"
    number = (accept if is_accepted else ignore)(chosen, by=by)
    said = (
        ngettext(
            "%(n)s difference is being accepted.", "%(n)s differences are being accepted.", number
        )
        if is_accepted
        else ngettext(
            "%(n)s difference is ignored until it changes.",
            "%(n)s differences are ignored until they change.",
            number,
        )
    )
    messages.success(request, said % {"n": number})
    shown = {
        key: value for key, value in filtering.data.items() if key in filtering.fields and value
    }
    return redirect(f"{reverse('web-manage-differences', args=[registry.name])}?{urlencode(shown)}")


@post_only
def create_organizations(request: HttpRequest, name: str) -> HttpResponse:
    """Create the organizations that are missing, with whoever asks as their owner."""
    by, registry = check_administrator(request), get_object_or_404(Registry, name=name)
    made, refused = create_missing_organizations(registry, by=by)
    messages.success(
        request,
        ngettext(
            "%(made)s organization created; you own it.",
            "%(made)s organizations created; you own them.",
            made,
        )
        % {"made": made},
    )
    for sentence in refused[:_NAMESPACES_SHOWN]:
        messages.error(request, sentence)
    return redirect("web-manage-differences", registry.name)


@post_only
def add_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Let differences of a kind be accepted by themselves."""
    by, registry = check_administrator(request), get_object_or_404(Registry, name=name)
    form = AcceptRuleForm(request.POST)
    if not form.is_valid():
        return _page(request, registry, form)
    kind = DifferenceKind(form.cleaned_data["kind"])
    try:
        add_accept_rule(registry, kind=kind, pattern=form.cleaned_data["pattern"], by=by)
    except PatternRefused as refusal:
        form.add_error("pattern", str(refusal))
        return _page(request, registry, form)
    messages.success(request, _("The rule holds, for what is open as well."))
    return redirect("web-manage-differences", registry.name)


@post_only
def remove_rule(request: HttpRequest, name: str, rule_id: int) -> HttpResponse:
    """Let them wait for a person again."""
    by = check_administrator(request)
    rule = get_object_or_404(AcceptRule, pk=rule_id, registry__name=name)
    remove_accept_rule(rule, by=by)
    messages.success(request, _("The rule is gone. What it accepted stays."))
    return redirect("web-manage-differences", name)


class _Counted(Paginator[Difference]):
    """A paginator that does not count what is counted already."""

    known: int | None = None

    @cached_property
    def count(self) -> int:
        """Return how many there are."""
        return super().count if self.known is None else self.known


def _count_of(wanted: DifferenceFilter, counts: Mapping[str, int]) -> int | None:
    """Return how many match, as far as the counts by state say it."""
    if wanted.kind or wanted.name:
        return None
    return counts.get(wanted.state, 0) if wanted.state else sum(counts.values())


def _chosen(request: HttpRequest, matching: QuerySet[Difference]) -> QuerySet[Difference]:
    if request.POST.get("all") == "all":
        return matching
    numbers = [int(text) for text in request.POST.getlist("difference") if text.isdecimal()]
    return matching.filter(pk__in=[number for number in numbers[:_MOST_CHOSEN] if number < 2**63])


def _last_walk(*, registry: int) -> QuerySet[Reconciliation]:
    return Reconciliation.objects.filter(registry=registry)[:1]


def _rules(*, registry: int) -> QuerySet[AcceptRule]:
    return AcceptRule.objects.filter(registry=registry)


def _page(request: HttpRequest, registry: Registry, rule_form: AcceptRuleForm) -> HttpResponse:
    asked = request.GET if "state" in request.GET else {"state": DifferenceState.OPEN}
    filtering = FilterForm(asked, auto_id="id_filter_%s")
    counts = counts_of(registry)
    pages = _Counted(filtering.wanted.find(registry), _PAGE_SIZE)
    pages.known = _count_of(filtering.wanted, counts)
    page = pages.get_page(request.GET.get("page"))
    missing = missing_namespaces(registry)
    walks, rules = read_together(
        prepared(_last_walk, registry=registry.pk), prepared(_rules, registry=registry.pk)
    )
    context: dict[str, Any] = {
        "registry": registry,
        "walk": walks[0] if walks else None,
        "counts": [(DifferenceState(key).label, n) for key, n in counts.items()],
        "filter_form": filtering,
        "query": urlencode(dict(asked.items())) + "&",
        "page": page,
        "rules": rules,
        "rule_form": rule_form,
        "missing_count": len(missing),
        "missing": missing[:_NAMESPACES_SHOWN],
        "has_errors": rule_form.is_bound,
    }
    return render(request, "index/manage/differences.html", context)
