"""Who changed what on the whole site, for administrators."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.audit import AuditOutput
from accounts.api.pagination import paginated
from accounts.api.recent import Administrators
from accounts.api.views import APIView
from accounts.audit import AuditAction, record
from accounts.audit_search import AuditFilter
from accounts.limits import EXPORTS
from accounts.ratelimits import spend
from accounts.web.audit_file import DESCRIBED, KINDS, as_file


class SiteAuditQuery(serializers.Serializer[Any]):
    """What to look for; what is left out matches everything."""

    actor = serializers.CharField(max_length=80, default="")
    action = serializers.CharField(
        max_length=60, default="", help_text="`robot:deleted`, or `robot:` for all that begin so."
    )
    target = serializers.CharField(max_length=255, default="")
    namespace = serializers.CharField(max_length=30, default="")
    address = serializers.IPAddressField(default="")
    since = serializers.DateField(default=None)
    until = serializers.DateField(default=None)


class SiteAuditOutput(AuditOutput):
    """One change, and whose affairs it is."""

    id = serializers.IntegerField()
    namespace = serializers.CharField(source="namespace.name", default=None, allow_null=True)


class SiteAudit(APIView):
    """All changes on this site."""

    permission_classes = (Administrators,)

    @extend_schema(parameters=[SiteAuditQuery], responses=SiteAuditOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of the changes that match, newest first."""
        asked = SiteAuditQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = AuditFilter(**asked.validated_data).find_everywhere()
        return paginated(request, found, SiteAuditOutput)


class SiteAuditFile(APIView):
    """All changes on this site, as a file."""

    permission_classes = (Administrators,)

    @extend_schema(parameters=[SiteAuditQuery], responses=DESCRIBED)
    def get(self, request: Request, kind: str) -> HttpResponseBase:
        """Return all that match, as `csv` or as lines of JSON (`jsonl`)."""
        if kind not in KINDS:
            raise Http404
        asked = SiteAuditQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        principal = principal_of(request)
        spend(EXPORTS, principal.subject, what="exports")
        record(AuditAction.AUDIT_EXPORTED, by=principal, target="audit", kind=kind)
        return as_file(AuditFilter(**asked.validated_data).find_everywhere(), kind, called="site")
