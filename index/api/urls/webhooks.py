"""Addresses of webhooks."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import webhooks

_ONE = "webhooks/<int:webhook_id>"
_DELIVERY = f"{_ONE}/deliveries/<uuid:delivery_id>"

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<repository:name>/-/webhooks",
        webhooks.RepositoryWebhooks.as_view(),
        name="api-repository-webhooks",
    ),
    path(
        "organizations/<str:name>/webhooks",
        webhooks.OrganizationWebhooks.as_view(),
        name="api-organization-webhooks",
    ),
    path("user/webhooks", webhooks.OwnWebhooks.as_view(), name="api-own-webhooks"),
    path(_ONE, webhooks.OneWebhook.as_view(), name="api-webhook"),
    path(f"{_ONE}/secret", webhooks.WebhookSecret.as_view(), name="api-webhook-secret"),
    path(f"{_ONE}/pause", webhooks.PauseWebhook.as_view(), name="api-webhook-pause"),
    path(f"{_ONE}/resume", webhooks.ResumeWebhook.as_view(), name="api-webhook-resume"),
    path(f"{_ONE}/test", webhooks.TestWebhook.as_view(), name="api-webhook-test"),
    path(f"{_ONE}/deliveries", webhooks.Deliveries.as_view(), name="api-webhook-deliveries"),
    path(_DELIVERY, webhooks.OneDelivery.as_view(), name="api-webhook-delivery"),
    path(f"{_DELIVERY}/replay", webhooks.ReplayDelivery.as_view(), name="api-webhook-replay"),
]
