"""What is kept about people and organizations."""

from __future__ import annotations

from accounts.models.namespace import Namespace, Visibility
from accounts.models.organization import Membership, Organization, OrganizationRole
from accounts.models.team import Team, TeamMembership
from accounts.models.user import User

__all__ = [
    "Membership",
    "Namespace",
    "Organization",
    "OrganizationRole",
    "Team",
    "TeamMembership",
    "User",
    "Visibility",
]
