"""Plans, for the administrators of the site: one URL for each change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.flows.plans import assign_plan, change_plan, create_plan, delete_plan, make_default
from accounts.models import Plan, PlanDefault
from accounts.web.methods import post_only
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.plan_forms import AssignForm, DefaultForm, PlanForm, initial_of
from accounts.web.visitors import check_administrator

_NAMESPACES_SHOWN = 100


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List every plan, with the forms for a new one and for who gets which."""
    check_administrator(request)
    return _list(request)


@post_only
def create(request: HttpRequest) -> HttpResponse:
    """Make a new plan."""
    by = check_administrator(request)
    form = PlanForm(request.POST)
    name = request.POST.get("name", "")
    if not attempt_form(
        form,
        lambda: create_plan(form.cleaned_data["name"], limits=form.limits, by=by),
        field="name",
    ):
        return _list(request, create_form=form)
    messages.success(request, _("The plan %(name)s is there. Nobody has it yet.") % {"name": name})
    return redirect("web-manage-plans")


@post_only
def assign(request: HttpRequest) -> HttpResponse:
    """Give a namespace a plan, or the default one again."""
    by = check_administrator(request)
    form = AssignForm(request.POST, auto_id="id_assign_%s")
    if not attempt_form(
        form,
        lambda: assign_plan(form.cleaned_data["namespace"], plan=form.cleaned_data["plan"], by=by),
        field="namespace",
    ):
        return _list(request, assign_form=form)
    namespace, plan = form.cleaned_data["namespace"], form.cleaned_data["plan"]
    messages.success(
        request, f"{namespace} has {f'the plan {plan}' if plan else 'the default'} now."
    )
    return redirect("web-manage-plans")


@require_safe
def show(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show one plan, who has it, and the forms to change it."""
    check_administrator(request)
    return _one(request, get_object_or_404(Plan, pk=plan_id))


@post_only
def change(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Change name and limits."""
    by, plan = check_administrator(request), get_object_or_404(Plan, pk=plan_id)
    form = PlanForm(request.POST)
    if not attempt_form(
        form,
        lambda: change_plan(plan, name=form.cleaned_data["name"], limits=form.limits, by=by),
        field="name",
    ):
        return _one(request, plan, change_form=form)
    messages.success(
        request, _("The plan %(plan)s is changed. What is there already stays.") % {"plan": plan}
    )
    return redirect("web-manage-plan", plan_id)


@post_only
def default(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Let the plan hold for all that were given none."""
    by, plan = check_administrator(request), get_object_or_404(Plan, pk=plan_id)
    form = DefaultForm(request.POST)
    if not attempt_form(
        form,
        lambda: make_default(plan, kind=PlanDefault(form.cleaned_data["kind"]), by=by),
        field="kind",
    ):
        return _one(request, plan, default_form=form)
    kind = PlanDefault(form.cleaned_data["kind"])
    messages.success(
        request, _("%(plan)s is the plan of %(label)s now.") % {"plan": plan, "label": kind.label}
    )
    return redirect("web-manage-plan", plan_id)


@post_only
def delete(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Delete a plan that nobody has."""
    by, plan = check_administrator(request), get_object_or_404(Plan, pk=plan_id)
    name = plan.name
    gone = attempt(
        request,
        lambda: delete_plan(plan, by=by),
        done=_("The plan %(name)s is deleted.") % {"name": name},
    )
    return redirect("web-manage-plans") if gone else redirect("web-manage-plan", plan_id)


def _list(request: HttpRequest, **refused: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {
        "plans": Plan.objects.annotate(given=Count("namespaces")).order_by("name"),
        "create_form": PlanForm(),
        "assign_form": AssignForm(
            auto_id="id_assign_%s", initial={"namespace": request.GET.get("namespace", "")}
        ),
        "has_errors": bool(refused),
    }
    return render(request, "accounts/manage/plans.html", context | refused)


def _one(request: HttpRequest, plan: Plan, **refused: forms.Form) -> HttpResponse:
    given = plan.namespaces.select_related("user", "organization").order_by("name")
    context: dict[str, Any] = {
        "plan": plan,
        "given": given[:_NAMESPACES_SHOWN],
        "given_count": given.count(),
        "change_form": PlanForm(initial=initial_of(plan)),
        "default_form": DefaultForm(initial={"kind": plan.default_for}),
        "has_errors": bool(refused),
    }
    return render(request, "accounts/manage/plan.html", context | refused)
