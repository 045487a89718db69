"""Reports of abuse: making one, and for administrators what waits, the decision and what is hidden."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db.models import F
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.manage import ReasonInput
from accounts.api.pagination import paginated
from accounts.api.recent import Administrators, FactorShownLately
from accounts.api.views import APIView
from accounts.flows import proof_of_work
from index.api.operator_view import OperatorView
from index.api.repository_view import RepositoryView
from index.flows.decide_report import decide_report, show_again
from index.flows.report_repository import Words, report_repository
from index.models import LONGEST_REPORT, Hiding, Report, ReportKind, ReportState

_LISTED = ("open", "decided")
_DECISIONS = [choice for choice in ReportState.choices if choice[0] != ReportState.OPEN]


class ReportInput(serializers.Serializer[Any]):
    """What is wrong. Only who is not logged in says where to answer, and works for it first."""

    kind = serializers.ChoiceField(choices=ReportKind.choices)
    text = serializers.CharField(max_length=LONGEST_REPORT)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")
    proof = serializers.CharField(
        max_length=4000,
        required=False,
        allow_blank=True,
        default="",
        help_text="The solution of a challenge, where this site asks those for one who are not logged in.",
    )


class ReportedOutput(serializers.Serializer[Report]):
    """That it was taken."""

    id = serializers.IntegerField()
    repository = serializers.CharField(source="repository_name")
    kind = serializers.ChoiceField(choices=ReportKind.choices)


class ReportOutput(serializers.ModelSerializer[Report]):
    """A report, to administrators."""

    repository = serializers.CharField(source="repository.name")
    reported_as = serializers.CharField(source="repository_name", help_text="Its name then.")
    reporter = serializers.CharField(source="reporter.username", default=None, allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    reason = serializers.CharField(source="note", help_text="Of the decision.")

    class Meta:
        """The fields, by name."""

        model = Report
        fields: ClassVar[list[str]] = [
            "id", "repository", "reported_as", "kind", "text", "reporter", "email", "network",
            "created_at", "state", "decided_by", "decided_at", "reason",
        ]  # fmt: skip


class ReportDecisionInput(ReasonInput):
    """What is to be done, and why: the admins of the repository are told."""

    decision = serializers.ChoiceField(choices=_DECISIONS)


class DecidedOutput(serializers.Serializer[Any]):
    """How many reports of the repository were decided with it."""

    decided = serializers.IntegerField()


class HidingOutput(serializers.ModelSerializer[Hiding]):
    """A repository that is hidden."""

    repository = serializers.CharField(source="repository.name")
    hidden_by = serializers.CharField(source="hidden_by.username", default=None, allow_null=True)

    class Meta:
        """The fields, by name."""

        model = Hiding
        fields: ClassVar[list[str]] = ["id", "repository", "hidden_at", "hidden_by", "reason"]


class ChallengeOutput(serializers.Serializer[Any]):
    """What a program works on, as ALTCHA says."""

    challenge = serializers.DictField()


class Reports(RepositoryView):
    """Word to the administrators of the site."""

    takes_from_anybody = True  # the flow says what strangers owe

    @extend_schema(
        summary="Report a repository", request=ReportInput, responses={201: ReportedOutput}
    )
    def post(self, request: Request, name: str) -> Response:
        """Tell administrators what is wrong with it; a second report says more on the first."""
        repository, by = self.find(request, name), principal_of(request)
        sent = ReportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        email = said["email"] if by.is_anonymous else ""
        report = report_repository(
            repository,
            by=by,
            words=Words(ReportKind(said["kind"]), said["text"], email),
            address=request.META["REMOTE_ADDR"],
            proof=said["proof"],
        )
        return Response(ReportedOutput(report).data, status=201)


class Challenge(APIView):
    """Work for who is not logged in."""

    is_comparable = False  # each is another
    is_open = True
    part = "profile"

    @extend_schema(summary="Get a challenge to work on", responses=ChallengeOutput)
    def get(self, request: Request) -> Response:
        """Return a challenge; its solution goes along as `proof` with a sign-up or a report, once."""
        challenge = json.loads(proof_of_work.make_challenge())
        return Response(ChallengeOutput({"challenge": challenge}).data)


class ManagedReports(OperatorView):
    """All reports."""

    @extend_schema(
        summary="List reports of abuse",
        parameters=[OpenApiParameter("show", str, enum=_LISTED, description="`open` if left out.")],
        responses=ReportOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return a page of those that wait, the oldest first; or of the decided, the newest first."""
        shown = request.query_params.get("show", "open")
        if shown not in _LISTED:
            raise ValidationError({"show": [f"It is one of {', '.join(_LISTED)}."]})
        reports = Report.objects.select_related("repository", "reporter", "decided_by")
        if shown == "open":
            found = reports.filter(state=ReportState.OPEN).order_by("created_at", "pk")
        else:
            newest = F("decided_at").desc(nulls_last=True)
            found = reports.exclude(state=ReportState.OPEN).order_by(newest, "-pk")
        return paginated(request, found, ReportOutput)


class ManagedReport(OperatorView):
    """One report."""

    @extend_schema(summary="Show a report of abuse", responses=ReportOutput)
    def get(self, request: Request, report_id: int) -> Response:
        """Return who reported what, and what became of it."""
        return Response(ReportOutput(_find(report_id)).data)


class DecideReport(OperatorView):
    """The decision."""

    permission_classes = (Administrators, FactorShownLately)

    @extend_schema(
        summary="Decide a report of abuse", request=ReportDecisionInput, responses=DecidedOutput
    )
    def post(self, request: Request, report_id: int) -> Response:
        """Dismiss it, or archive or hide the repository, or suspend who holds it."""
        sent = ReportDecisionInput(data=request.data)
        sent.is_valid(raise_exception=True)
        count = decide_report(
            _find(report_id),
            decision=ReportState(sent.validated_data["decision"]),
            by=principal_of(request),
            reason=sent.validated_data["reason"],
        )
        return Response(DecidedOutput({"decided": count}).data)


class HiddenRepositories(OperatorView):
    """What administrators hid."""

    @extend_schema(summary="List hidden repositories", responses=HidingOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of them, the last hidden first."""
        found = Hiding.objects.select_related("repository", "hidden_by")
        return paginated(request, found.order_by("-hidden_at", "-pk"), HidingOutput)


class ShowAgain(OperatorView):
    """The way back of one."""

    permission_classes = (Administrators, FactorShownLately)

    @extend_schema(
        summary="End the hiding of a repository", request=ReasonInput, responses={204: None}
    )
    def post(self, request: Request, hiding_id: int) -> Response:
        """Let its admins decide again who sees it; it stays private until they do."""
        found = get_object_or_404(Hiding.objects.select_related("repository"), pk=hiding_id)
        sent = ReasonInput(data=request.data)
        sent.is_valid(raise_exception=True)
        show_again(found.repository, by=principal_of(request), **sent.validated_data)
        return Response(status=204)


def _find(report_id: int) -> Report:
    related = ("repository__namespace__user", "repository__namespace__organization", "reporter")
    return get_object_or_404(Report.objects.select_related(*related, "decided_by"), pk=report_id)
