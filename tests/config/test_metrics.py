"""`/metrics`: who may read it, what it says, and that dashboard and alerts ask for nothing else."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse

import pytest
import yaml
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from accounts import metrics
from accounts.mail_record import note_sent
from accounts.standing import look_and_remember
from config.lanes import Lanes
from config.metrics import gauges
from config.metrics.page import render
from config.tasks import heartbeat
from index.flows.receive_notification import apply_inbox
from index.models import Notification, RegistryCheck
from launcher.layout import Layout
from launcher.services import redis
from tests.clients import basic
from tests.conftest import World
from tests.factories import SERVICE
from tests.launcher.test_limits_survive import running
from tests.tools import tool

ROOT = Path(__file__).resolve().parents[2]
OBSERVABILITY = ROOT / "deploy" / "observability"
TOKEN = "for-metrics-only-" * 3
_ENDINGS = re.compile(r"_(bucket|sum|count|created)$")


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    """Count from nothing."""
    metrics._Pending.take()
    yield
    metrics._Pending.take()


def ask(path: str = "/metrics", **environ: Any) -> tuple[str, str]:
    """Ask the WSGI application as the app server does."""
    said: dict[str, str] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(dict(headers), status=status)

    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "REMOTE_ADDR": "10.0.0.9",
        "SERVER_NAME": "index.test",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }
    body = b"".join(Lanes(WSGIHandler())(asked, cast(StartResponse, start_response)))
    return said["status"], body.decode()


def value(name: str, **labels: str) -> float | None:
    """Return a sample of the page as Prometheus reads it."""
    for family in text_string_to_metric_families(render().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None


def test_this_machine_may_read_it_by_any_name(db: None) -> None:
    status, page = ask(REMOTE_ADDR="127.0.0.1", HTTP_HOST="10.0.0.11:8003")
    assert status == "200 OK"
    assert 'waybill_info{version="unreleased"} 1.0' in page


def test_nobody_else_may(db: None) -> None:
    assert ask()[0] == "403 Forbidden"
    assert ask(REMOTE_ADDR="")[0] == "403 Forbidden"
    assert ask(HTTP_AUTHORIZATION="Bearer ")[0] == "403 Forbidden"


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA"])
def test_a_proxy_on_this_machine_is_not_this_machine(db: None, header: str) -> None:
    asked: dict[str, Any] = {header: "127.0.0.1"}
    assert ask(REMOTE_ADDR="127.0.0.1", **asked)[0] == "403 Forbidden"


def test_who_has_the_token_may(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert ask(HTTP_AUTHORIZATION=f"Bearer {TOKEN}")[0] == "200 OK"
    assert ask(HTTP_AUTHORIZATION=f"Bearer {TOKEN}x")[0] == "403 Forbidden"
    assert ask(HTTP_AUTHORIZATION=basic("metrics", TOKEN))[0] == "403 Forbidden"


def test_the_gateway_gets_it_for_nobody(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    asked = {"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
    assert ask(**asked, HTTP_X_WAYBILL_GATEWAY=settings.GATEWAY_SECRET)[0] == "404 Not Found"


def test_requests_count_under_the_pattern_and_names_are_nowhere(
    world: World, client: Client
) -> None:
    client.force_login(world.alice)
    assert client.get("/r/alice/priv").status_code == 200
    route = "r/<repository:name>"
    assert value("waybill_http_requests_total", route=route, method="GET", status="200") == 1
    assert value("waybill_http_request_seconds_count", route=route) == 1
    client.get("/r/alice/secret-plans/-/no-such-page")
    client.generic("BREW", "/healthz")
    page = render().decode()
    assert "alice" not in page
    assert "secret-plans" not in page
    assert "BREW" not in page


def test_tokens_count_by_what_became_of_them(world: World) -> None:
    query = f"service={SERVICE}"
    ask("/token", QUERY_STRING=query)
    ask("/token", QUERY_STRING=query, HTTP_AUTHORIZATION=basic("alice", f"wbp_{'0' * 16}"))
    ask("/token", QUERY_STRING="service=nobody")
    assert value("waybill_token_requests_total", outcome="issued") == 1
    assert value("waybill_token_requests_total", outcome="malformed") == 1
    assert value("waybill_token_request_seconds_count") == 3


def test_routes_count_by_what_the_client_is_told(world: World) -> None:
    asked = {
        "HTTP_X_WAYBILL_ROUTE": settings.GATEWAY_SECRET,
        "HTTP_X_ORIGINAL_METHOD": "GET",
        "HTTP_X_ORIGINAL_URI": "/v2/alice/priv/manifests/1",
    }
    ask("/_gateway/route", **asked)
    assert value("waybill_route_lookups_total", outcome="token-needed") == 1


def test_notifications_count_when_they_come_and_when_they_are_applied(world: World) -> None:
    ask("/events/east", REQUEST_METHOD="POST", CONTENT_LENGTH="2")
    assert value("waybill_notifications_received_total", outcome="refused") == 1
    for body in (b'{"events": []}', b"not json"):
        Notification.objects.create(registry=world.east, body=body)
    assert value("waybill_waiting", queue="notifications") == 2
    apply_inbox()
    assert value("waybill_notifications_applied_total") == 1
    assert value("waybill_notifications_quarantined_total") == 1
    assert value("waybill_notifications_set_aside") == 1
    assert value("waybill_waiting", queue="notifications") == 0


def test_a_wrong_password_counts_and_so_do_mails(world: World, client: Client) -> None:
    client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    assert value("waybill_login_failures_total", reason="password") == 1
    note_sent()
    assert value("waybill_mails_total", outcome="sent") == 1


def test_tasks_count_by_name_and_outcome(db: None) -> None:
    from config.metrics import tasks  # noqa: F401 - listens from now on

    heartbeat.delay()
    assert value("waybill_tasks_total", task="config.tasks.heartbeat", outcome="done") == 1
    assert value("waybill_task_seconds_count", task="config.tasks.heartbeat") == 1


def test_a_registry_is_as_its_last_check_and_the_site_as_the_last_look(world: World) -> None:
    RegistryCheck.objects.create(registry=world.east, is_healthy=False, milliseconds=20)
    look_and_remember()
    assert value("waybill_registry_healthy", registry="east") == 0
    assert value("waybill_registry_answer_seconds", registry="east") == 0.02
    assert value("waybill_standing", area="Registries", state="bad") == 1


def test_buckets_add_up(db: None) -> None:
    for seconds in (0.0001, 0.03, 99.0):
        metrics.TOKEN_SECONDS.observe(seconds)
    assert value("waybill_token_request_seconds_bucket", le="0.001") == 1
    assert value("waybill_token_request_seconds_bucket", le="0.05") == 2
    assert value("waybill_token_request_seconds_bucket", le="+Inf") == 3


def test_what_cannot_be_looked_up_is_said_and_hides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _queues() -> Iterator[gauges.Row]:
        raise OperationalError

    looks = tuple(_queues if one.__name__ == "_queues" else one for one in gauges._LOOKS)
    monkeypatch.setattr(gauges, "_LOOKS", looks)
    assert value("waybill_scrape_failed", look="queues") == 1
    assert value("waybill_scrape_failed", look="keys") == 0
    assert value("waybill_signing_key_left_seconds")


def test_without_redis_counts_are_kept_for_later(db: None) -> None:
    metrics.MAILS.add("sent")
    metrics.hand_over()
    metrics.MAILS.add("sent")
    assert value("waybill_mails_total", outcome="sent") == 2


def test_the_sums_of_all_processes_are_told_and_outlive_them(db: None, settings: Any) -> None:
    with tempfile.TemporaryDirectory(prefix="wb-") as name:  # short: a socket lies in it
        folder = Path(name)
        (folder / "redis").mkdir()
        programs = {"redis-server": Path(tool("redis-server"))}
        settings.REDIS_URL = f"unix://{folder / 'redis.sock'}"
        with running(redis(Layout(folder), programs, folder).command, folder / "redis.sock"):
            for _process in range(2):
                metrics.MAILS.add("sent")
                metrics.TOKEN_SECONDS.observe(0.03)
                metrics.hand_over()
                assert not metrics._Pending.counts
            metrics.MAILS.add("sent")
            assert value("waybill_mails_total", outcome="sent") == 3
            assert value("waybill_token_request_seconds_sum") == pytest.approx(0.06)


def exported() -> set[str]:
    """The name of every metric there is."""
    families = text_string_to_metric_families(render().decode())
    return {f"{one.name}_total" if one.type == "counter" else one.name for one in families}


def asked_for(expressions: Iterator[str]) -> set[str]:
    """The metrics that expressions name."""
    names = {name for one in expressions for name in re.findall(r"\bwaybill_\w+", one)}
    return {_ENDINGS.sub("", name) for name in names}


def test_the_dashboard_asks_for_nothing_that_is_not_exported(db: None) -> None:
    board = json.loads((OBSERVABILITY / "dashboard.json").read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    found = asked_for(target["expr"] for panel in panels for target in panel["targets"])
    assert found - exported() == set()


def test_alerts_ask_for_nothing_that_is_not_exported_and_each_is_explained(db: None) -> None:
    [group] = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]
    rules = group["rules"]
    assert asked_for(rule["expr"] for rule in rules) - exported() == set()
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket"}
    explained = (ROOT / "docs" / "operations" / "observability.md").read_text()
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in explained] == []


LABELS = {
    **{name: counter.labels for name, counter in metrics.Counter.known.items()},
    **{f"{name}{end}": timer.labels for name, timer in metrics.Timer.known.items()
       for end in ("_bucket", "_sum", "_count")},
    **{name: labels for name, (_, labels) in gauges.GAUGES.items()},
}  # fmt: skip


def questions() -> list[tuple[str, str]]:
    """Every expression of dashboard and alerts, and the words that are made of its labels."""
    board = json.loads((OBSERVABILITY / "dashboard.json").read_text())
    targets = [target for panel in board["panels"] for target in panel.get("targets", ())]
    [group] = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]
    return [
        *((target["expr"], target.get("legendFormat", "")) for target in targets),
        *((rule["expr"], str(rule["annotations"])) for rule in group["rules"]),
    ]


@pytest.mark.parametrize(("expression", "words"), questions())
def test_dashboard_and_alerts_name_labels_that_their_metric_has(
    expression: str, words: str
) -> None:
    known = {label for name in re.findall(r"waybill_\w+", expression) for label in LABELS[name]}
    grouped = re.findall(r"by \(([\w, ]+)\)", expression)
    left = {label.strip() for labels in grouped for label in labels.split(",")} - {"le"}
    assert left <= known
    assert {label for label, _ in re.findall(r'(\w+)[=!]~?"([^"]*)"', expression)} <= known
    shown = set(re.findall(r"\{\{ *(?:\$labels\.)?(\w+) *\}\}", words))
    assert shown <= left or "by (" not in expression
    assert shown <= known


@pytest.mark.parametrize(("expression", "_words"), questions())
def test_values_that_are_asked_for_are_those_the_documentation_lists(
    expression: str, _words: str
) -> None:
    explained = (ROOT / "docs" / "operations" / "observability.md").read_text()
    for label, asked in re.findall(r'(\w+)[=!]~?"([^"]*)"', expression):
        if label not in {"route", "status"}:  # asked for by patterns
            [name] = re.findall(r"(waybill_\w+)\{", expression)
            [row] = [
                line for line in explained.splitlines() if f"`{name}`" in line and line[0] == "|"
            ]
            assert {f"`{value}`" for value in asked.split("|")} <= set(re.findall(r"`[^`]+`", row))


def test_the_page_of_documentation_names_every_metric(db: None) -> None:
    explained = (ROOT / "docs" / "operations" / "observability.md").read_text()
    names = {*metrics.Counter.known, *metrics.Timer.known, *gauges.GAUGES}
    assert sorted(name for name in names if f"`{name}`" not in explained) == []
