"""What is done with a webhook and its deliveries."""

from __future__ import annotations

import json
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import LimitReached
from index.flows import webhooks as flows
from index.models import Webhook
from index.web.lookup import principal_of
from index.web.methods import post_only
from index.web.webhook_lookup import find_webhook, frame_of, owner_of
from index.web.webhooks import show_secret


@post_only
@reauthentication_required
def rotate(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Make a new secret; the old one signs for another day."""
    webhook = find_webhook(request, webhook_id)
    secret = flows.rotate_secret(webhook, by=principal_of(request))
    webhook.refresh_from_db()
    return show_secret(request, webhook, secret)


@post_only
def pause(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Let deliveries wait."""
    webhook = find_webhook(request, webhook_id)
    flows.pause_webhook(webhook, by=principal_of(request))
    return _to(
        request,
        webhook,
        _("%(webhook)s is paused. What happens meanwhile waits.") % {"webhook": webhook},
    )


@post_only
def resume(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Go on."""
    webhook = find_webhook(request, webhook_id)
    flows.resume_webhook(webhook, by=principal_of(request))
    return _to(
        request, webhook, _("%(webhook)s goes on with what was waiting.") % {"webhook": webhook}
    )


@post_only
def delete(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """End it."""
    webhook = find_webhook(request, webhook_id)
    address = owner_of(webhook).list_url
    flows.delete_webhook(webhook, by=principal_of(request))
    messages.success(
        request, _("%(webhook)s is deleted, with its deliveries.") % {"webhook": webhook}
    )
    return redirect(address)


@post_only
def test(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Have a ping delivered."""
    webhook = find_webhook(request, webhook_id)
    try:
        delivery = flows.send_test(webhook, by=principal_of(request))
    except LimitReached as refusal:
        messages.error(request, str(refusal))
        return redirect("web-webhook", webhook.pk)
    messages.success(
        request, _("A ping is on its way. Load this page again to see what became of it.")
    )
    return redirect("web-webhook-delivery", webhook.pk, delivery.pk)


@require_safe
def delivery(request: HttpRequest, webhook_id: int, delivery_id: UUID) -> HttpResponse:
    """Show what was sent, and what became of it; what the receiver answered is not kept."""
    webhook = find_webhook(request, webhook_id)
    found = get_object_or_404(webhook.deliveries, pk=delivery_id)
    context = {
        **frame_of(request, owner_of(webhook), page=webhook.name),
        "webhook": webhook,
        "delivery": found,
        "body": json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
        "headers": "\n".join(f"{name}: {value}" for name, value in found.headers.items()),
    }
    return render(request, "index/webhook_delivery.html", context)


@post_only
def replay(request: HttpRequest, webhook_id: int, delivery_id: UUID) -> HttpResponse:
    """Send it once more."""
    webhook = find_webhook(request, webhook_id)
    found = get_object_or_404(webhook.deliveries, pk=delivery_id)
    found.webhook = webhook
    try:
        flows.replay(found, by=principal_of(request))
    except LimitReached as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent once more, under the same id."))
    return redirect("web-webhook-delivery", webhook.pk, found.pk)


def _to(request: HttpRequest, webhook: Webhook, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("web-webhook", webhook.pk)
