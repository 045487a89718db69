"""Webhooks and their deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import at_field
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.api.recent import require_confirmed_session
from accounts.models import Namespace
from index.api.repository_view import OrganizationView, RepositoryView
from index.api.webhook_fields import (
    DeliveryOutput,
    DeliveryQuery,
    WebhookChange,
    WebhookInput,
    WebhookOutput,
    WebhookWithSecret,
    WholeDelivery,
)
from index.errors import Denied, WebhookRefused
from index.flows import webhooks as flows
from index.flows.webhooks import WebhookFields
from index.models import Repository, Webhook
from index.policy import holds_namespace


class _List:
    """What the lists of all kinds of owner do."""

    shown_once = "webhooks/{id}"

    def answer(
        self, request: Request, namespace: Namespace, repository: Repository | None
    ) -> Response:
        """Return a page of the webhooks."""
        webhooks = Webhook.objects.filter(namespace=namespace, repository=repository)
        related = webhooks.select_related("namespace", "repository", "created_by")
        return paginated(request, related.order_by("name", "pk"), WebhookOutput)

    def create(
        self, request: Request, namespace: Namespace, repository: Repository | None
    ) -> Response:
        """Make one and return it with its secret."""
        require_confirmed_session(request, "Making a webhook")
        sent = WebhookInput(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            webhook, secret = flows.create_webhook(
                namespace, repository, by=principal_of(request), fields=_fields(sent.validated_data)
            )
        except WebhookRefused as refusal:
            raise _invalid(refusal) from refusal
        shown = WebhookWithSecret(webhook, context={"secret": secret})
        return Response(shown.data, status.HTTP_201_CREATED)


class RepositoryWebhooks(_List, RepositoryView):
    """Webhooks of one repository."""

    sessions_alone = ("POST",)

    @extend_schema(responses=WebhookOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of webhooks, to admins."""
        repository = self.find_administered(request, name)
        return self.answer(request, repository.namespace, repository)

    @extend_schema(request=WebhookInput, responses={201: WebhookWithSecret})
    def post(self, request: Request, name: str) -> Response:
        """Make a webhook; the secret is in this answer alone."""
        repository = self.find_administered(request, name)
        return self.create(request, repository.namespace, repository)


