"""Where new repositories go, for the administrators of the site: rules, pools, a try, and the map."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.together import read_together
from accounts.web.visitors import check_administrator
from index.errors import NameInvalid
from index.flows.place_repositories import add_rule, delete_pool, remove_rule, save_pool
from index.models import PlacementRule, Registry, RegistryPool
from index.names import parse_familiar_name
from index.placement import Newcomer, Placement, explain_placement
from index.registry_health import latest_checks
from index.registry_map import Holdings, counted, shares
from index.web.methods import post_only
from index.web.registry_forms import PoolForm, RuleForm, WhereForm, attempt, attempt_form
from index.web.registry_picture import draw
from index.web.spread_picture import draw as draw_spread


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List rules and pools; with `?name=` say where that name would go."""
    check_administrator(request)
    return _page(request)


@post_only
def rule_add(request: HttpRequest) -> HttpResponse:
    """Add a rule, or change where the names of one go."""
    by = check_administrator(request)
    form = RuleForm(request.POST, auto_id="id_rule_%s")
    if not attempt_form(form, lambda: _add_rule(form, by)):
        return _page(request, rule_form=form)
    messages.success(request, _("The rule holds for what is created from now on."))
    return redirect("web-manage-placement")


@post_only
def rule_remove(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take a rule away."""
    by = check_administrator(request)
    rule = get_object_or_404(PlacementRule, pk=rule_id)
    done = _("The rule for %(pattern)s is removed.") % {"pattern": rule.pattern}
    attempt(request, lambda: remove_rule(rule, by=by), done=done)
    return redirect("web-manage-placement")


@post_only
def pool_add(request: HttpRequest) -> HttpResponse:
    """Make a pool."""
    by = check_administrator(request)
    form = PoolForm(request.POST, auto_id="id_pool_%s")
    if not attempt_form(
        form,
        lambda: save_pool(
            form.cleaned_data["name"], members=list(form.cleaned_data["members"]), by=by
        ),
    ):
        return _page(request, pool_form=form)
    messages.success(request, _("The pool is there. Let a rule name it."))
    return redirect("web-manage-placement")


@post_only
def pool_change(request: HttpRequest, name: str) -> HttpResponse:
    """Change the members of a pool."""
    by, pool = check_administrator(request), get_object_or_404(RegistryPool, name=name)
    members = list(Registry.objects.filter(name__in=request.POST.getlist("members")))
    done = _("The pool %(pool)s is changed, for what is created from now on.") % {"pool": pool}
    attempt(request, lambda: save_pool(name, members=members, by=by, pool=pool), done=done)
    return redirect("web-manage-placement")


@post_only
def pool_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a pool that no rule names."""
    by, pool = check_administrator(request), get_object_or_404(RegistryPool, name=name)
    attempt(
        request,
        lambda: delete_pool(pool, by=by),
        done=_("The pool %(name)s is deleted.") % {"name": name},
    )
    return redirect("web-manage-placement")


@require_safe
def show_map(request: HttpRequest) -> HttpResponse:
    """Show what every registry keeps, as a picture and in numbers."""
    check_administrator(request)
    registries = Registry.objects.order_by("name")
    checks, count = latest_checks(registries), counted()
    rows = [(one, checks.get(one.pk), count.kept.get(one.pk, Holdings())) for one in registries]
    context = {
        "rows": rows,
        "picture": draw(rows),
        "bars": draw_spread(count.spread, {one.pk: one.name for one in registries}),
        "shares": shares(),
        "counted_at": count.at,
    }
    return render(request, "index/manage/map.html", context)


def _add_rule(form: RuleForm, by: Any) -> None:
    data = form.cleaned_data
    chosen = {"visibility": data["visibility"], "size_class": data["size_class"]}
    add_rule(data["pattern"], to=form.place, by=by, **chosen)


def _page(request: HttpRequest, **refused: Any) -> HttpResponse:
    asked = WhereForm(request.GET if "name" in request.GET else None, auto_id="id_where_%s")
    pools, registries, rules = read_together(
        RegistryPool.objects.prefetch_related("members"),
        Registry.objects.exclude(state="retired").order_by("name"),
        PlacementRule.objects.select_related("registry", "pool"),
    )
    context: dict[str, Any] = {
        "rules": rules,
        "pools": [(pool, {member.pk for member in pool.members.all()}) for pool in pools],
        "registries": registries,
        "rule_form": RuleForm(auto_id="id_rule_%s"),
        "pool_form": PoolForm(auto_id="id_pool_%s"),
        "where_form": asked,
        "found": _explain(asked),
        "has_errors": bool(refused) or bool(asked.errors),
    }
    return render(request, "index/manage/placement.html", context | refused)


def _explain(form: WhereForm) -> Placement | None:
    if not form.is_bound or not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        name = parse_familiar_name(data["name"])
    except NameInvalid as error:
        form.add_error("name", str(error))
        return None
    return explain_placement(Newcomer(name, data["visibility"], data["size_class"]))
