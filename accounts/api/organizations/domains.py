"""Domains of an organization: claim, check, give up."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import OrganizationView
from accounts.api.pagination import paginated
from accounts.flows.domains import check_now, claim_domain, record_name, record_text, remove_domain
from accounts.models import Organization, OrganizationDomain


class DomainInput(serializers.Serializer[OrganizationDomain]):
    """A domain to prove."""

    name = serializers.CharField(max_length=253)


class DomainOutput(serializers.Serializer[OrganizationDomain]):
    """A domain, to owners, with the record that proves it."""

    name = serializers.CharField()
    record_name = serializers.SerializerMethodField()
    record_text = serializers.SerializerMethodField()
    verified_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)

    def get_record_name(self, domain: OrganizationDomain) -> str:
        """Return where the TXT record stands."""
        return record_name(domain)

    def get_record_text(self, domain: OrganizationDomain) -> str:
        """Return what it says."""
        return record_text(domain)


class Domains(OrganizationView):
    """All domains."""

    @extend_schema(responses=DomainOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the domains, proven or not."""
        organization = self.find_for_owners(request, name)
        return paginated(request, organization.domains.order_by("name"), DomainOutput)

    @extend_schema(request=DomainInput, responses={201: DomainOutput})
    def post(self, request: Request, name: str) -> Response:
        """Claim a domain; the answer says which record to set."""
        organization = self.find_for_owners(request, name)
        asked = DomainInput(data=request.data)
        asked.is_valid(raise_exception=True)
        domain = claim_domain(organization, by=principal_of(request), **asked.validated_data)
        return Response(DomainOutput(domain).data, status=201)


class Domain(OrganizationView):
    """One domain."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, domain: str) -> Response:
        """Give a domain up."""
        found = _find(self.find_for_owners(request, name), domain)
        remove_domain(found, by=principal_of(request))
        return Response(status=204)


class DomainCheck(OrganizationView):
    """One domain's record."""

    @extend_schema(request=None, responses=DomainOutput)
    def post(self, request: Request, name: str, domain: str) -> Response:
        """Ask name servers for the record now."""
        found = _find(self.find_for_owners(request, name), domain)
        check_now(found, by=principal_of(request))
        return Response(DomainOutput(found).data)


def _find(organization: Organization, name: str) -> OrganizationDomain:
    domains = organization.domains.select_related("organization__namespace")
    found = domains.filter(name=name).first()
    if found is None:
        raise Http404
    return found
