"""Template tags of pull commands."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from accounts.models import Visibility
from index.models import Repository
from index.pull_commands import pull_command, pull_lines
from index.web.pull_client import client_of

register = template.Library()
register.simple_tag(pull_command)


@register.inclusion_tag("components/pull.html", takes_context=True)
def pull(
    context: RequestContext, repository: Repository, tag: str = "", digest: str = ""
) -> dict[str, Any]:
    """Show how an image is pulled, by each program; the one that was chosen is open."""
    request = context["request"]
    return {
        "lines": pull_lines(repository.name, tag=tag, digest=digest),
        "chosen": client_of(request),
        "is_public": repository.visibility == Visibility.PUBLIC,
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
