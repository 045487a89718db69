"""Registries, their garbage collections, and placement."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import collections, placement, reconciliation, registries

_ONE = "registries/<slug:name>"

urlpatterns: list[URLPattern] = [
    path("registries", registries.Registries.as_view(), name="api-registries"),
    path(_ONE, registries.OneRegistry.as_view(), name="api-registry"),
    path(f"{_ONE}/secret", registries.RegistrySecret.as_view(), name="api-registry-secret"),
    path(f"{_ONE}/drain", registries.DrainRegistry.as_view(), name="api-registry-drain"),
    path(f"{_ONE}/use", registries.UseRegistry.as_view(), name="api-registry-use"),
    path(f"{_ONE}/retire", registries.RetireRegistry.as_view(), name="api-registry-retire"),
    path(f"{_ONE}/checks", registries.RegistryChecks.as_view(), name="api-registry-checks"),
    path(
        f"{_ONE}/configuration",
        registries.RegistryConfiguration.as_view(),
        name="api-registry-configuration",
    ),
    path(f"{_ONE}/reconciliations", reconciliation.Walks.as_view(), name="api-walks"),
    path(f"{_ONE}/differences", reconciliation.Differences.as_view(), name="api-differences"),
    path(
        f"{_ONE}/differences/accept",
        reconciliation.AcceptDifferences.as_view(),
        name="api-differences-accept",
    ),
    path(
        f"{_ONE}/differences/ignore",
        reconciliation.IgnoreDifferences.as_view(),
        name="api-differences-ignore",
    ),
    path(
        f"{_ONE}/differences/missing-namespaces",
        reconciliation.MissingNamespaces.as_view(),
        name="api-missing-namespaces",
    ),
    path(f"{_ONE}/accept-rules", reconciliation.AcceptRules.as_view(), name="api-accept-rules"),
    path(
        f"{_ONE}/accept-rules/<int:rule_id>",
        reconciliation.OneAcceptRule.as_view(),
        name="api-accept-rule",
    ),
    path(f"{_ONE}/collections", collections.Collections.as_view(), name="api-collections"),
    path(
        f"{_ONE}/collection/schedule",
        collections.CollectionSchedule.as_view(),
        name="api-collection-schedule",
    ),
    path(
        f"{_ONE}/collection/begin",
        collections.BeginCollection.as_view(),
        name="api-collection-begin",
    ),
    path(
        f"{_ONE}/collection/renew",
        collections.KeepCollecting.as_view(),
        name="api-collection-renew",
    ),
    path(
        f"{_ONE}/collection/finish",
        collections.FinishCollection.as_view(),
        name="api-collection-finish",
    ),
    path("placement/rules", placement.Rules.as_view(), name="api-placement-rules"),
    path("placement/rules/<int:rule_id>", placement.OneRule.as_view(), name="api-placement-rule"),
    path("placement/pools", placement.Pools.as_view(), name="api-placement-pools"),
    path("placement/pools/<slug:name>", placement.OnePool.as_view(), name="api-placement-pool"),
    path("placement/map", placement.RegistryMap.as_view(), name="api-placement-map"),
    path("placement/where", placement.Where.as_view(), name="api-placement-where"),
]
