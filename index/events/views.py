"""Take a notification, keep it, answer at once; a task applies it (F11)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from index.events.auth import authenticate_registry
from index.models import Notification
from index.outbox import start_soon
from index.tasks import apply_notification

MAXIMUM_BODY = 1_048_576


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, registry_name: str) -> HttpResponse:
    """Answer 202 to whatever an authenticated registry says: a refusal would block its queue."""
    registry = authenticate_registry(registry_name, request.headers.get("Authorization", ""))
    if registry is None:
        return HttpResponse("unknown registry or wrong secret\n", "text/plain", 401)
    if int(request.headers.get("Content-Length") or 0) > MAXIMUM_BODY:
        return HttpResponse("more than 1 MiB\n", "text/plain", 413)
    notification = Notification.objects.create(registry=registry, body=request.body)
    start_soon(apply_notification, notification.pk)
    return HttpResponse(status=202)
