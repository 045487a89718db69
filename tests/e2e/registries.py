"""The registries behind the gateway: asked directly, and looked into."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tests.e2e.backstage import Backstage
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Wire

NAMES = ("east", "west")
_SIGN = """
from django.conf import settings
from tokenauth.signing.tokens import Access, sign_access_token
access = [Access(type="repository", name=repository, actions=["pull"])]
answer = sign_access_token(subject="0", service=settings.SERVICE, access=access)
"""


@dataclass(frozen=True, slots=True)
class Registries:
    """What east and west keep."""

    stack: Stack
    wire: Wire
    backstage: Backstage

    def keepers(self, repository: str, reference: str) -> set[str]:
        """Return which registries answer a manifest of that tag or digest."""
        return self._asked(f"/v2/{repository}/manifests/{reference}", repository)

    def blob_keepers(self, repository: str, digest: str) -> set[str]:
        """Return which registries answer a blob in that repository."""
        return self._asked(f"/v2/{repository}/blobs/{digest}", repository)

    def folders(self, repository: str) -> set[str]:
        """Return which registries have anything of that repository on disk."""
        return {name for name in NAMES if any(self.links(name, repository))}

    def links(self, registry: str, repository: str) -> list[str]:
        """Return the links to content that a registry's storage has for a repository."""
        storage = self.stack.var / "registries" / registry / "docker" / "registry" / "v2"
        folder = storage / "repositories" / repository
        return [  # os.walk, unlike rglob, goes on where the registry deletes meanwhile
            os.path.relpath(parent, folder)
            for parent, _, files in os.walk(folder)
            if "link" in files
        ]

    def _asked(self, path: str, repository: str) -> set[str]:
        token = self.backstage.run(_SIGN, repository=repository)
        headers = {"Authorization": f"Bearer {token}", "Accept": MANIFEST_TYPES}
        statuses = {
            name: self.wire.ask("HEAD", path, headers, port=self.stack.port_of(name)).status
            for name in NAMES
        }
        assert set(statuses.values()) <= {200, 404}, statuses
        return {name for name, status in statuses.items() if status == 200}
