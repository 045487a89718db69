"""Which webhook a page is about, and what surrounds it: the first lines of each view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Namespace
from accounts.web.organizations.head import find_head
from index.errors import Denied
from index.flows.webhooks import check_may_change
from index.models import Repository, Webhook
from index.web.lookup import principal_of
from index.web.repositories import page_context
from index.web.repository_head import decision_about


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose webhooks: a repository's, or those of a whole namespace."""

    namespace: Namespace
    repository: Repository | None = None

    @property
    def list_url(self) -> str:
        """The page that lists them."""
        if self.repository is not None:
            return reverse("web-repository-webhooks", args=[self.repository.name])
        if self.namespace.organization_id is not None:
            return reverse("web-organization-webhooks", args=[self.namespace.name])
        return reverse("web-user-webhooks")

    def __str__(self) -> str:
        """Return the name."""
        return str(self.repository or self.namespace)


def find_webhook(request: HttpRequest, webhook_id: int) -> Webhook:
    """Return the webhook; 404 alike for an unknown one and somebody else's (case 19)."""
    webhooks = Webhook.objects.select_related(
        "namespace__organization", "repository__namespace", "repository__registry", "created_by"
    )
    webhook, principal = get_object_or_404(webhooks, pk=webhook_id), principal_of(request)
    if webhook.repository and decision_about(webhook.repository, principal).may_administer:
        return webhook  # asked once, for the head of the page too
    try:
        check_may_change(webhook, principal)
    except Denied as error:
        raise Http404 from error
    return webhook


def owner_of(webhook: Webhook) -> Owner:
    """Return whose it is."""
    return Owner(webhook.namespace, webhook.repository)


def frame_of(request: HttpRequest, owner: Owner, *, page: str = "") -> dict[str, Any]:
    """Return the layout that the page stands in, and what its head shows."""
    context: dict[str, Any] = {"owner": owner, "page_name": page, "tab": "webhooks"}
    if owner.repository is not None:
        head = page_context(owner.repository, principal_of(request))
        return {**head, **context, "frame": "repository_webhooks"}
    organization = owner.namespace.organization
    if organization is not None:
        head_of = find_head(request, organization.name)
        crumb = page or _("Webhooks")
        return {**context, "frame": "organization", "head": head_of, "crumb": crumb}
    return {**context, "frame": "settings"}
