"""Who changed what, from where: the only writer of audit events, called inside the flow's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.models import AuditEvent, Namespace, User
from accounts.principals import Principal


class AuditAction(StrEnum):
    """Every kind of change that is written down: `subject:thing:verb`."""

    ACCOUNT_CREATED = "account:created"
    ACCOUNT_CLOSED = "account:closed"
    ACCOUNT_DISABLED = "account:disabled"
    ACCOUNT_ENABLED = "account:enabled"
    ADMINISTRATOR_APPOINTED = "account:administrator:appointed"
    ADMINISTRATOR_DISMISSED = "account:administrator:dismissed"
    ACCOUNT_EXPORTED = "account:exported"
    PROFILE_CHANGED = "account:profile:changed"
    PICTURE_CHANGED = "account:picture:changed"
    PICTURE_REMOVED = "account:picture:removed"
    LOGGED_IN = "account:session:started"
    SESSION_ENDED = "account:session:ended"
    SESSION_LEAKED = "account:session:leaked"
    COMMAND_LINE_APPROVED = "account:command-line:approved"
    COMMAND_LINE_REFUSED = "account:command-line:refused"
    MACHINE_ENDED = "account:machine:ended"
    LOGGED_OUT_EVERYWHERE = "account:session:all-ended"
    PASSWORD_CHANGED = "account:password:changed"  # noqa: S105 - a name
    PASSWORD_RESET = "account:password:reset"  # noqa: S105 - a name
    EMAIL_ADDED = "account:email:added"
    EMAIL_VERIFIED = "account:email:verified"
    EMAIL_REMOVED = "account:email:removed"
    EMAIL_CHANGED = "account:email:changed"
    SECOND_FACTOR_ADDED = "account:second-factor:added"
    SECOND_FACTOR_REMOVED = "account:second-factor:removed"
    SECOND_FACTOR_REFUSED = "account:second-factor:refused"
    SECOND_FACTORS_RESET = "account:second-factor:reset"
    RECOVERY_CODES_RENEWED = "account:recovery-codes:renewed"
    ANNOUNCEMENT_MADE = "site:announcement:made"
    ANNOUNCEMENT_CHANGED = "site:announcement:changed"
    ANNOUNCEMENT_ENDED = "site:announcement:ended"
    SITE_INVITATION_SENT = "site:invitation:sent"
    SITE_INVITATION_REVOKED = "site:invitation:revoked"
    ORGANIZATION_CREATED = "organization:created"
    ORGANIZATION_FROZEN = "organization:frozen"
    ORGANIZATION_UNFROZEN = "organization:unfrozen"
    ORGANIZATION_TAKEN_OVER = "organization:taken-over"
    ORGANIZATION_RENAMED = "organization:renamed"
    PLAN_CREATED = "plan:created"
    PLAN_CHANGED = "plan:changed"
    PLAN_DELETED = "plan:deleted"
    PLAN_ASSIGNED = "namespace:plan:assigned"
    ORGANIZATION_CHANGED = "organization:changed"
    ORGANIZATION_DELETED = "organization:deleted"
    ORGANIZATION_REOPENED = "organization:reopened"
    MEMBER_JOINED = "organization:member:joined"
    MEMBER_ROLE_CHANGED = "organization:member:changed"
    MEMBER_REMOVED = "organization:member:removed"
    MEMBER_LEFT = "organization:member:left"
    INVITATION_SENT = "organization:invitation:sent"
    INVITATION_SENT_AGAIN = "organization:invitation:sent-again"
    INVITATION_REVOKED = "organization:invitation:revoked"
    INVITATION_DECLINED = "organization:invitation:declined"
    TEAM_CREATED = "organization:team:created"
    TEAM_CHANGED = "organization:team:changed"
    TEAM_DELETED = "organization:team:deleted"
    TEAM_MEMBER_ADDED = "organization:team-member:added"
    TEAM_MEMBER_CHANGED = "organization:team-member:changed"
    TEAM_MEMBER_REMOVED = "organization:team-member:removed"
    DOMAIN_CLAIMED = "organization:domain:claimed"
    DOMAIN_VERIFIED = "organization:domain:verified"
    DOMAIN_LOST = "organization:domain:lost"
    DOMAIN_REMOVED = "organization:domain:removed"
    ROBOT_HANDED_OVER = "robot:handed-over"
    ROBOT_CREATED = "robot:created"
    ROBOT_CHANGED = "robot:changed"
    ROBOT_ENABLED = "robot:enabled"
    ROBOT_DISABLED = "robot:disabled"
    ROBOT_DELETED = "robot:deleted"
    ROBOT_SECRET_CREATED = "robot:secret:created"  # noqa: S105 - a name
    ROBOT_SECRET_ROTATED = "robot:secret:rotated"  # noqa: S105 - a name
    ROBOT_SECRET_REVOKED = "robot:secret:revoked"  # noqa: S105 - a name
    ROBOT_SECRET_LEAKED = "robot:secret:leaked"  # noqa: S105 - a name
    TOKEN_CREATED = "account:token:created"  # noqa: S105 - a name
    TOKEN_ROTATED = "account:token:rotated"  # noqa: S105 - a name
    TOKEN_REVOKED = "account:token:revoked"  # noqa: S105 - a name
    TOKEN_LEAKED = "account:token:leaked"  # noqa: S105 - a name
    MACHINE_LEAKED = "account:machine:leaked"
    PUBLISHER_ADDED = "publisher:added"
    PUBLISHER_REMOVED = "publisher:removed"
    PUBLISHER_SECRET_LEAKED = "publisher:secret:leaked"  # noqa: S105 - a name
    MAILS_CHOSEN = "account:mails:chosen"
    WEBHOOK_CREATED = "webhook:created"
    WEBHOOK_CHANGED = "webhook:changed"
    WEBHOOK_SECRET_ROTATED = "webhook:secret:rotated"  # noqa: S105 - a name
    WEBHOOK_PAUSED = "webhook:paused"
    WEBHOOK_RESUMED = "webhook:resumed"
    WEBHOOK_DELETED = "webhook:deleted"
    AUDIT_PRUNED = "audit:pruned"
    AUDIT_EXPORTED = "audit:exported"
    ESTATE_EXPORTED = "estate:exported"
    ESTATE_IMPORTED = "estate:imported"
    RECORD_IMPORTED = "estate:record:imported"
    RECORD_CHANGED = "estate:record:changed"
    REPOSITORY_CREATED = "repository:created"
    REPOSITORY_IMPORTED = "repository:imported"
    NOTIFICATION_DROPPED = "registry:notification:dropped"
    RECONCILIATION_STARTED = "registry:reconciliation:started"
    DIFFERENCES_ACCEPTED = "registry:differences:accepted"
    DIFFERENCES_IGNORED = "registry:differences:ignored"
    ACCEPT_RULE_ADDED = "registry:accept-rule:added"
    ACCEPT_RULE_REMOVED = "registry:accept-rule:removed"
    REPOSITORY_CHANGED = "repository:changed"
    REPOSITORY_REPORTED = "repository:reported"
    REPORT_DECIDED = "repository:report:decided"
    REPOSITORY_HIDDEN = "repository:hidden"
    REPOSITORY_SHOWN = "repository:shown-again"
    REPOSITORY_RENAMED = "repository:renamed"
    REPOSITORY_TRANSFERRED = "repository:transferred"
    REPOSITORY_TRANSFER_OFFERED = "repository:transfer:offered"
    REPOSITORY_TRANSFER_ENDED = "repository:transfer:ended"
    REPOSITORY_DELETED = "repository:deleted"
    REPOSITORY_TRASHED = "repository:trashed"
    REPOSITORY_RESTORED = "repository:restored"
    REPOSITORY_PURGED = "repository:purged"
    TAGS_DELETED = "repository:tags:deleted"
    TAG_RESTORED = "repository:tag:restored"
    TAG_POINTED_BACK = "repository:tag:pointed-back"
    RETENTION_RULE_ADDED = "repository:retention-rule:added"
    RETENTION_RULE_DELETED = "repository:retention-rule:deleted"
    SECRET_DISMISSED = "repository:secret:dismissed"  # noqa: S105 - a name
    SECRET_REOPENED = "repository:secret:reopened"  # noqa: S105 - a name
    NAMESPACE_VERIFIED = "namespace:verified"
    NAMESPACE_UNVERIFIED = "namespace:verification:withdrawn"
    NAMESPACE_CHANGED = "namespace:changed"
    REPOSITORY_GRANT_GIVEN = "repository:grant:given"
    REPOSITORY_GRANT_CHANGED = "repository:grant:changed"
    REPOSITORY_GRANT_REVOKED = "repository:grant:revoked"
    REPOSITORY_ACCESS_REQUESTED = "repository:access:requested"
    REPOSITORY_ACCESS_DECLINED = "repository:access:declined"
    REPOSITORY_ACCESS_REVIEWED = "repository:access:reviewed"
    ORGANIZATION_ACCESS_REVIEWED = "organization:access:reviewed"
    DEFAULT_GRANT_GIVEN = "namespace:default-grant:given"
    DEFAULT_GRANT_REVOKED = "namespace:default-grant:revoked"
    MEMBER_JOINED_BY_GROUP = "organization:member:joined-by-group"
    MEMBER_WITHOUT_ROOM = "organization:member:no-room-for-group"
    MEMBER_LEFT_BY_GROUP = "organization:member:left-by-group"
    TEAM_GROUP_CHANGED = "organization:team:group-changed"
    TEAM_JOINED_BY_GROUP = "team:member:joined-by-group"
    TEAM_LEFT_BY_GROUP = "team:member:left-by-group"
    EXTERNAL_LOGIN_CONNECTED = "account:external-login:connected"
    EXTERNAL_LOGIN_DISCONNECTED = "account:external-login:disconnected"
    GONE_FROM_DIRECTORY = "account:gone-from-directory"
    REGISTRY_ADDED = "registry:added"
    REGISTRY_CHANGED = "registry:changed"
    REGISTRY_SECRET_RENEWED = "registry:secret:renewed"  # noqa: S105 - a name
    REGISTRY_SECRET_ENDED = "registry:secret:ended"  # noqa: S105 - a name
    REGISTRY_DRAINED = "registry:drained"
    REGISTRY_USED = "registry:used-again"
    REGISTRY_RETIRED = "registry:retired"
    COLLECTION_SCHEDULED = "registry:collection:scheduled"
    COLLECTION_ASKED = "registry:collection:asked"
    PLACEMENT_RULE_ADDED = "placement:rule:added"
    PLACEMENT_RULE_REMOVED = "placement:rule:removed"
    POOL_CHANGED = "placement:pool:changed"
    POOL_DELETED = "placement:pool:deleted"
    PROMOTION_ASKED = "repository:promotion:asked"
    PROMOTION_APPROVED = "repository:promotion:approved"
    PROMOTION_REFUSED = "repository:promotion:refused"
    PROMOTION_RETRIED = "repository:promotion:retried"
    PROMOTION_DROPPED = "repository:promotion:dropped"
    PROMOTED = "repository:promoted"
    MOVE_ASKED = "repository:move:asked"
    MOVE_CANCELLED = "repository:move:cancelled"
    MOVE_COPY_ENDED = "repository:move:old-copy-ended"
    REPOSITORY_MOVED = "repository:moved"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str = ""
    user_agent: str = ""


# Set for each request by config.middleware.request_origin; empty in tasks and commands.
_NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def events_by(by: Principal, action: AuditAction, rows: Iterable[dict[str, Any]]) -> None:
    """Write one event for each row of columns, all at once: for whoever changes a thousand things."""
    AuditEvent.objects.bulk_create(
        AuditEvent(action=action, actor=by.subject, actor_name=by.name, **row) for row in rows
    )


def record(
    action: AuditAction,
    *,
    by: Principal,
    namespace: Namespace | None = None,
    user: User | None = None,
    target: str = "",
    **details: Any,
) -> None:
    """Write one event.

    `namespace` and `user` are whose affairs it is: owners of the one and the other may read it.
    `details` are names of fields and plain values, never a secret (GHSA-prh4).
    """
    came_from = origin.get()
    AuditEvent.objects.create(
        action=action,
        actor=by.subject,
        actor_name=by.name,
        credential=by.credential,
        namespace=namespace,
        user=user,
        target=target,
        details=details,
        address=came_from.address,
        user_agent=came_from.user_agent[:200],
    )
