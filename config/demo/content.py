"""Push the demo's images through the gateway, pull some, and wait for the registries' news."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from config.demo.building import build_images
from config.demo.filling import live
from config.demo.plans import PUBLIC, RepositoryPlan
from config.demo.pushing import DemoClient
from index.models import Repository, Tag

_LONGEST_SILENCE = 60.0  # seconds without a new tag: by then a registry told again, or a sweep came


@dataclass(slots=True)
class ContentMover:
    """Pushes and pulls as the people of the demo, all with one password."""

    public_url: str
    password: str
    tags: int = 0
    pulls: int = 0
    _clients: dict[str, DemoClient] = field(default_factory=dict)
    _sources: dict[int, str] = field(default_factory=dict)  # registry → where blobs can be mounted

    def fill(self, plan: RepositoryPlan) -> None:
        """Push what is missing in a repository; pull from it if it was empty before."""
        for repository in live(plan.name):
            there = set(repository.tags.values_list("name", flat=True))
            missing = plan.tag_names - there
            if missing:
                self._push(plan, repository, missing)
            if missing and not there:
                self._pull(plan)
            if plan.visibility is PUBLIC:
                self._sources.setdefault(repository.registry_id, plan.name)

    def _push(self, plan: RepositoryPlan, repository: Repository, missing: frozenset[str]) -> None:
        client = self.client(plan.pusher)
        source = self._sources.get(repository.registry_id, "")
        for tagged in build_images(plan):
            tags = [tag for tag in tagged.tags if tag in missing]
            if tags:
                client.push(plan.name, tagged.image, tags, mount_from=source)
        self.tags += len(missing)

    def _pull(self, plan: RepositoryPlan) -> None:
        client = self.client("" if plan.visibility is PUBLIC else plan.pusher)
        newest = plan.tags[-1][-1]
        for _ in range(plan.pulls):
            client.pull(plan.name, newest)
        self.pulls += plan.pulls

    def client(self, username: str) -> DemoClient:
        """Return what the person pushes and pulls with; anybody's for an empty name."""
        if username not in self._clients:
            self._clients[username] = DemoClient(
                self.public_url, username=username, password=self.password if username else ""
            )
        return self._clients[username]


def wait_for_news(plans: Sequence[RepositoryPlan], *, say: Callable[[str], None]) -> bool:
    """Wait until the index knows every tag and size, as long as it learns any; return whether it does.

    Registries send their notifications a moment after a push, and a task applies them.
    """
    missing, heard = _unknown(plans), time.monotonic()
    if missing:
        say(
            f"Waiting until the registries have told of all that was pushed: {missing} tags to come."
        )
    while missing and time.monotonic() - heard < _LONGEST_SILENCE:
        time.sleep(0.2)
        left = _unknown(plans)
        if left < missing:
            heard = time.monotonic()
        missing = left
    return not missing


def _unknown(plans: Sequence[RepositoryPlan]) -> int:
    """Return how many tags the index does not know yet, or not what they weigh."""
    return sum(
        len(plan.tag_names - set(_described(repository).values_list("name", flat=True)))
        for plan in plans
        for repository in live(plan.name)
    )


def _described(repository: Repository) -> QuerySet[Tag]:
    return Tag.objects.filter(repository=repository, manifest__described_at__isnull=False)
