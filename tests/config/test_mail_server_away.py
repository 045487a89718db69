"""A mail server that is away keeps nobody from signing up, and gets the mail later (L23)."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.test import Client

from accounts.models import User
from config import mail as ways
from config.tasks import send_mail_again
from launcher.ports import LOOPBACK, free_ports
from tests.accounts.test_signup import _form


@pytest.fixture
def kept(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queue, and a port where nobody listens."""
    waiting: list[str] = []
    [port] = free_ports(1)
    settings.EMAIL_BACKEND = "config.mail.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, port
    monkeypatch.setattr(ways._Server, "away_until", 0.0)
    monkeypatch.setattr(
        send_mail_again, "apply_async", lambda arguments, **_: waiting.append(*arguments)
    )
    return waiting


def test_signing_up_works_and_the_code_waits(db: None, kept: list[str], client: Client) -> None:
    answer = client.post("/accounts/signup/", _form("newcomer", "new@example.com"))
    assert answer.status_code == 302
    assert User.objects.filter(username="newcomer").exists()
    [waiting] = kept
    assert ways.unpacked(waiting).to == ["new@example.com"]


def test_a_server_that_was_away_is_left_alone_for_a_moment(
    kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    real = ways.SmtpBackend.send_now

    def send_now(backend: ways.SmtpBackend, message: mail.EmailMessage) -> None:
        tried.append(str(message.subject))
        real(backend, message)

    monkeypatch.setattr(ways.SmtpBackend, "send_now", send_now)
    for subject in ("first", "second"):
        assert mail.EmailMessage(subject, "text", to=["a@example.com"]).send() == 1
    assert tried == ["first"]
    assert [ways.unpacked(one).subject for one in kept] == ["first", "second"]


def test_what_waits_is_not_to_be_read(kept: list[str]) -> None:
    mail.EmailMessage("subject", "the code is 123", to=["a@example.com"]).send()
    assert "123" not in kept[0]
    assert ways.unpacked(kept[0]).body == "the code is 123"


def test_it_is_tried_again_until_the_server_takes_it(settings: Any, kept: list[str]) -> None:
    headers = {"List-Unsubscribe": "<https://index.test/x>"}
    mail.EmailMessage("subject", "text", to=["a@example.com"], headers=headers).send()
    with pytest.raises((Retry, ConnectionError)):
        send_mail_again.apply(args=(kept[0],), throw=True, retries=0)
    with mail_server() as (port, received):
        settings.EMAIL_PORT = port
        send_mail_again.apply(args=(kept[0],), throw=True)
    assert "Subject: subject" in received[0]
    assert "List-Unsubscribe: <https://index.test/x>" in received[0]


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """One that takes everything."""
    received: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                verb = line.upper()[:4].strip()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    received.append(self._text())
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")

        def _text(self) -> str:
            return "".join(iter(lambda: self.rfile.readline().decode(), ".\r\n"))

    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], received
        finally:
            server.shutdown()
            thread.join()
