"""Pages on which administrators look after registries and placement."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import manage_placement as placement
from index.web import manage_reconciliation as reconciliation
from index.web import manage_registries as registries

_ONE = "manage/registries/<slug:name>"

urlpatterns: list[URLPattern] = [
    path("manage/registries", registries.show_all, name="web-manage-registries"),
    path("manage/registries/-/add", registries.add, name="web-manage-registry-add"),
    path(_ONE, registries.show, name="web-manage-registry"),
    path(f"{_ONE}/change", registries.change, name="web-manage-registry-change"),
    path(
        f"{_ONE}/configuration",
        registries.configuration,
        name="web-manage-registry-configuration",
    ),
    path(f"{_ONE}/secret", registries.renew_secret, name="web-manage-registry-secret"),
    path(f"{_ONE}/secret/end", registries.end_secret, name="web-manage-registry-secret-end"),
    path(f"{_ONE}/drain", registries.drain, name="web-manage-registry-drain"),
    path(f"{_ONE}/use", registries.use, name="web-manage-registry-use"),
    path(f"{_ONE}/retire", registries.retire, name="web-manage-registry-retire"),
    path(f"{_ONE}/check", registries.check, name="web-manage-registry-check"),
    path(f"{_ONE}/collect", registries.collect, name="web-manage-registry-collect"),
    path(f"{_ONE}/schedule", registries.schedule, name="web-manage-registry-schedule"),
    path(f"{_ONE}/differences", reconciliation.show, name="web-manage-differences"),
    path(f"{_ONE}/differences/walk", reconciliation.start, name="web-manage-reconcile"),
    path(f"{_ONE}/differences/decide", reconciliation.decide, name="web-manage-differences-decide"),
    path(
        f"{_ONE}/differences/organizations",
        reconciliation.create_organizations,
        name="web-manage-differences-organizations",
    ),
    path(f"{_ONE}/differences/rules", reconciliation.add_rule, name="web-manage-accept-rule-add"),
    path(
        f"{_ONE}/differences/rules/<int:rule_id>/remove",
        reconciliation.remove_rule,
        name="web-manage-accept-rule-remove",
    ),
    path("manage/placement", placement.show, name="web-manage-placement"),
    path("manage/placement/rules", placement.rule_add, name="web-manage-rule-add"),
    path(
        "manage/placement/rules/<int:rule_id>/remove",
        placement.rule_remove,
        name="web-manage-rule-remove",
    ),
    path("manage/placement/pools", placement.pool_add, name="web-manage-pool-add"),
    path(
        "manage/placement/pools/<slug:name>/change",
        placement.pool_change,
        name="web-manage-pool-change",
    ),
    path(
        "manage/placement/pools/<slug:name>/delete",
        placement.pool_delete,
        name="web-manage-pool-delete",
    ),
    path("manage/map", placement.show_map, name="web-manage-map"),
]
