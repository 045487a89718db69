"""`/badge/<name>/pulls.svg`: pictures for pages elsewhere, and what to paste there."""

from __future__ import annotations

from hashlib import blake2b

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from index.models import Repository
from index.names import is_tag
from index.web.badge_picture import KINDS, badge

_KEPT = 300  # seconds, by whoever stands between


@login_not_required
@require_safe
def show(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Answer with the badge; who asks makes no difference, and a cookie is not looked at."""
    tag = request.GET.get("tag", "latest")
    body = badge(kind, name, tag=tag if is_tag(tag) else "")
    response: HttpResponse = HttpResponse(body, "image/svg+xml")
    response["Cache-Control"] = f"public, max-age={_KEPT}"
    response["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return found or response


def badge_snippets(repository: Repository) -> list[tuple[str, str]]:
    """Return the same badges in each markup: its name, and what to paste."""
    page = settings.PUBLIC_URL + reverse("web-repository", args=[repository.name])
    addresses = {
        kind: settings.PUBLIC_URL + reverse("web-badge", args=[repository.name, kind])
        for kind in KINDS
    }
    return [
        ("Markdown", "\n".join(f"[![{k}]({a})]({page})" for k, a in addresses.items())),
        (
            "HTML",
            "\n".join(
                f'<a href="{page}"><img src="{a}" alt="{k}"></a>' for k, a in addresses.items()
            ),
        ),
        ("AsciiDoc", "\n".join(f"image:{a}[{k},link={page}]" for k, a in addresses.items())),
    ]
