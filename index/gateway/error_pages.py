"""The pages that nginx answers with when nobody else does: whole in themselves, in the look of the others."""

from __future__ import annotations

import base64
import hashlib
from string import Template

from django.conf import settings

_FOLDER = settings.BASE_DIR / "deploy" / "templates"
LONGEST = 4_000  # bytes; nginx takes no longer parameter than its buffer of 4,096


def error_page(status: int, title: str, words: str) -> str:
    """Return a page as the text of nginx's `return`, between single quotes."""
    template = Template((_FOLDER / "gateway_page.html").read_text())
    page = template.substitute(status=status, title=title, words=words, style=_style())
    if "'" in page or len(page.encode()) > LONGEST:
        message = f"the page of {status} has a quote or is longer than {LONGEST} bytes"
        raise ValueError(message)
    return page


def error_page_policy() -> str:
    """Return the Content-Security-Policy of such a page: its own style, by digest, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


def _style() -> str:
    return "".join((_FOLDER / "gateway_page.css").read_text().splitlines())
