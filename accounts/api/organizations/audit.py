"""Who changed what in an organization."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import OrganizationView
from accounts.api.pagination import paginated
from accounts.audit import AuditAction
from accounts.audit_search import AuditFilter
from accounts.limits import EXPORTS
from accounts.models import AuditEvent
from accounts.ratelimits import spend
from accounts.web.audit_file import DESCRIBED, KINDS, as_file


class AuditQuery(serializers.Serializer[AuditEvent]):
    """What to look for; what is left out matches everything."""

    actor = serializers.CharField(max_length=80, default="")
    action = serializers.ChoiceField(choices=[action.value for action in AuditAction], default="")
    since = serializers.DateField(default=None)
    until = serializers.DateField(default=None)


class AuditOutput(serializers.Serializer[Any]):
    """One change."""

    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(source="actor_name")
    credential = serializers.CharField()
    target = serializers.CharField()
    details = serializers.DictField()
    address = serializers.CharField()
    user_agent = serializers.CharField()


class Audit(OrganizationView):
    """All changes."""

    @extend_schema(parameters=[AuditQuery], responses=AuditOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the changes that match, newest first."""
        organization = self.find_for_owners(request, name)
        asked = AuditQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        events = AuditFilter(**asked.validated_data).find(organization.namespace)
        return paginated(request, events, AuditOutput)


class AuditFile(OrganizationView):
    """All changes, as a file."""

    @extend_schema(parameters=[AuditQuery], responses=DESCRIBED)
    def get(self, request: Request, name: str, kind: str) -> HttpResponseBase:
        """Return all that match, as `csv` or as lines of JSON (`jsonl`)."""
        organization = self.find_for_owners(request, name)
        if kind not in KINDS:
            raise Http404
        asked = AuditQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        spend(EXPORTS, principal_of(request).subject, what="exports")
        events = AuditFilter(**asked.validated_data).find(organization.namespace)
        return as_file(events, kind, called=organization.name)
