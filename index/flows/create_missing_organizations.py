"""Create the organizations that imported repositories wait for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.flows.organizations import create_organization
from accounts.principals import Principal
from index.errors import Denied
from index.flows.decide_differences import missing_namespaces
from index.models import Difference, DifferenceKind, DifferenceState, Registry


def create_missing_organizations(registry: Registry, *, by: Principal) -> tuple[int, list[str]]:
    """Create one for each namespace that is not there, owned by the administrator who asks.

    Return how many there are now, and a sentence for each that could not be: a name may be outside the
    grammar of organizations. What was refused for want of them may be accepted again. Raises Denied.
    """
    if by.user is None or not by.is_administrator:
        message = _("'%(name)s' may not create organizations for others: administrators do") % {
            "name": by.name
        }
        raise Denied(message)
    made, refused = 0, []
    for name in missing_namespaces(registry):
        try:
            create_organization(name, owner=by.user, by=by)
        except AccountError as refusal:
            refused.append(f"{name}: {refusal}")
        else:
            made += 1
            _forget_problems(registry, name)
    return made, refused


def _forget_problems(registry: Registry, namespace: str) -> None:
    waiting = Difference.objects.filter(
        registry=registry,
        kind=DifferenceKind.UNKNOWN_REPOSITORY,
        state=DifferenceState.OPEN,
        name__startswith=f"{namespace}/",
    )
    waiting.update(problem="")
