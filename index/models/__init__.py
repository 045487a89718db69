"""What is kept about registries and repositories."""

from __future__ import annotations

from index.models.access_grant import AccessGrant
from index.models.access_request import AccessRequest
from index.models.activity import Activity, ActivityKind
from index.models.daily_count import DailyCount
from index.models.default_grant import DefaultGrant
from index.models.deletion import Deletion
from index.models.denial import Denial, Door
from index.models.former_name import FormerName, Transfer
from index.models.garbage_collection import CollectionState, GarbageCollection
from index.models.manifest import (
    BlobLink,
    ContentState,
    IndexEntry,
    Manifest,
    ManifestContent,
)
from index.models.move import Move, MoveState
from index.models.notification import Notification, RegistryEvent
from index.models.placement_rule import PlacementRule
from index.models.promotion import Promotion, PromotionState
from index.models.pull_count import PullCount
from index.models.reconciliation import (
    AcceptRule,
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
    WalkPhase,
)
from index.models.registry import Registry, RegistryState, Stage, Writers
from index.models.registry_check import RegistryCheck
from index.models.registry_pool import RegistryPool
from index.models.report import LONGEST_REPORT, Hiding, Report, ReportKind, ReportState
from index.models.repository import Repository, RepositoryMode, RepositoryState, SizeClass
from index.models.retention_rule import RetentionRule, TagDeletion, TagDeletionState
from index.models.secret_finding import Dismissal, SecretFinding
from index.models.star import Star
from index.models.tag import Tag
from index.models.tag_change import TagChange, TagChangeKind
from index.models.tag_claim import TagClaim
from index.models.trusted_publisher import TrustedPublisher, WorkloadLogin
from index.models.v1_image import V1Image, V1Token
from index.models.watch import Watch
from index.models.webhook import DeliveryState, Webhook, WebhookDelivery
from tokenauth.signing.key_format import KeyFormat

__all__ = [
    "LONGEST_REPORT",
    "AcceptRule",
    "AccessGrant",
    "AccessRequest",
    "Activity",
    "ActivityKind",
    "BlobLink",
    "CollectionState",
    "ContentState",
    "DailyCount",
    "DefaultGrant",
    "Deletion",
    "DeliveryState",
    "Denial",
    "Difference",
    "DifferenceKind",
    "DifferenceState",
    "Dismissal",
    "Door",
    "FormerName",
    "GarbageCollection",
    "Hiding",
    "IndexEntry",
    "KeyFormat",
    "Manifest",
    "ManifestContent",
    "Move",
    "MoveState",
    "Notification",
    "PlacementRule",
    "Promotion",
    "PromotionState",
    "PullCount",
    "Reconciliation",
    "Registry",
    "RegistryCheck",
    "RegistryEvent",
    "RegistryPool",
    "RegistryState",
    "Report",
    "ReportKind",
    "ReportState",
    "Repository",
    "RepositoryMode",
    "RepositoryState",
    "RetentionRule",
    "SecretFinding",
    "SizeClass",
    "Stage",
    "Star",
    "Tag",
    "TagChange",
    "TagChangeKind",
    "TagClaim",
    "TagDeletion",
    "TagDeletionState",
    "Transfer",
    "TrustedPublisher",
    "V1Image",
    "V1Token",
    "WalkPhase",
    "Watch",
    "Webhook",
    "WebhookDelivery",
    "WorkloadLogin",
    "Writers",
]
