"""Registries, for the administrators of the site: what each is, how it is, what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.principals import Principal
from accounts.web.recent_factor import dangerous
from accounts.web.visitors import check_administrator
from index.flows import registries as flows
from index.flows.check_registry import check_registry
from index.flows.collect_garbage import (
    ask_for_collection,
    next_collection,
    schedule_collection,
)
from index.models import Registry, RegistryState
from index.moves.retiring import given_up_with
from index.probing.findings import TITLES, WORDS, Check, Verdict, told
from index.registry_health import health_of, latest_checks, sentence_of
from index.registry_map import Holdings, holdings
from index.registry_snippets import SECRET_PLACE, Distribution, snippets_for
from index.web.methods import post_only
from index.web.registry_forms import RegistryForm, ScheduleForm, attempt, attempt_form

_COLLECTIONS_SHOWN = 10


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List every registry with its health and what it keeps."""
    check_administrator(request)
    registries = Registry.objects.order_by("name")
    checks, kept = latest_checks(registries), holdings()
    rows = [(one, checks.get(one.pk), kept.get(one.pk, Holdings())) for one in registries]
    return render(request, "index/manage/registries.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@dangerous
def add(request: HttpRequest) -> HttpResponse:
    """Add a registry, and show its events secret once."""
    by = check_administrator(request)
    form = RegistryForm(request.POST or None)
    made: list[tuple[Registry, str]] = []
    if request.method == "POST" and attempt_form(
        form,
        lambda: made.append(flows.add_registry(form.cleaned_data["name"], to_be=form.to_be, by=by)),
    ):
        return _secret_once(request, *made[0], is_new=True)
    return render(request, "index/manage/registry_add.html", {"form": form})


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one registry."""
    check_administrator(request)
    return _page(request, _find(name))


@post_only
@dangerous
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Change what it is."""
    by, registry = check_administrator(request), _find(name)
    form = RegistryForm(request.POST, registry=registry)
    if not attempt_form(form, lambda: flows.change_registry(registry, to_be=form.to_be, by=by)):
        return _page(request, _find(name), change_form=form)
    done = _("%(registry)s is changed. After a new URL make the gateway's configuration anew.") % {
        "registry": registry
    }
    return _back(request, registry, done)


@post_only
@dangerous
def renew_secret(request: HttpRequest, name: str) -> HttpResponse:
    """Make a new events secret and show it once."""
    by, registry = check_administrator(request), _find(name)
    return _secret_once(request, registry, flows.renew_events_secret(registry, by=by))


@post_only
@dangerous
def end_secret(request: HttpRequest, name: str) -> HttpResponse:
    """End the secret of before."""
    return _do(
        request,
        name,
        flows.end_previous_secret,
        _("Only the newest events secret of %(registry)s is accepted now."),
    )


@post_only
@dangerous
def drain(request: HttpRequest, name: str) -> HttpResponse:
    """Give it nothing new."""
    return _do(request, name, flows.drain_registry, _("%(registry)s gets nothing new from now on."))


@post_only
@dangerous
def use(request: HttpRequest, name: str) -> HttpResponse:
    """Use it again."""
    return _do(request, name, flows.use_registry, _("%(registry)s is in use."))


@post_only
@dangerous
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Ask it nothing any more."""
    return _do(request, name, flows.retire_registry, _("%(registry)s is retired."))


@post_only
def check(request: HttpRequest, name: str) -> HttpResponse:
    """Look at it now."""
    check_administrator(request)
    registry = _find(name)
    check_registry(registry, thoroughly=True)
    return _back(request, registry, _("%(registry)s was checked.") % {"registry": registry})


@post_only
def collect(request: HttpRequest, name: str) -> HttpResponse:
    """Let its garbage collection be due now."""
    done = _("%(registry)s is to collect its garbage: its host begins when it asks next.")
    return _do(request, name, ask_for_collection, done)


@post_only
def schedule(request: HttpRequest, name: str) -> HttpResponse:
    """Say when its garbage collection is due."""
    by, registry = check_administrator(request), _find(name)
    form = ScheduleForm(request.POST, registry=registry)
    if not attempt_form(
        form,
        lambda: schedule_collection(
            registry, day=form.day_number, hour=form.cleaned_data["hour"], by=by
        ),
    ):
        return _page(request, registry, schedule_form=form)
    return _back(request, registry, _("The schedule is saved."))


@require_safe
def configuration(request: HttpRequest, name: str) -> HttpResponse:
    """Show what to paste where it runs."""
    check_administrator(request)
    registry = _find(name)
    chosen: Distribution = "2" if request.GET.get("distribution") == "2" else "3"
    context = {
        "registry": registry,
        "distribution": chosen,
        "snippets": snippets_for(registry, distribution=chosen),
        "secret_place": SECRET_PLACE,
    }
    return render(request, "index/manage/registry_configuration.html", context)


def _find(name: str) -> Registry:
    return get_object_or_404(Registry, name=name)


def _do(request: HttpRequest, name: str, flow: Callable[..., Any], done: str) -> HttpResponse:
    by: Principal = check_administrator(request)
    registry = _find(name)
    attempt(request, lambda: flow(registry, by=by), done=done % {"registry": registry})
    return redirect("web-manage-registry", registry.name)


def _back(request: HttpRequest, registry: Registry, done: str) -> HttpResponse:
    attempt(request, lambda: None, done=done)
    return redirect("web-manage-registry", registry.name)


def _secret_once(
    request: HttpRequest, registry: Registry, secret: str, *, is_new: bool = False
) -> HttpResponse:
    context = {
        "registry": registry,
        "secret": secret,
        "is_new": is_new,
        "snippets": snippets_for(registry, distribution="3", secret=secret)[:1],
    }
    return render(request, "index/manage/registry_secret.html", context)


def _shown(kept: Mapping[str, Any]) -> tuple[Promise, Promise, dict[str, Any]]:
    return TITLES[Check(kept["check"])], WORDS[Verdict(kept["verdict"])], told(kept)


def _page(request: HttpRequest, registry: Registry, **refused: Any) -> HttpResponse:
    health = health_of(registry)
    last = health.last
    is_draining = registry.state == RegistryState.DRAINING
    context: dict[str, Any] = {
        "registry": registry,
        "kept": holdings().get(registry.pk, Holdings()),
        "check": last,
        "findings": [_shown(kept) for kept in last.findings] if last else [],
        "slots": health.slots,
        "history": sentence_of(health.slots),
        "troubles": health.troubles,
        # Only a draining one can be retired: of the others nobody asks what is in the way.
        "obstacles": flows.retirement_obstacles(registry) if is_draining else [],
        "given_up": given_up_with(registry).count() if is_draining else 0,
        "collections": registry.collections.all()[:_COLLECTIONS_SHOWN],
        "next_collection": next_collection(registry),
        "change_form": RegistryForm(registry=registry),
        "schedule_form": ScheduleForm(registry=registry),
        "public_url": settings.PUBLIC_URL,
        "is_retired": registry.state == RegistryState.RETIRED,
        "is_in_use": registry.state == RegistryState.IN_USE,
        "has_errors": bool(refused),
    }
    return render(request, "index/manage/registry.html", context | refused)
