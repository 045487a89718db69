"""Whether somebody still answers for a webhook: without their rights nothing is sent (case 36)."""

from __future__ import annotations

from accounts.models import User
from accounts.principals import Principal
from index.models import Repository, Webhook
from index.policy import administers, holds_namespace


class Rights:
    """Answers for many webhooks and repositories, asking the policy once for each pair."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._known: dict[tuple[int, str, int], bool] = {}

    def has(self, webhook: Webhook, repository: Repository | None = None) -> bool:
        """Whether who answers for the webhook administers its repository, or holds its namespace."""
        user = webhook.created_by
        if user is None or not user.is_active:
            return False
        if webhook.repository_id is None:
            return self._ask(user, webhook, None)
        about = repository if repository is not None else webhook.repository
        return about is not None and self._ask(user, webhook, about)

    def _ask(self, user: User, webhook: Webhook, repository: Repository | None) -> bool:
        about = repository.pk if repository else webhook.namespace_id
        key = (user.pk, "repository" if repository else "namespace", about)
        if key not in self._known:
            self._known[key] = _decide(Principal(user), webhook, repository)
        return self._known[key]


def _decide(principal: Principal, webhook: Webhook, repository: Repository | None) -> bool:
    if repository is not None:
        return administers(principal, repository)
    return principal.is_administrator or holds_namespace(principal, webhook.namespace)
