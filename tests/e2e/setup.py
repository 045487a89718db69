"""Changes that other tests show through the pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.waiting import eventually

_PLACE = """
from index.flows.place_repositories import place
from index.models import Registry
place(pattern, on=Registry.objects.get(name=registry))
"""
_PUSHED = """
from index.models import Repository
answer = Repository.objects.live().filter(name=repository, last_pushed_at__isnull=False).exists()
"""
_CHANGE = """
from index.models import Repository
answer = Repository.objects.live().filter(name=repository).update(**values)
"""
_INDEXED = """
from index.models import Repository
from search.models import SearchChange
there = Repository.objects.live().filter(name=repository)
answer = there.exists() and not SearchChange.objects.filter(repository_id__in=there.values("pk")).exists()
"""
_GRANT = """
from accounts.models import User
from index.models import AccessGrant, Repository
AccessGrant.objects.create(
    repository=Repository.objects.live().get(name=repository),
    user=User.objects.get(username=name),
    role=role,
)
"""


@dataclass(frozen=True, slots=True)
class Setup:
    """Placement, visibility and grants."""

    backstage: Backstage

    def place(self, pattern: str, *, on: str) -> None:
        self.backstage.run(_PLACE, pattern=pattern, registry=on)

    def wait_for_push(self, repository: str) -> None:
        """Wait until the index has heard of a push; pages show it from then on."""
        eventually(lambda: self.backstage.run(_PUSHED, repository=repository))

    def change(self, repository: str, **values: Any) -> None:
        """Set columns of a repository that was pushed to."""
        self.wait_for_push(repository)
        assert self.backstage.run(_CHANGE, repository=repository, values=values) == 1

    def wait_for_index(self, *repositories: str) -> None:
        """Wait until search knows these as they are: it is told in the background, after each commit."""
        for repository in repositories:
            self.wait_for_push(repository)
            eventually(partial(self.backstage.run, _INDEXED, repository=repository))

    def publish(self, repository: str) -> None:
        self.change(repository, visibility="public")

    def grant(self, repository: str, person: Person, role: str) -> None:
        self.backstage.run(_GRANT, repository=repository, name=person.name, role=role)
