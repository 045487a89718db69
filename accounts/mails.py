"""Mail about accounts and organizations: plain text, one matter each, after the commit.

Nothing that people write freely goes into a mail, only names that obey a grammar: a display name
could be a stranger's advertisement, sent by us.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from accounts.models import User

log = logging.getLogger(__name__)


def send_after_commit(
    template: str, *, to: Iterable[User | str], folder: str = "accounts/mail", **context: Any
) -> None:
    """Send `<folder>/<template>_{subject,message}.txt` to each, once the change is certain.

    To people at their proven primary address, and to none who is disabled; to a text as it is.
    """
    addresses = [address for one in to if (address := _address_of(one))]
    transaction.on_commit(partial(_send, f"{folder}/{template}", addresses, context))


def _send(template: str, addresses: list[str], context: dict[str, Any]) -> None:
    known = {**context, "host": settings.PUBLIC_HOST, "public_url": settings.PUBLIC_URL}
    subject = render_to_string(f"{template}_subject.txt", known)
    body = render_to_string(f"{template}_message.txt", known)
    for address in dict.fromkeys(addresses):
        message = EmailMessage(f"[Waybill] {' '.join(subject.split())}", body, to=[address])
        try:
            message.send()
        except (SMTPException, OSError):  # the change has been made, whatever a server says
            log.exception("mail %s was not sent", template)


def _address_of(one: User | str) -> str | None:
    if isinstance(one, str):
        return one
    if not one.is_active:
        return None
    proven = one.emailaddress_set.filter(verified=True).order_by("-primary", "pk").first()
    return proven.email if proven else None
