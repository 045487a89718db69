"""`/healthz`: this process lives. `/readyz`: the whole installation can do its work."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.standing import State
from config.standing.readiness import PARTS, line_of


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer without touching anything else."""
    return HttpResponse("alive\n", "text/plain")


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 only when database, Redis, signing key and worker all do; say why not.

    In our words alone: what a database says of itself names hosts and users, and anybody may ask.
    """
    lines = {part: line_of(part) for part in PARTS}
    ready = {part: line.state is State.GOOD for part, line in lines.items()}
    causes = {
        part: f"{line.sentence} {line.advice}" for part, line in lines.items() if not ready[part]
    }
    body = ready | ({"causes": causes} if causes else {})
    return JsonResponse(body, status=503 if causes else 200)