class OrganizationWebhooks(_List, OrganizationView):
    """Webhooks for all repositories of an organization."""

    sessions_alone = ("POST",)

    @extend_schema(responses=WebhookOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of webhooks, to owners."""
        return self.answer(request, self.find_namespace(request, name), None)

    @extend_schema(request=WebhookInput, responses={201: WebhookWithSecret})
    def post(self, request: Request, name: str) -> Response:
        """Make a webhook; the secret is in this answer alone."""
        return self.create(request, self.find_namespace(request, name), None)


class OwnWebhooks(_List, RepositoryView):
    """Webhooks for all repositories of one's own."""

    sessions_alone = ("GET", "POST")

    @extend_schema(responses=WebhookOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of webhooks."""
        return self.answer(request, _own_namespace(request), None)

    @extend_schema(request=WebhookInput, responses={201: WebhookWithSecret})
    def post(self, request: Request) -> Response:
        """Make a webhook; the secret is in this answer alone."""
        return self.create(request, _own_namespace(request), None)


class WebhookView(RepositoryView):
    """About one webhook; 404 alike for an unknown one and somebody else's."""

    def find_webhook(self, request: Request, webhook_id: int) -> Webhook:
        """Return it."""
        related = Webhook.objects.select_related(
            "namespace__organization", "repository", "created_by"
        )
        webhook = get_object_or_404(related, pk=webhook_id)
        try:
            flows.check_may_change(webhook, principal_of(request))
        except Denied as error:
            raise Http404 from error
        return webhook


class OneWebhook(WebhookView):
    """One webhook."""

    sessions_alone = ("PATCH",)
    passing = ("failures_in_a_row",)

    def hold(self, request: Request, webhook_id: int) -> None:
        """Keep the webhook as it is now."""
        if request.method == "PATCH":
            require_confirmed_session(request, "Changing a webhook")
        held = Webhook.objects.select_for_update(of=("self",))
        held.filter(pk=self.find_webhook(request, webhook_id).pk).first()

    @extend_schema(responses=WebhookOutput)
    def get(self, request: Request, webhook_id: int) -> Response:
        """Return a webhook."""
        return Response(WebhookOutput(self.find_webhook(request, webhook_id)).data)

    @extend_schema(request=WebhookChange, responses=WebhookWithSecret)
    @conditional
    def patch(self, request: Request, webhook_id: int) -> Response:
        """Change a webhook and answer for it; another address gets another secret."""
        require_confirmed_session(request, "Changing a webhook")
        webhook = self.find_webhook(request, webhook_id)
        sent = WebhookChange(data=request.data)
        sent.is_valid(raise_exception=True)
        now = {"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds}
        fields = _fields(now | sent.validated_data)
        try:
            secret = flows.change_webhook(webhook, by=principal_of(request), fields=fields)
        except WebhookRefused as refusal:
            raise _invalid(refusal) from refusal
        changed = self.find_webhook(request, webhook_id)
        return Response(WebhookWithSecret(changed, context={"secret": secret}).data)

    @extend_schema(responses={204: None})
    @conditional
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Delete a webhook, with its deliveries."""
        flows.delete_webhook(self.find_webhook(request, webhook_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecret(WebhookView):
    """The secret of a webhook."""

    shown_once = "webhooks/{webhook_id}"
    sessions_alone = ("POST",)

    @extend_schema(request=None, responses=WebhookWithSecret)
    def post(self, request: Request, webhook_id: int) -> Response:
        """Make a new secret; for a day deliveries are signed by the former one as well."""
        require_confirmed_session(request, "Making a secret")
        webhook = self.find_webhook(request, webhook_id)
        secret = flows.rotate_secret(webhook, by=principal_of(request))
        changed = self.find_webhook(request, webhook_id)
        return Response(WebhookWithSecret(changed, context={"secret": secret}).data)


class PauseWebhook(WebhookView):
    """Let deliveries wait."""

    @extend_schema(request=None, responses=WebhookOutput)
    def post(self, request: Request, webhook_id: int) -> Response:
        """Pause a webhook."""
        flows.pause_webhook(self.find_webhook(request, webhook_id), by=principal_of(request))
        return Response(WebhookOutput(self.find_webhook(request, webhook_id)).data)


class ResumeWebhook(WebhookView):
    """Go on."""

    @extend_schema(request=None, responses=WebhookOutput)
    def post(self, request: Request, webhook_id: int) -> Response:
        """Resume a webhook, and send what has been waiting."""
        flows.resume_webhook(self.find_webhook(request, webhook_id), by=principal_of(request))
        return Response(WebhookOutput(self.find_webhook(request, webhook_id)).data)


class TestWebhook(WebhookView):
    """A test."""

    @extend_schema(request=None, responses={202: DeliveryOutput})
    def post(self, request: Request, webhook_id: int) -> Response:
        """Have a `ping` delivered."""
        webhook = self.find_webhook(request, webhook_id)
        delivery = flows.send_test(webhook, by=principal_of(request))
        return Response(DeliveryOutput(delivery).data, status.HTTP_202_ACCEPTED)


class Deliveries(WebhookView):
    """Deliveries of the last 30 days."""

    @extend_schema(parameters=[DeliveryQuery], responses=DeliveryOutput(many=True))
    def get(self, request: Request, webhook_id: int) -> Response:
        """Return a page of deliveries, newest first."""
        asked = DeliveryQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = self.find_webhook(request, webhook_id).deliveries.filter(**asked.validated_data)
        return paginated(request, found.defer("body", "headers"), DeliveryOutput)


class OneDelivery(WebhookView):
    """One delivery."""

    @extend_schema(responses=WholeDelivery)
    def get(self, request: Request, webhook_id: int, delivery_id: UUID) -> Response:
        """Return a delivery with what was sent."""
        webhook = self.find_webhook(request, webhook_id)
        return Response(WholeDelivery(get_object_or_404(webhook.deliveries, pk=delivery_id)).data)


class ReplayDelivery(WebhookView):
    """Once more."""

    @extend_schema(request=None, responses={202: DeliveryOutput})
    def post(self, request: Request, webhook_id: int, delivery_id: UUID) -> Response:
        """Send a delivery again, with its body and its id."""
        webhook = self.find_webhook(request, webhook_id)
        delivery = get_object_or_404(webhook.deliveries, pk=delivery_id)
        delivery.webhook = webhook
        flows.replay(delivery, by=principal_of(request))
        delivery.refresh_from_db()
        return Response(DeliveryOutput(delivery).data, status.HTTP_202_ACCEPTED)


def _fields(sent: dict[str, Any]) -> WebhookFields:
    return WebhookFields(sent["name"], sent["url"], tuple(sent["kinds"]))


def _invalid(refusal: WebhookRefused) -> ValidationError:
    return at_field(refusal, refusal.field)


def _own_namespace(request: Request) -> Namespace:
    principal = principal_of(request)
    namespace = Namespace.objects.filter(user=principal.user).first() if principal.user else None
    if namespace is None or principal.limits or not holds_namespace(principal, namespace):
        message = "this is for people, with a session"
        raise Denied(message)
    return namespace
