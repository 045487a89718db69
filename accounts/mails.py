"""Mail about accounts and organizations: plain text, one matter each, after the commit.

Nothing that people write freely goes into a mail, only names that obey a grammar: a display name
could be a stranger's advertisement, sent by us.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.mail_kinds import MailKind, unsubscribe_token, without_unwilling
from accounts.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Recipient:
    """An address, and the link that ends mails of this kind."""

    address: str
    unsubscribe_url: str = ""
    language: str = ""  # of the account; empty for an address that has none

    @property
    def headers(self) -> dict[str, str]:
        """What lets a mail program unsubscribe with one click (RFC 2369, RFC 8058)."""
        if not self.unsubscribe_url:
            return {}
        return {
            "List-Unsubscribe": f"<{self.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def send_after_commit(
    template: str,
    *,
    to: Iterable[User | str],
    folder: str = "accounts/mail",
    kind: MailKind | None = None,
    **context: Any,
) -> None:
    """Send `<folder>/<template>_{subject,message}.txt` to each, once the change is certain.

    To people at their proven primary address, and to none who is disabled; to a text as it is.
    With a kind only to people who want it, with a link that ends it; without one to everybody.
    """
    people = list(to)
    if kind is not None:
        people = [*without_unwilling((one for one in people if isinstance(one, User)), kind)]
    found = [recipient for one in people if (recipient := _recipient(one, kind))]
    transaction.on_commit(partial(_send, f"{folder}/{template}", found, context))


def _send(template: str, recipients: list[_Recipient], context: dict[str, Any]) -> None:
    known = {**context, "host": settings.PUBLIC_HOST, "public_url": settings.PUBLIC_URL}
    for one in {recipient.address: recipient for recipient in recipients}.values():
        with translation.override(one.language or settings.LANGUAGE_CODE):
            subject = " ".join(render_to_string(f"{template}_subject.txt", known).split())
            about = {**known, "unsubscribe_url": one.unsubscribe_url}
            body = render_to_string(f"{template}_message.txt", about)
        message = EmailMessage(
            f"[Waybill] {subject}", body, to=[one.address], headers=one.headers or None
        )
        try:
            message.send()
        except (SMTPException, OSError):  # the change has been made, whatever a server says
            log.exception("mail %s was not sent", template)


def _recipient(one: User | str, kind: MailKind | None) -> _Recipient | None:
    if isinstance(one, str):
        return _Recipient(one, language=translation.get_language() or "")
    if not one.is_active:
        return None
    proven = one.emailaddress_set.filter(verified=True).order_by("-primary", "pk").first()
    if not proven:
        return None
    if kind is None:
        return _Recipient(proven.email, language=one.language)
    page = reverse("web-unsubscribe", args=[unsubscribe_token(one, kind)])
    return _Recipient(proven.email, f"{settings.PUBLIC_URL}{page}", one.language)
