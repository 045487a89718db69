"""What is kept about registries and repositories."""

from __future__ import annotations

from index.models.access_grant import AccessGrant
from index.models.deletion import Deletion
from index.models.manifest import BlobLink, Manifest
from index.models.notification import Notification, RegistryEvent
from index.models.placement_rule import PlacementRule
from index.models.registry import Registry
from index.models.repository import Repository, RepositoryState
from index.models.star import Star
from index.models.tag import Tag
from index.models.v1_image import V1Image, V1Token

__all__ = [
    "AccessGrant",
    "BlobLink",
    "Deletion",
    "Manifest",
    "Notification",
    "PlacementRule",
    "Registry",
    "RegistryEvent",
    "Repository",
    "RepositoryState",
    "Star",
    "Tag",
    "V1Image",
    "V1Token",
]
