"""Walks through registries and what differs, for sessions of administrators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from index.api.operator_view import OperatorView
from index.differences import DifferenceFilter
from index.flows.create_missing_organizations import create_missing_organizations
from index.flows.decide_differences import (
    accept,
    add_accept_rule,
    ignore,
    missing_namespaces,
    remove_accept_rule,
)
from index.flows.reconcile import start_reconciliation
from index.models import AcceptRule, Difference, DifferenceKind, DifferenceState, Reconciliation

_MOST = 1000


class WalkOutput(serializers.ModelSerializer[Reconciliation]):
    """One walk through a registry."""

    class Meta:
        """The fields, by name."""

        model = Reconciliation
        fields: ClassVar[list[str]] = [
            "id", "started_at", "finished_at", "phase", "repositories_seen", "tags_seen",
            "last_problem", "next_attempt_at",
        ]  # fmt: skip


class DifferenceOutput(serializers.ModelSerializer[Difference]):
    """One difference; a digest is empty where there is no such tag."""

    class Meta:
        """The fields, by name."""

        model = Difference
        fields: ClassVar[list[str]] = [
            "id", "kind", "name", "tag", "tag_count", "digest_there", "digest_here", "state",
            "problem", "first_seen_at", "last_seen_at", "decided_at",
        ]  # fmt: skip


class DecisionInput(serializers.Serializer[Any]):
    """Which differences: those of these numbers, or all that match the filter without any."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=_MOST,
        required=False,
    )
    state = serializers.ChoiceField(choices=DifferenceState.choices, required=False)
    kind = serializers.ChoiceField(choices=DifferenceKind.choices, required=False)
    name = serializers.CharField(
        max_length=255, required=False, help_text="A part of the repository's name."
    )


class DecisionOutput(serializers.Serializer[Any]):
    """How many were decided."""

    number = serializers.IntegerField()


class AcceptRuleOutput(serializers.ModelSerializer[AcceptRule]):
    """A rule by which differences are accepted."""

    class Meta:
        """The fields, by name."""

        model = AcceptRule
        fields: ClassVar[list[str]] = ["id", "kind", "pattern", "created_at"]


class AcceptRuleInput(serializers.Serializer[Any]):
    """A rule; the pattern is a name, namespace/* or *."""

    kind = serializers.ChoiceField(choices=DifferenceKind.choices)
    pattern = serializers.CharField(max_length=255)


class NamespacesOutput(serializers.Serializer[Any]):
    """Namespaces that repositories wait for."""

    names = serializers.ListField(child=serializers.CharField())


class CreatedOutput(serializers.Serializer[Any]):
    """What became of them."""

    created = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())


class Walks(OperatorView):
    """The walks through a registry."""

    @extend_schema(
        responses=WalkOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of walks through the registry, the newest first."""
        return paginated(request, self.find_registry(name).reconciliations.all(), WalkOutput)

    @extend_schema(summary="Walk through a registry", request=None, responses={201: WalkOutput})
    def post(self, request: Request, name: str) -> Response:
        """Begin one; it goes on in the background."""
        walk = start_reconciliation(self.find_registry(name), by=principal_of(request))
        return Response(WalkOutput(walk).data, status=201)


class Differences(OperatorView):
    """What a registry keeps otherwise than the index believes."""

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, enum=DifferenceState.values),
            OpenApiParameter("kind", str, enum=DifferenceKind.values),
            OpenApiParameter("name", str, description="A part of the repository's name."),
        ],
        responses=DifferenceOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of differences, by name."""
        asked = request.query_params
        state, kind = asked.get("state", ""), asked.get("kind", "")
        wanted = DifferenceFilter(
            state if state in DifferenceState.values else "",
            kind if kind in DifferenceKind.values else "",
            asked.get("name", "").replace("\0", "")[:255],
        )
        return paginated(request, wanted.find(self.find_registry(name)), DifferenceOutput)


class _Decision(OperatorView):
    def decide(self, request: Request, name: str, decision: Any) -> Response:
        """Decide those that were named."""
        sent = DecisionInput(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = dict(sent.validated_data)
        ids = asked.pop("ids", None)
        found = DifferenceFilter(**asked).find(self.find_registry(name))
        chosen = found if ids is None else found.filter(pk__in=ids)
        number = decision(chosen, by=principal_of(request))
        return Response(DecisionOutput({"number": number}).data)


class AcceptDifferences(_Decision):
    """Let the index say what the registry keeps."""

    @extend_schema(summary="Accept differences", request=DecisionInput, responses=DecisionOutput)
    def post(self, request: Request, name: str) -> Response:
        """Accept them, in the background; nothing in the registry is changed."""
        return self.decide(request, name, accept)


class IgnoreDifferences(_Decision):
    """Let it be as it is."""

    @extend_schema(summary="Ignore differences", request=DecisionInput, responses=DecisionOutput)
    def post(self, request: Request, name: str) -> Response:
        """Ignore them until they change."""
        return self.decide(request, name, ignore)


class AcceptRules(OperatorView):
    """The rules by which differences of a registry are accepted."""

    @extend_schema(
        responses=AcceptRuleOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of rules."""
        rules = self.find_registry(name).accept_rules.order_by("kind", "pattern")
        return paginated(request, rules, AcceptRuleOutput)

    @extend_schema(request=AcceptRuleInput, responses={201: AcceptRuleOutput})
    def post(self, request: Request, name: str) -> Response:
        """Add a rule; it holds for what is open as well."""
        sent = AcceptRuleInput(data=request.data)
        sent.is_valid(raise_exception=True)
        rule = add_accept_rule(
            self.find_registry(name),
            kind=DifferenceKind(sent.validated_data["kind"]),
            pattern=sent.validated_data["pattern"],
            by=principal_of(request),
        )
        return Response(AcceptRuleOutput(rule).data, status=201)


class OneAcceptRule(OperatorView):
    """One rule."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, rule_id: int) -> Response:
        """Remove a rule; what it accepted stays."""
        rules = self.find_registry(name).accept_rules.select_related("registry")
        remove_accept_rule(get_object_or_404(rules, pk=rule_id), by=principal_of(request))
        return Response(status=204)


class MissingNamespaces(OperatorView):
    """Namespaces that are missing for an import."""

    @extend_schema(responses=NamespacesOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the names of namespaces that are missing."""
        names = missing_namespaces(self.find_registry(name))
        return Response(NamespacesOutput({"names": names}).data)

    @extend_schema(summary="Create what is missing", request=None, responses=CreatedOutput)
    def post(self, request: Request, name: str) -> Response:
        """Create an organization for each, owned by the caller."""
        registry, by = self.find_registry(name), principal_of(request)
        created, refused = create_missing_organizations(registry, by=by)
        return Response(CreatedOutput({"created": created, "refused": refused}).data)
