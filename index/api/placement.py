"""Where new repositories go, and the map, for sessions of administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import at_field
from accounts.api.pagination import paginated
from accounts.models import Visibility
from index.api.operator_view import OperatorView
from index.errors import NameInvalid
from index.flows.place_repositories import add_rule, delete_pool, remove_rule, save_pool
from index.models import PlacementRule, Registry, RegistryPool, SizeClass
from index.names import parse_familiar_name
from index.placement import Newcomer, explain_placement
from index.registry_map import Holdings, counted, shares
from index.registry_spread import Held


class PlacementRuleOutput(serializers.ModelSerializer[PlacementRule]):
    """A rule; an empty visibility or size class is every one. It names a registry or a pool."""

    registry = serializers.CharField(source="registry.name", allow_null=True, default=None)
    pool = serializers.CharField(source="pool.name", allow_null=True, default=None)

    class Meta:
        """The fields, by name."""

        model = PlacementRule
        fields: ClassVar[list[str]] = [
            "id", "pattern", "visibility", "size_class", "registry", "pool",
        ]  # fmt: skip


class PlacementRuleInput(serializers.Serializer[Any]):
    """A rule: one of registry and pool."""

    pattern = serializers.CharField(max_length=201)
    visibility = serializers.ChoiceField(
        choices=Visibility.choices, required=False, allow_blank=True, default=""
    )
    size_class = serializers.ChoiceField(
        choices=SizeClass.choices, required=False, allow_blank=True, default=""
    )
    registry = serializers.CharField(max_length=40, required=False)
    pool = serializers.CharField(max_length=40, required=False)


class PoolShareOutput(serializers.Serializer[Any]):
    """What a member has of a pool's repositories."""

    registry = serializers.CharField()
    repositories = serializers.IntegerField()
    percent = serializers.IntegerField()


class PoolOutput(serializers.ModelSerializer[RegistryPool]):
    """A pool, and how its members share what they keep."""

    members = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = RegistryPool
        fields: ClassVar[list[str]] = ["name", "members"]

    @extend_schema(responses=PoolShareOutput(many=True))
    def get_members(self, pool: RegistryPool) -> list[dict[str, Any]]:
        """Return the members and their shares, by name."""
        counted = self.context.get("shares") or shares()
        return list(PoolShareOutput(counted.get(pool.name, []), many=True).data)


class PoolInput(serializers.Serializer[Any]):
    """The members of a pool, by name."""

    members = serializers.ListField(child=serializers.CharField(max_length=40), max_length=1000)


class PlacementOutput(serializers.Serializer[Any]):
    """Where a name would go, and why."""

    registry = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    rule = PlacementRuleOutput(allow_null=True)
    overruled = PlacementRuleOutput(many=True)


class KeptOutput(serializers.Serializer[Any]):
    """What a registry keeps of something; size in bytes."""

    registry = serializers.CharField()
    repositories = serializers.IntegerField()
    size = serializers.IntegerField()


class SpreadOutput(serializers.Serializer[Any]):
    """Where the repositories of a namespace are; one without a name is all others together."""

    namespace = serializers.CharField()
    kept = KeptOutput(many=True)


class MapOutput(serializers.Serializer[Any]):
    """Which registry keeps how much of which namespace, as counted at a time."""

    counted_at = serializers.DateTimeField()
    registries = KeptOutput(many=True)
    namespaces = SpreadOutput(many=True)


class RegistryMap(OperatorView):
    """What every registry keeps."""

    @extend_schema(summary="Show what each registry keeps", responses=MapOutput)
    def get(self, request: Request) -> Response:
        """Return all registries, and the largest namespaces with where they are kept."""
        names = dict(Registry.objects.order_by("name").values_list("pk", "name"))
        found = counted()
        body = {
            "counted_at": found.at,
            "registries": _kept(found.kept, names),
            "namespaces": [
                {"namespace": one.namespace, "kept": _kept(one.held, names)} for one in found.spread
            ],
        }
        return Response(MapOutput(body).data)


class Rules(OperatorView):
    """The placement rules."""

    @extend_schema(responses=PlacementRuleOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of rules, by pattern."""
        rules = PlacementRule.objects.select_related("registry", "pool")
        return paginated(request, rules, PlacementRuleOutput)

    @extend_schema(request=PlacementRuleInput, responses={201: PlacementRuleOutput})
    def post(self, request: Request) -> Response:
        """Add a rule; one for the same pattern, visibility and size class gives way."""
        sent = PlacementRuleInput(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = dict(sent.validated_data)
        to = _place(asked.pop("registry", None), asked.pop("pool", None))
        rule = add_rule(asked.pop("pattern"), to=to, by=principal_of(request), **asked)
        return Response(PlacementRuleOutput(rule).data, status=201)


class OneRule(OperatorView):
    """One rule."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule_id: int) -> Response:
        """Remove a rule."""
        remove_rule(get_object_or_404(PlacementRule, pk=rule_id), by=principal_of(request))
        return Response(status=204)


class Pools(OperatorView):
    """The pools."""

    @extend_schema(responses=PoolOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of pools, by name."""
        return paginated(request, RegistryPool.objects.all(), PoolOutput, {"shares": shares()})


class OnePool(OperatorView):
    """One pool."""

    @extend_schema(request=PoolInput, responses=PoolOutput)
    def put(self, request: Request, name: str) -> Response:
        """Make a pool, or change its members, for what is created from now on."""
        sent = PoolInput(data=request.data)
        sent.is_valid(raise_exception=True)
        names = set(sent.validated_data["members"])
        members = list(Registry.objects.filter(name__in=names))
        if missing := names - {member.name for member in members}:
            raise ValidationError({"members": [f"There is no registry {min(missing)}."]})
        pool = RegistryPool.objects.filter(name=name).first()
        saved = save_pool(name, members=members, by=principal_of(request), pool=pool)
        return Response(PoolOutput(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete a pool; no rule may name it."""
        delete_pool(get_object_or_404(RegistryPool, name=name), by=principal_of(request))
        return Response(status=204)


class Where(OperatorView):
    """A try: nothing is created."""

    @extend_schema(
        parameters=[
            OpenApiParameter("name", str, required=True),
            OpenApiParameter("visibility", str, enum=Visibility.values),
            OpenApiParameter("size_class", str, enum=SizeClass.values),
        ],
        responses=PlacementOutput,
    )
    def get(self, request: Request) -> Response:
        """Return where a new repository of this name would go, and why."""
        try:
            name = parse_familiar_name(request.query_params.get("name", ""))
        except NameInvalid as error:
            raise at_field(error, "name") from error
        newcomer = Newcomer(
            name,
            request.query_params.get("visibility") or Visibility.PRIVATE,
            request.query_params.get("size_class") or SizeClass.ORDINARY,
        )
        return Response(PlacementOutput(explain_placement(newcomer)).data)


def _kept(kept: Mapping[int, Holdings | Held], names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {"registry": name, "repositories": kept[pk].repositories, "size": kept[pk].size}
        for pk, name in names.items()
        if pk in kept
    ]


def _place(registry: str | None, pool: str | None) -> Registry | RegistryPool:
    if (registry is None) == (pool is None):
        raise ValidationError({"registry": ["Name a registry or a pool, one of them."]})
    found: Registry | RegistryPool | None
    if pool is None:
        found = Registry.objects.filter(name=registry).first()
    else:
        found = RegistryPool.objects.filter(name=pool).first()
    if found is None:
        field = "registry" if pool is None else "pool"
        raise ValidationError({field: [f"There is no {field} {registry or pool}."]})
    return found
