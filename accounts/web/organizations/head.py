"""Which organization a page is about, and who looks at it: the first lines of every such view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Aggregate, CharField, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.models import (
    Membership,
    Namespace,
    Organization,
    OrganizationDomain,
    OrganizationRole,
    Picture,
    User,
)
from accounts.moved import Moved
from accounts.prepared import prepared
from accounts.principals import ANONYMOUS, Principal


class Joined(Aggregate):
    """The words of a column, with spaces between them."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return it by the name that it has there."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


@dataclass(frozen=True)
class OrganizationHead:
    """What the head of an organization's pages shows; goes into the context as `head`."""

    organization: Organization
    user: User | None
    role: OrganizationRole | None  # of who looks; None is no member
    domains: list[str]  # that it has proven to be its own

    @property
    def is_member(self) -> bool:
        """Whether inner pages are open: to members, and to administrators of the site."""
        return self.role is not None or self._is_administrator

    @property
    def is_owner(self) -> bool:
        """Whether pages that change the organization are open; administrators act as owners."""
        return self.role == OrganizationRole.OWNER or self._is_administrator

    @property
    def principal(self) -> Principal:
        """Who looks, as flows want it."""
        return Principal(self.user) if self.user else ANONYMOUS

    @property
    def _is_administrator(self) -> bool:
        return self.user is not None and self.user.is_superuser


def find_head(request: HttpRequest, name: str) -> OrganizationHead:
    """Return the head of a page for everybody: one query; 404 without such an organization.

    Raises Moved where a page is asked for by a name of the past.
    """
    user = request.user if isinstance(request.user, User) else None
    reader = {"user": user.pk} if user else {}
    organization = next(iter(prepared(_with_head, name=name, **reader).rows()), None)
    if organization is None:
        raise Http404
    if organization.name != name and request.method in {"GET", "HEAD"}:
        raise Moved(organization.name)
    organization.namespace.organization = organization
    organization.namespace.picture_digest = organization.picture_digest
    given = OrganizationRole(organization.role) if organization.role else None
    return OrganizationHead(organization, user, given, sorted((organization.proven or "").split()))


def _with_head(*, name: str, user: int | None = None) -> QuerySet[Organization]:
    """Return the organization with what its head shows to somebody."""
    called = Namespace.objects.called(name)
    found = Organization.objects.filter(namespace__in=called, deleted_at=None)
    role = Membership.objects.filter(organization=OuterRef("pk"), user=user).values("role")
    picture = Picture.objects.filter(organization=OuterRef("pk")).values("digest")
    proven = OrganizationDomain.objects.filter(
        organization=OuterRef("pk"), verified_at__isnull=False
    ).values("organization")
    head = found.select_related("namespace").annotate(
        role=Subquery(role[:1]),
        picture_digest=Subquery(picture[:1]),
        proven=Subquery(proven.annotate(names=Joined("name")).values("names")),
    )
    return head.order_by("pk")[:1]


def find_for_members(request: HttpRequest, name: str) -> OrganizationHead:
    """Return the head of a page for members; to others it does not exist."""
    head = find_head(request, name)
    if not head.is_member:
        raise Http404
    return head


def find_for_owners(request: HttpRequest, name: str) -> OrganizationHead:
    """Return the head of a page for owners: 403 to other members, 404 to everyone else."""
    head = find_for_members(request, name)
    if not head.is_owner:
        message = _("Only owners of %(name)s may do this. Ask one of them.") % {
            "name": head.organization.name
        }
        raise PermissionDenied(message)
    return head


def signed_in_user(request: HttpRequest) -> User:
    """Return the user of a view that needs one; LoginRequiredMiddleware has seen to it."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
