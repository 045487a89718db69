"""What is kept about registries and repositories."""

from __future__ import annotations

from index.models.access_grant import AccessGrant
from index.models.access_request import AccessRequest
from index.models.default_grant import DefaultGrant
from index.models.deletion import Deletion
from index.models.denial import Denial, Door
from index.models.manifest import BlobLink, Manifest
from index.models.notification import Notification, RegistryEvent
from index.models.placement_rule import PlacementRule
from index.models.pull_count import PullCount
from index.models.registry import Registry, Stage, Writers
from index.models.repository import Repository, RepositoryMode, RepositoryState
from index.models.star import Star
from index.models.tag import Tag
from index.models.tag_claim import TagClaim
from index.models.trusted_publisher import TrustedPublisher, WorkloadLogin
from index.models.v1_image import V1Image, V1Token
from tokenauth.signing.key_format import KeyFormat

__all__ = [
    "AccessGrant",
    "AccessRequest",
    "BlobLink",
    "DefaultGrant",
    "Deletion",
    "Denial",
    "Door",
    "KeyFormat",
    "Manifest",
    "Notification",
    "PlacementRule",
    "PullCount",
    "Registry",
    "RegistryEvent",
    "Repository",
    "RepositoryMode",
    "RepositoryState",
    "Stage",
    "Star",
    "Tag",
    "TagClaim",
    "TrustedPublisher",
    "V1Image",
    "V1Token",
    "WorkloadLogin",
    "Writers",
]
