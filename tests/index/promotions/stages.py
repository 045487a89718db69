"""Three stages, and promotions between them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from accounts.principals import Principal
from index.flows.promote import Wanted, request_promotion
from index.models import Manifest, Promotion, Repository, Tag
from tests.conftest import World

DIGEST = "sha256:" + "a" * 64


@dataclass
class Stages:
    """acme/sand on a sandbox, acme/inte on an integration, acme/rel on a release registry."""

    world: World
    sandbox: Repository
    integration: Repository
    release: Repository

    def manifest(self, repository: Repository, tag: str = "", digest: str = DIGEST) -> Manifest:
        """Write a manifest, and perhaps a tag."""
        row, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        if tag:
            Tag.objects.create(
                repository=repository, name=tag, manifest=row, pushed_at=timezone.now()
            )
        return row

    def ask(
        self, by: Principal, *, target: Repository | None = None, digest: str = DIGEST
    ) -> Promotion:
        """Ask for the promotion of sandbox to integration, or to another."""
        wanted = Wanted(digest, "1.0", "latest", "tests are green")
        return request_promotion(self.sandbox, target or self.integration, wanted=wanted, by=by)
