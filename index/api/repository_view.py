"""What every view about repositories shares: how one is found, and how refusals are answered."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import Conflict, Refused, Unavailable, in_its_words
from accounts.api.views import APIView
from accounts.models import Membership, Namespace
from index.errors import Denied, IndexRefusal, NameInvalid, RepositoryUnknown
from index.flows.quotas import lock_namespace
from index.lookup import find_repository
from index.models import Repository
from index.names import parse_familiar_name
from index.policy import allowed_actions, holds_namespace


class RepositoryView(APIView):
    """Answers what flows of repositories refuse as problem details."""

    part = "repositories"

    def handle_exception(self, exc: Exception) -> Response:
        """Translate a refusal, in its own words."""
        return super().handle_exception(_answer_to(exc) if isinstance(exc, IndexRefusal) else exc)

    def find(self, request: Request, name: str) -> Repository:
        """Return the repository; 404 alike for an unknown one and one that may not be seen."""
        try:
            parsed = parse_familiar_name(name)
        except NameInvalid as error:
            raise Http404 from error
        visible = Repository.objects.visible_to(principal_of(request))
        repository = find_repository(visible, parsed)
        if repository is None:
            raise Http404
        return repository

    def find_administered(self, request: Request, name: str) -> Repository:
        """Return the repository for the people who administer it; machines do not."""
        repository, principal = self.find(request, name), principal_of(request)
        may = allowed_actions(principal, repository).may_administer
        if principal.user is None or not may:
            message = f"only admins of {repository} may see and change this"
            raise PermissionDenied(message)
        return repository

    def hold_administered(self, request: Request, name: str) -> None:
        """Keep the repository as it is now, if it is still there; the namespace first, as everywhere."""
        repository = self.find_administered(request, name)
        lock_namespace(repository.namespace_id)
        Repository.objects.locked().filter(pk=repository.pk).first()


class OrganizationView(RepositoryView):
    """About all repositories of an organization, for its owners."""

    part = "organizations"

    def find_namespace(self, request: Request, name: str) -> Namespace:
        """Return the namespace: 404 to strangers, 403 to members who own nothing."""
        principal = principal_of(request)
        found = Namespace.objects.called(name).filter(organization__deleted_at=None)
        namespace = found.select_related("organization").first()
        if namespace is None or namespace.organization is None:
            raise Http404
        if principal.is_administrator or holds_namespace(principal, namespace):
            return namespace
        members = Membership.objects.filter(
            organization=namespace.organization, user=principal.user
        )
        if principal.user is None or not members.exists():
            raise Http404
        message = f"only owners of {namespace} may see and change this"
        raise PermissionDenied(message)


def _answer_to(refusal: IndexRefusal) -> Exception:
    sentence = str(refusal)
    if isinstance(refusal, Denied):
        return in_its_words(refusal, PermissionDenied(sentence))
    if isinstance(refusal, RepositoryUnknown):
        return NotFound(sentence)
    kind = {409: Conflict, 503: Unavailable}.get(refusal.status, Refused)
    return in_its_words(refusal, kind(sentence))


def plain_name(text: Any) -> str:
    """Return a query parameter as text to look for, short enough to be a name."""
    return str(text or "").strip()[:200]
