"""The audit is sent on: in order, at least once, from where it stopped."""

from __future__ import annotations

import json
import re
import socket
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.audit_forwarding.sending import forward, next_batch
from accounts.audit_forwarding.targets import as_syslog
from accounts.models import AuditEvent, AuditForwarding
from accounts.principals import Principal
from tests.audit.collector import lines_over_http, syslog_over_tcp
from tests.conftest import World
from tests.directory.certificates import make_certificates

_FORM = re.compile(
    r"<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z index\.test waybill - audit - (\{.*\})"
)


def write(world: World, *targets: str) -> None:
    """Write events down."""
    for target in targets:
        record(AuditAction.PROFILE_CHANGED, by=Principal(world.alice), target=target)


def targets_of(messages: list[str]) -> list[str]:
    """Of which targets the messages are."""
    return [json.loads(one[one.index("{") :])["target"] for one in messages]


def test_events_arrive_by_syslog_in_order(world: World, settings: Any) -> None:
    with syslog_over_tcp() as collector:
        settings.AUDIT_SYSLOG = collector.url
        write(world, "1", "2\nforged <34>1 line", "3")
        forward()
        write(world, "4")
        forward()
        forward()
    assert targets_of(collector.messages) == ["1", "2\nforged <34>1 line", "3", "4"]
    assert all(_FORM.fullmatch(one) for one in collector.messages)


def test_tls_needs_a_certificate_that_is_trusted(
    world: World, settings: Any, tmp_path: Path
) -> None:
    make_certificates(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    with syslog_over_tcp(context) as collector:
        settings.AUDIT_SYSLOG = collector.url
        settings.AUDIT_CA_FILE = str(tmp_path / "stranger.pem")
        write(world, "1")
        forward()
        assert "CERTIFICATE_VERIFY_FAILED" in AuditForwarding.objects.get().last_problem
        assert collector.messages == []
        settings.AUDIT_CA_FILE = str(tmp_path / "ca.pem")
        forward()
        assert AuditForwarding.objects.get().last_problem == ""
    assert targets_of(collector.messages) == ["1"]


def test_after_an_outage_it_goes_on_where_it_stopped(
    world: World, settings: Any, client: Client
) -> None:
    with syslog_over_tcp() as collector:
        url = collector.url
        settings.AUDIT_SYSLOG = url
        write(world, "1")
        forward()
    write(world, "2", "3")
    forward()
    standing = AuditForwarding.objects.get()
    assert standing.failed_at
    assert standing.last_problem
    client.force_login(world.root)
    page = client.get("/manage/audit").content.decode()
    assert "2 events wait, the oldest since" in page
    assert "It has not worked since" in page
    with syslog_over_tcp() as again:
        settings.AUDIT_SYSLOG = again.url
        forward()
    assert targets_of(again.messages) == ["2", "3"]
    assert not AuditForwarding.objects.exclude(failed_at=None).exists()
    assert "everything" in client.get("/manage/audit").content.decode()


def test_what_a_collector_breaks_off_is_sent_again(world: World, settings: Any) -> None:
    with syslog_over_tcp() as collector:
        settings.AUDIT_SYSLOG = collector.url
        collector.breaks_after = 10
        write(world, "1", "2")
        forward()
        assert AuditForwarding.objects.get().sent_at is None
        collector.breaks_after = None
        forward()
    assert targets_of(collector.messages) == ["1", "2"]


def test_a_collector_by_http_gets_lines_and_a_token(world: World, settings: Any) -> None:
    with lines_over_http() as collector:
        settings.AUDIT_HTTP_URL, settings.AUDIT_HTTP_TOKEN = collector.url, "word"
        write(world, "1", "2")
        forward()
        assert targets_of(collector.messages) == ["1", "2"]
        assert collector.authorization == "Bearer word"


@pytest.mark.parametrize("status", [302, 401, 500])
def test_any_other_answer_is_no_receipt(world: World, settings: Any, status: int) -> None:
    with lines_over_http() as collector:
        settings.AUDIT_HTTP_URL = collector.url
        collector.status = status
        write(world, "1")
        forward()
        assert AuditForwarding.objects.get().last_problem == f"answered {status}"
        collector.status = 200
        forward()
    assert targets_of(collector.messages) == ["1"]


def test_datagrams_go_to_a_socket_of_this_machine(
    world: World, settings: Any, tmp_path: Path
) -> None:
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        settings.AUDIT_SYSLOG = f"unix://{path}"
        write(world, "1")
        forward()
        assert targets_of([server.recv(65536).decode()]) == ["1"]


def test_one_collector_that_is_away_keeps_the_other_from_nothing(
    world: World, settings: Any
) -> None:
    settings.AUDIT_SYSLOG = "tcp://127.0.0.1:1"
    with lines_over_http() as collector:
        settings.AUDIT_HTTP_URL = collector.url
        write(world, "1")
        forward()
    assert targets_of(collector.messages) == ["1"]


def test_two_senders_do_not_send_at_once(world: World, settings: Any) -> None:
    with lines_over_http() as collector:
        settings.AUDIT_HTTP_URL = collector.url
        write(world, "1")
        later = timezone.now() + timedelta(minutes=1)
        first = AuditEvent.objects.get().pk
        AuditForwarding.objects.create(target="http", busy_until=later, position=first - 1)
        forward()
        assert collector.messages == []
        with time_machine.travel(later + timedelta(seconds=1)):
            forward()
        assert targets_of(collector.messages) == ["1"]


def test_a_gap_waits_for_whoever_may_still_fill_it(world: World) -> None:
    """A number is given out before its transaction ends: what comes later may be seen earlier."""
    write(world, "1", "2", "3")
    first, missing, _ = AuditEvent.objects.order_by("pk")
    AuditEvent.objects.filter(pk=missing.pk).forget_for_good()
    assert [event.pk for event in next_batch(first.pk - 1)] == [first.pk]
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert len(next_batch(first.pk - 1)) == 2


def test_text_of_others_breaks_no_message(world: World) -> None:
    write(world, "\r\n\u2028\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))
    text = as_syslog(AuditEvent.objects.get())
    assert text.isascii()
    assert b"\n" not in text
