"""Pages of webhooks."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import webhook_operations as operations
from index.web import webhooks

_ONE = "webhooks/<int:webhook_id>"
_DELIVERY = f"{_ONE}/deliveries/<uuid:delivery_id>"

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/webhooks", webhooks.of_repository, name="web-repository-webhooks"),
    path(
        "r/<repository:name>/-/webhooks/new",
        webhooks.new_of_repository,
        name="web-repository-webhook-new",
    ),
    path("o/<str:name>/-/webhooks", webhooks.of_organization, name="web-organization-webhooks"),
    path(
        "o/<str:name>/-/webhooks/new",
        webhooks.new_of_organization,
        name="web-organization-webhook-new",
    ),
    path("settings/webhooks", webhooks.of_user, name="web-user-webhooks"),
    path("settings/webhooks/new", webhooks.new_of_user, name="web-user-webhook-new"),
    path(_ONE, webhooks.show, name="web-webhook"),
    path(f"{_ONE}/change", webhooks.change, name="web-webhook-change"),
    path(f"{_ONE}/secret", operations.rotate, name="web-webhook-rotate"),
    path(f"{_ONE}/pause", operations.pause, name="web-webhook-pause"),
    path(f"{_ONE}/resume", operations.resume, name="web-webhook-resume"),
    path(f"{_ONE}/test", operations.test, name="web-webhook-test"),
    path(f"{_ONE}/delete", operations.delete, name="web-webhook-delete"),
    path(_DELIVERY, operations.delivery, name="web-webhook-delivery"),
    path(f"{_DELIVERY}/replay", operations.replay, name="web-webhook-replay"),
]
