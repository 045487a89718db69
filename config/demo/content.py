"""Push the demo's images through the gateway, pull some, and wait for the registries' news."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from config.demo.building import build_images
from config.demo.filling import live
from config.demo.plans import PUBLIC, RepositoryPlan
from config.demo.pushing import DemoClient
from index.models import Repository, Tag

_LONGEST_WAIT = 6.0  # seconds; what a registry keeps from us longer comes with the next sweep


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


def wait_for_news(plans: tuple[RepositoryPlan, ...]) -> bool:
    """Wait until the index knows every tag and size; return whether it does.

    Registries send their notifications a moment after a push, and a task applies them.
    """
    deadline = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < deadline:
        if all(_is_known(plan) for plan in plans):
            return True
        time.sleep(0.2)
    return False


def _is_known(plan: RepositoryPlan) -> bool:
    for repository in live(plan.name):
        known = Tag.objects.filter(repository=repository, manifest__described_at__isnull=False)
        if plan.tag_names - set(known.values_list("name", flat=True)):
            return False
    return True
