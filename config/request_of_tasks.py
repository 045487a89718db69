"""The number of a request goes with the tasks that it starts: one search in the log finds both."""

from __future__ import annotations

from contextvars import Token
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from config import request_id

_HEADER = "waybill_request"
_held: dict[str, Token[str]] = {}


@before_task_publish.connect
def send_number(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Put it into the message's headers, beside the arguments."""
    if headers is not None and (number := request_id.current()):
        headers[_HEADER] = number


@task_prerun.connect
def take_number(task_id: str, task: Any, **_: Any) -> None:
    """Let what the task logs have the number of the request that wanted it."""
    if number := request_id.shaped(task.request.get(_HEADER) or ""):
        _held[task_id] = request_id.enter(number)


@task_postrun.connect
def put_number_back(task_id: str, **_: Any) -> None:
    """What the thread does next is another's."""
    if token := _held.pop(task_id, None):
        request_id.leave(token)
