"""Mail on a page, for development: only where it is kept in a folder, on one's own machine."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_SHOWN = 50
_SEPARATOR = b"-" * 79  # how Django's file backend ends each message


@dataclass(frozen=True, slots=True)
class Mail:
    """One file of the folder; Django writes one for every message that we send."""

    name: str
    subject: str
    to: str
    date: str
    text: str


@login_not_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List what was sent, newest first."""
    files = sorted(_files(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    mails = [_read(file) for file in files[:_SHOWN]]
    return render(request, "accounts/mail_inbox.html", {"mails": mails})


@login_not_required
@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message. Its name is looked for among those of the folder, never made a path."""
    for file in _files():
        if file.name == name:
            return render(request, "accounts/mail_message.html", {"mail": _read(file)})
    raise Http404


def _files() -> Iterator[Path]:
    if settings.MAIL_PAGE_FOLDER is None:
        raise Http404
    folder = Path(settings.MAIL_PAGE_FOLDER)
    return folder.glob("*.log") if folder.is_dir() else iter(())


def _read(file: Path) -> Mail:
    raw = file.read_bytes().split(_SEPARATOR)[0]
    parsed = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    body = parsed.get_body(("plain",))
    return Mail(
        name=file.name,
        subject=str(parsed["subject"]),
        to=str(parsed["to"]),
        date=str(parsed["date"]),
        text=str(body.get_content()) if body else "",
    )
