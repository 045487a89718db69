"""What docs/webhooks.md gives to receivers works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from accounts.principals import Principal
from index.flows import webhooks as flows
from index.models import ActivityKind, Webhook
from index.webhooks.sending import send_due
from tests.conftest import World
from tests.webhooks.receiver import Receiver

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()


def published_verify() -> Any:
    """The function of the page."""
    block = re.search(r"```python\n(.*?)```", _PAGE, re.DOTALL)
    assert block
    known: dict[str, Any] = {}
    exec(block[1], known)  # noqa: S102 - our own page
    return known["verify"]


def test_the_published_helper_takes_ours_and_refuses_others(
    world: World, receiver: Receiver, made: tuple[Webhook, str]
) -> None:
    webhook, secret = made
    flows.send_test(webhook, by=Principal(world.olga))
    send_due()
    (got,) = receiver.received
    verify = published_verify()
    verify(secret, got.headers, got.body)
    with pytest.raises(ValueError, match="no signature"):
        verify(secret, got.headers, got.body + b" ")
    with pytest.raises(ValueError, match="too old"):
        verify(secret, {**got.headers, "webhook-timestamp": "1"}, got.body)


@pytest.mark.parametrize("kind", ActivityKind.values)
def test_each_kind_is_described(kind: str) -> None:
    assert f"| `{kind}` |" in _PAGE
