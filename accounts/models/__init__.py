"""What is kept about people, organizations and machines."""

from __future__ import annotations

from accounts.models.announcement import (
    LONGEST_ANNOUNCEMENT,
    Announcement,
    AnnouncementAudience,
    AnnouncementLevel,
)
from accounts.models.audit_event import AuditEvent
from accounts.models.audit_forwarding import AuditForwarding
from accounts.models.command_line import CommandLineSession, DeviceLogin
from accounts.models.directory_account import DirectoryAccount
from accounts.models.domain import OrganizationDomain
from accounts.models.ended_organization import EndedOrganization
from accounts.models.invitation import Invitation
from accounts.models.kept_answer import KeptAnswer
from accounts.models.mail_choice import MailChoice
from accounts.models.namespace import Namespace, Visibility
from accounts.models.organization import Membership, Organization, OrganizationRole
from accounts.models.personal_access_token import PersonalAccessToken
from accounts.models.picture import Picture
from accounts.models.plan import Plan, PlanDefault
from accounts.models.robot_account import RobotAccount, RobotSecret
from accounts.models.team import Team, TeamMembership
from accounts.models.user import User

__all__ = [
    "LONGEST_ANNOUNCEMENT",
    "Announcement",
    "AnnouncementAudience",
    "AnnouncementLevel",
    "AuditEvent",
    "AuditForwarding",
    "CommandLineSession",
    "DeviceLogin",
    "DirectoryAccount",
    "EndedOrganization",
    "Invitation",
    "KeptAnswer",
    "MailChoice",
    "Membership",
    "Namespace",
    "Organization",
    "OrganizationDomain",
    "OrganizationRole",
    "PersonalAccessToken",
    "Picture",
    "Plan",
    "PlanDefault",
    "RobotAccount",
    "RobotSecret",
    "Team",
    "TeamMembership",
    "User",
    "Visibility",
]
