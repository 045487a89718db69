"""What is there to copy: a command, a digest, each with its button.

Written here instead of in templates: tables have both in each of their rows.
"""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from index.web.templatetags import command_line, icon, short_digest

register = template.Library()

_COMMAND = """<div class="command">
  <code id="{id}">{text}</code>
  <button class="copy" type="button" data-behaviour="copy" data-copy-from="{id}" aria-label="{label}" title="{title}">{icons}</button>
</div>"""
_DIGEST = (
    '<span class="digest"><code title="{digest}">{short}</code>'
    '<button class="copy" type="button" data-behaviour="copy" data-copy-text="{digest}"'
    ' aria-label="{label}" title="{title}">{icons}</button></span>'
)


@register.simple_tag
def command(text: str, *, id: str, label: str) -> SafeString:  # noqa: A002 - as in HTML
    """Return one command to copy; the id is unique on the page, the label says what it is."""
    return format_html(
        _COMMAND,
        id=id,
        text=command_line(text),
        label=_("Copy %(label)s") % {"label": label},
        title=_("Copy"),
        icons=_icons(),
    )


@register.simple_tag
def digest(digest: str) -> SafeString:
    """Return a digest, short, with a button that copies all of it."""
    short = short_digest(digest)
    return format_html(
        _DIGEST,
        digest=digest,
        short=short,
        label=_("Copy the digest %(digest)s") % {"digest": short},
        title=_("Copy the whole digest"),
        icons=_icons(),
    )


@cache
def _icons() -> SafeString:
    return format_html("{}{}", icon("copy"), icon("check-lg"))
