"""How far somebody is on the way to their first image: what the checklist of the dashboard ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.flows.directory_login import has_password_somewhere
from accounts.models import PersonalAccessToken, User
from accounts.second_factor import needs_token
from index.models import Repository


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What is done; `newest` is what came with the last push, None until there is one."""

    wants_token: bool
    has_token: bool
    has_logged_in: bool
    has_repository: bool
    newest: Repository | None

    @property
    def is_done(self) -> bool:
        """Whether the first push is here."""
        return self.newest is not None

    @property
    def version(self) -> str:
        """Another one for each step that is taken."""
        taken = (self.has_token, self.has_logged_in, self.has_repository, self.is_done)
        return "".join(str(int(step)) for step in taken)


def first_steps(user: User, mine: Sequence[Repository]) -> FirstSteps:
    """Return it; `mine` are the repositories the user is involved in, the last pushed one first."""
    pushed = next((repository for repository in mine if repository.last_pushed_at), None)
    if pushed:
        return FirstSteps(
            wants_token=False,
            has_token=True,
            has_logged_in=True,
            has_repository=True,
            newest=pushed,
        )
    tokens = list(PersonalAccessToken.objects.usable().filter(user=user)[:20])
    return FirstSteps(
        wants_token=not has_password_somewhere(user) or needs_token(user),
        has_token=bool(tokens),
        has_logged_in=any(token.last_used_at for token in tokens),
        has_repository=any(one.namespace.user_id == user.pk for one in mine),
        newest=None,
    )
