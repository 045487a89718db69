"""The log for programs, the number of a request through queue and lanes, and slow statements."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

import pytest
from celery import shared_task
from celery.app.task import Context
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.db import OperationalError, connection

from accounts import metrics, slow_statements
from accounts.statements import run
from config import lanes, request_id
from config.logging import JsonLines
from tests.conftest import World

NUMBER = "0123456789abcdef" * 2


def line(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record as the log has it."""
    request_id.WithRequest().filter(record)
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_is_an_object_with_the_number_of_its_request() -> None:
    token = request_id.enter(NUMBER)
    record = logging.LogRecord("index", logging.WARNING, "x.py", 1, "%s is gone", ("it",), None)
    found = line(record)
    request_id.leave(token)
    assert (found["message"], found["level"], found["request"]) == ("it is gone", "warning", NUMBER)
    assert found["at"].endswith("+00:00")


def test_a_traceback_stays_in_its_line_and_nobody_can_begin_another_one() -> None:
    try:
        message = 'a\n{"level": "error"}'
        raise ValueError(message)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "no\nluck", (), sys.exc_info())
    found = line(record)
    assert found["message"] == "no\nluck"
    assert "Traceback" in found["exception"]


@shared_task
def _who_wanted_this() -> None:
    """Nothing: its request is looked at while it begins."""


def test_the_number_goes_with_the_task_and_no_further() -> None:
    headers: dict[str, Any] = {}
    token = request_id.enter(NUMBER)
    before_task_publish.send(sender="x", headers=headers)
    request_id.leave(token)
    task = _who_wanted_this
    task.push_request(**headers)
    try:
        task_prerun.send(sender=task, task_id="1", task=task)
        assert request_id.current() == NUMBER
        task_postrun.send(sender=task, task_id="1", task=task, state="SUCCESS")
        assert request_id.current() == ""
    finally:
        task.pop_request()


def test_what_is_no_number_is_not_taken_from_the_queue() -> None:
    task = _who_wanted_this
    task.request_stack.push(Context(waybill_request='x\n{"level"'))
    try:
        task_prerun.send(sender=task, task_id="2", task=task)
        assert request_id.current() == ""
    finally:
        task.request_stack.pop()


@pytest.mark.parametrize(("teller", "number"), [("gateway", NUMBER), ("somebody", "")])
def test_what_breaks_in_a_lane_has_the_gateways_number_too(
    world: World, caplog: pytest.LogCaptureFixture, settings: Any, teller: str, number: str
) -> None:
    def breaks(_environ: Any) -> Any:
        raise OperationalError

    caplog.handler.addFilter(request_id.WithRequest())
    secret = settings.GATEWAY_SECRET if teller == "gateway" else "x"
    environ = {"HTTP_X_REQUEST_ID": NUMBER, "HTTP_X_WAYBILL_GATEWAY": secret}
    with pytest.MonkeyPatch.context() as kept:
        kept.setattr(connection, "close", lambda: None)
        assert lanes.answer(breaks, environ).status == "503 Service Unavailable"
    assert caplog.records[0].__dict__["request_id"] == number


def test_a_slow_statement_is_logged_without_its_values(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics._Pending.take()
    monkeypatch.setattr(slow_statements, "_LIMIT", 0.0)
    if slow_statements._timed not in connection.execute_wrappers:
        slow_statements.watch_connection(connection)
    world.alice.refresh_from_db()
    assert list(world.alice.access_tokens.filter(name="a private word")) == []
    run("SELECT id FROM index_repository WHERE stored_name = :name", {"name": "a private word"})
    found = [record.getMessage() for record in caplog.records if "took" in record.getMessage()]
    assert any("accounts_personalaccesstoken" in one for one in found)
    assert any("stored_name" in one for one in found)
    assert "a private word" not in caplog.text
    assert metrics._Pending.take()[("waybill_slow_statements_total", (), "")] == len(found)


def test_a_quick_statement_is_not(world: World, caplog: pytest.LogCaptureFixture) -> None:
    slow_statements.look_at("SELECT 1", time.perf_counter())
    assert "took" not in caplog.text
