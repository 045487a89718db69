"""The ways mail leaves, which remember whether it did (accounts.mail_record)."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from django.core.mail.backends import filebased, smtp
from django.core.mail.message import EmailMessage

from accounts.mail_record import note_failed, note_sent


class SmtpBackend(smtp.EmailBackend):
    """Through a server."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Send them, and remember."""
        return _remembering(super().send_messages, messages)


class FolderBackend(filebased.EmailBackend):
    """Into files."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Write them, and remember."""
        return _remembering(super().send_messages, messages)


def _remembering(send: Any, messages: Sequence[EmailMessage]) -> int:
    try:
        sent = int(send(messages) or 0)
    except (SMTPException, OSError) as error:
        note_failed(error)
        raise
    if sent:
        note_sent()
    return sent
