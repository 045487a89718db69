"""What the API takes and says of webhooks."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from index.flows.webhooks import LONGEST_NAME
from index.models import ActivityKind, DeliveryState, Webhook, WebhookDelivery


class WebhookInput(serializers.Serializer[Webhook]):
    """Where to send what; no kinds are all kinds."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=ActivityKind.choices), required=False, default=list
    )


class WebhookChange(serializers.Serializer[Webhook]):
    """What is left out stays."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    url = serializers.CharField(max_length=500, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=ActivityKind.choices), required=False
    )


class WebhookOutput(serializers.ModelSerializer[Webhook]):
    """A webhook."""

    namespace = serializers.CharField(source="namespace.name")
    repository = serializers.CharField(source="repository.name", default=None, allow_null=True)
    kinds = serializers.ListField(child=serializers.CharField())
    answered_for_by = serializers.CharField(
        source="created_by.username", default=None, allow_null=True
    )

    class Meta:
        """The fields, by name."""

        model = Webhook
        fields: ClassVar[list[str]] = [
            "id", "namespace", "repository", "name", "url", "kinds", "answered_for_by",
            "created_at", "failures_in_a_row", "paused_at", "pause_reason", "former_until",
        ]  # fmt: skip


class WebhookWithSecret(WebhookOutput):
    """A webhook, and a secret that is shown this once; without one where it stayed."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookOutput.Meta):
        """The same fields and the secret."""

        fields: ClassVar[list[str]] = [*WebhookOutput.Meta.fields, "secret"]

    def get_secret(self, _webhook: Webhook) -> str | None:
        """Return it."""
        secret: str | None = self.context["secret"]
        return secret


class DeliveryOutput(serializers.ModelSerializer[WebhookDelivery]):
    """A delivery. What the receiver answered is not kept, but for its status."""

    class Meta:
        """The fields, by name."""

        model = WebhookDelivery
        fields: ClassVar[list[str]] = [
            "id", "kind", "state", "created_at", "attempts", "next_attempt_at", "status",
            "milliseconds", "last_problem", "finished_at",
        ]  # fmt: skip


class WholeDelivery(DeliveryOutput):
    """A delivery with what was sent."""

    headers = serializers.DictField(child=serializers.CharField())

    class Meta(DeliveryOutput.Meta):
        """The same fields, headers and body."""

        fields: ClassVar[list[str]] = [*DeliveryOutput.Meta.fields, "headers", "body"]


class DeliveryQuery(serializers.Serializer[Any]):
    """Which deliveries; all without it."""

    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
