"""The ways mail leaves, which remember whether it did (accounts.mail_record).

A mail server that is away is nobody's error page: what it did not take is tried again for a day by the
worker. It waits in the queue encrypted, for it may hold a code or a link that opens an account.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Sequence
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.mail.backends import filebased, smtp
from django.core.mail.message import EmailMessage
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.mail_record import note_failed, note_sent

log = logging.getLogger(__name__)
_FIELDS = ("subject", "body", "from_email", "to", "extra_headers")
_LEAVE_ALONE = 30.0  # seconds, so that a server that hangs does not hold every request


class _Server:
    """Whether the mail server was away a moment ago, as this process saw it."""

    away_until = 0.0


class SmtpBackend(smtp.EmailBackend):
    """Through a server; later, if it is away."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Send each or leave it to the worker, and remember."""
        for message in messages:
            self._send_or_keep(message)
        return len(messages)

    def send_now(self, message: EmailMessage) -> None:
        """Send one, or raise what the server said."""
        _remembering(super().send_messages, [message])

    def _send_or_keep(self, message: EmailMessage) -> None:
        if time.monotonic() >= _Server.away_until:
            try:
                self.send_now(message)
            except (SMTPException, OSError) as error:
                log.warning("a mail was not taken: %s", type(error).__name__)
                if is_final(error):
                    return
                _Server.away_until = time.monotonic() + _LEAVE_ALONE
            else:
                return
        _keep(message)


class FolderBackend(filebased.EmailBackend):
    """Into files."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Write them, and remember."""
        return _remembering(super().send_messages, messages)


def is_final(error: Exception) -> bool:
    """Whether the server refused this mail for good: another try would bring the same."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


def packed(message: EmailMessage) -> str:
    """Return it as it waits in the queue; all of ours are plain text without attachments."""
    fields = {name: getattr(message, name) for name in _FIELDS}
    return _box().encrypt(json.dumps(fields, default=str).encode()).decode()


def unpacked(text: str) -> EmailMessage:
    """Return what was packed."""
    fields: dict[str, Any] = json.loads(_box().decrypt(text.encode()))
    return EmailMessage(headers=fields.pop("extra_headers"), **fields)


def _keep(message: EmailMessage) -> None:
    from config.tasks import send_mail_again  # it sends with this module

    try:
        send_mail_again.apply_async((packed(message),), retry=False)
    except (OperationalError, RedisError, OSError):
        log.exception("a mail is lost: neither the mail server nor the queue took it")


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"waybill waiting mails")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))


def _remembering(send: Any, messages: Sequence[EmailMessage]) -> int:
    try:
        sent = int(send(messages) or 0)
    except (SMTPException, OSError) as error:
        note_failed(error)
        raise
    if sent:
        note_sent()
    return sent
