"""Verified domains, asked of a real name server in this process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSServer

from accounts import dns_records
from accounts.dns_records import NoAnswer, txt_records
from accounts.domain_names import check_domain_name
from accounts.errors import DomainRefused, LimitReached, NotAllowed
from accounts.flows.domains import check_now, claim_domain, record_name, record_text, remove_domain
from accounts.limits import DOMAIN_CHECKS
from accounts.models import AuditEvent, OrganizationDomain
from accounts.principals import Principal
from accounts.tasks import check_domains
from tests.conftest import World
from tests.factories import make_organization


class Zone(BaseResolver):  # type: ignore[misc]
    """Answers TXT questions from a table; counts them; may fail."""

    def __init__(self) -> None:
        self.records: dict[str, list[Any]] = {}
        self.questions = 0
        self.failure: int | None = None

    def resolve(self, request: DNSRecord, _handler: DNSHandler) -> DNSRecord:
        self.questions += 1
        reply = request.reply()
        name = str(request.q.qname).rstrip(".").lower()
        if self.failure is not None:
            reply.header.rcode = self.failure
        elif name not in self.records:
            reply.header.rcode = RCODE.NXDOMAIN
        for text in self.records.get(name, []):
            reply.add_answer(RR(name, QTYPE.TXT, rdata=TXT(text), ttl=1))
        return reply


@pytest.fixture
def zone(settings: LazySettings) -> Iterator[Zone]:
    """A name server on a port of its own, known to the settings."""
    table = Zone()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = type("Quiet", (), {"__getattr__": lambda *_: lambda *_: None})()
    server = DNSServer(table, address="127.0.0.1", port=port, logger=quiet)
    server.start_thread()
    settings.DNS_SERVERS = [f"127.0.0.1:{port}"]
    yield table
    server.stop()
    server.server.server_close()


@pytest.fixture
def claim(world: World) -> OrganizationDomain:
    """What olga claims for acme."""
    return claim_domain(world.acme, by=Principal(world.olga), name="acme.test")


def publish(zone: Zone, domain: OrganizationDomain) -> None:
    """Set the record, among others."""
    zone.records[record_name(domain)] = ["v=spf1 -all", record_text(domain)]


def test_the_record_gives_the_badge(
    world: World, zone: Zone, claim: OrganizationDomain, client: Client
) -> None:
    assert "acme.test" not in client.get("/o/acme").content.decode()
    publish(zone, claim)
    check_now(claim, by=Principal(world.olga))
    assert claim.verified_at
    assert "acme.test" in client.get("/o/acme").content.decode()
    assert AuditEvent.objects.filter(action="organization:domain:verified").count() == 1


@pytest.mark.parametrize("there", [[], ["waybill-domain-verification=other"], ["x" * 200]])
def test_without_the_record_there_is_none(
    world: World, zone: Zone, claim: OrganizationDomain, there: list[str]
) -> None:
    zone.records[record_name(claim)] = there
    with pytest.raises(DomainRefused, match="no such record"):
        check_now(claim, by=Principal(world.olga))
    assert claim.verified_at is None


def test_the_record_of_one_organization_proves_nothing_for_another(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    umbra = make_organization("umbra", owner=world.alice)
    other = claim_domain(umbra, by=Principal(world.alice), name="acme.test")
    publish(zone, claim)
    with pytest.raises(DomainRefused):
        check_now(other, by=Principal(world.alice))


def test_a_domain_is_proven_by_one_organization_alone(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    umbra = make_organization("umbra", owner=world.alice)
    other = claim_domain(umbra, by=Principal(world.alice), name="acme.test")
    zone.records[record_name(claim)] = [record_text(claim), record_text(other)]
    check_now(claim, by=Principal(world.olga))
    with pytest.raises(DomainRefused, match="Another organization"):
        check_now(other, by=Principal(world.alice))
    other.refresh_from_db()
    assert other.verified_at is None


def has_badge(domain: OrganizationDomain) -> bool:
    """Whether it is verified now."""
    return OrganizationDomain.objects.filter(pk=domain.pk, verified_at__isnull=False).exists()


def check_daily(days: int) -> None:
    """Let the task run once a day."""
    start = timezone.now()
    for day in range(1, days + 1):
        with time_machine.travel(start + timedelta(days=day, minutes=day)):
            check_domains()


def test_the_badge_goes_after_three_days_without_the_record(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    publish(zone, claim)
    check_now(claim, by=Principal(world.olga))
    zone.records.clear()
    check_daily(2)
    assert has_badge(claim)
    check_daily(5)
    assert not has_badge(claim)
    assert AuditEvent.objects.get(action="organization:domain:lost").actor_name == "anonymous"


def test_silent_name_servers_take_no_badge(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    publish(zone, claim)
    check_now(claim, by=Principal(world.olga))
    zone.failure = RCODE.SERVFAIL
    check_daily(6)
    claim.refresh_from_db()
    assert claim.verified_at


def test_a_record_that_is_back_starts_the_count_anew(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    publish(zone, claim)
    check_now(claim, by=Principal(world.olga))
    OrganizationDomain.objects.update(missed_checks=2)
    check_daily(1)
    claim.refresh_from_db()
    assert claim.missed_checks == 0


def test_the_task_finds_a_fresh_claim_by_itself(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    publish(zone, claim)
    check_domains()
    claim.refresh_from_db()
    assert claim.verified_at


def test_no_page_asks_a_name_server(
    world: World, zone: Zone, claim: OrganizationDomain, client: Client
) -> None:
    client.force_login(world.olga)
    for path in ("/o/acme", "/o/acme/-/settings", "/o/acme/-/settings/domains", "/organizations"):
        assert client.get(path).status_code == 200
    assert zone.questions == 0


def test_impatience_costs_no_badge_and_is_limited(
    world: World, zone: Zone, claim: OrganizationDomain
) -> None:
    publish(zone, claim)
    check_now(claim, by=Principal(world.olga))
    zone.records.clear()
    for _ in range(DOMAIN_CHECKS.events - 1):
        with pytest.raises(DomainRefused):
            check_now(claim, by=Principal(world.olga))
    with pytest.raises(LimitReached):
        check_now(claim, by=Principal(world.olga))
    claim.refresh_from_db()
    assert claim.verified_at


def test_only_owners_claim_check_and_remove(world: World, claim: OrganizationDomain) -> None:
    mia = Principal(world.mia)
    for change in (
        lambda: claim_domain(world.acme, by=mia, name="mine.test"),
        lambda: check_now(claim, by=mia),
        lambda: remove_domain(claim, by=mia),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert OrganizationDomain.objects.get() == claim


def test_a_server_that_is_not_there_is_no_answer(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_records, "_LIFETIME", 0.2)
    settings.DNS_SERVERS = ["127.0.0.1:1"]
    with pytest.raises(NoAnswer):
        txt_records("acme.test")


@pytest.mark.parametrize(
    "name",
    [
        "", "com", "co.uk", "github.io", "Acme.test", "acme.test.", "acme..test", "-a.test",
        "a-.test", "a_b.test", "acme.test/path", "https://acme.test", "127.0.0.1", "a b.test",
        "bücher.test", "\u0430cme.test", f"{'a' * 64}.test", ".".join(["a" * 60] * 4) + ".test",
        "acme.test\n", "*.acme.test",
    ],
)  # fmt: skip
def test_what_is_no_domain_of_ones_own_is_refused(name: str) -> None:
    with pytest.raises(DomainRefused):
        check_domain_name(name)


@pytest.mark.parametrize("name", ["acme.test", "a.b.c.test", "xn--bcher-kva.test", "1and1.test"])
def test_domains_are_accepted_as_they_are_written(name: str) -> None:
    assert check_domain_name(name) == name
