"""Plans and who has which, for sessions of administrators."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.api.views import APIView, ListAPIView
from accounts.flows.plans import (
    Limits,
    assign_plan,
    change_plan,
    create_plan,
    delete_plan,
    make_default,
)
from accounts.models import Namespace, Plan, PlanDefault
from accounts.principals import Principal

_LIMITS = tuple(field.name for field in fields(Limits))


class PlanOutput(serializers.ModelSerializer[Plan]):
    """A plan; null is no limit."""

    class Meta:
        """The fields, by name."""

        model = Plan
        fields: ClassVar[list[str]] = [
            "id", "name", "private_repositories", "members", "storage_bytes", "default_for",
        ]  # fmt: skip


class PlanInput(serializers.Serializer[Plan]):
    """What a plan allows; null is no limit, what is left out of a change stays."""

    name = serializers.CharField(max_length=30)
    private_repositories = serializers.IntegerField(min_value=0, allow_null=True, required=False)
    members = serializers.IntegerField(min_value=0, allow_null=True, required=False)
    storage_bytes = serializers.IntegerField(min_value=0, allow_null=True, required=False)
    default_for = serializers.ChoiceField(choices=PlanDefault.choices, required=False)


class AssignmentInput(serializers.Serializer[Namespace]):
    """The name of a plan; null for the default one."""

    plan = serializers.CharField(max_length=30, allow_null=True)


class Plans(ListAPIView[Plan]):
    """All plans, by name."""

    serializer_class = PlanOutput
    queryset = Plan.objects.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of plans."""
        _administrator(request)
        return super().get(request, *args, **kwargs)

    @extend_schema(request=PlanInput, responses={201: PlanOutput})
    def post(self, request: Request) -> Response:
        """Create a plan."""
        by, asked = _administrator(request), _read(request)
        default = asked.pop("default_for", None)
        plan = create_plan(asked.pop("name"), limits=Limits(**asked), by=by)
        if default:
            make_default(plan, kind=PlanDefault(default), by=by)
        return Response(PlanOutput(plan).data, status=201)


class OnePlan(APIView):
    """A plan."""

    def hold(self, request: Request, plan_id: int) -> None:
        """Keep all plans as they are now: which is the default is said of two at once."""
        _administrator(request)
        get_object_or_404(Plan, pk=plan_id)
        list(Plan.objects.select_for_update().order_by("pk"))

    @extend_schema(responses=PlanOutput)
    def get(self, request: Request, plan_id: int) -> Response:
        """Return the plan."""
        _administrator(request)
        return Response(PlanOutput(get_object_or_404(Plan, pk=plan_id)).data)

    @extend_schema(request=PlanInput, responses=PlanOutput)
    @conditional
    def patch(self, request: Request, plan_id: int) -> Response:
        """Change name or limits, for whoever has it; what is there already stays."""
        by, plan = _administrator(request), get_object_or_404(Plan, pk=plan_id)
        asked = _read(request, partial=True)
        default = asked.pop("default_for", None)
        name = asked.pop("name", plan.name)
        kept = {limit: getattr(plan, limit) for limit in _LIMITS}
        change_plan(plan, name=name, limits=Limits(**kept | asked), by=by)
        if default:
            make_default(plan, kind=PlanDefault(default), by=by)
        return Response(PlanOutput(plan).data)

    @extend_schema(responses={204: None})
    @conditional
    def delete(self, request: Request, plan_id: int) -> Response:
        """Delete a plan that nobody has."""
        by = _administrator(request)
        delete_plan(get_object_or_404(Plan, pk=plan_id), by=by)
        return Response(status=204)


class NamespacePlan(APIView):
    """Which plan a namespace has."""

    @extend_schema(request=AssignmentInput, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Give the namespace a plan, or the default one again."""
        by = _administrator(request)
        namespace = Namespace.objects.called(name).first()
        if namespace is None:
            raise Http404
        asked = AssignmentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data["plan"]
        plan = Plan.objects.filter(name=wanted).first() if wanted is not None else None
        if plan is None and wanted is not None:
            raise ValidationError({"plan": [f"There is no plan {wanted}."]})
        assign_plan(namespace, plan=plan, by=by)
        return Response(status=204)


def _administrator(request: Request) -> Principal:
    by = principal_of(request)
    if not by.is_administrator:
        message = "Plans are set by administrators of this site."
        raise PermissionDenied(message)
    return by


def _read(request: Request, *, partial: bool = False) -> dict[str, Any]:
    asked = PlanInput(data=request.data, partial=partial)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
