"""What tests of webhooks stand on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from accounts.principals import Principal
from index.flows.webhooks import WebhookFields, create_webhook
from index.models import Webhook
from tests.conftest import World
from tests.webhooks.receiver import Receiver, running_receiver


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver that the operator has allowed."""
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def made(world: World, receiver: Receiver) -> tuple[Webhook, str]:
    """A webhook of acme/app that olga answers for, and its secret."""
    return create_webhook(
        world.app.namespace,
        world.app,
        by=Principal(world.olga),
        fields=WebhookFields("ci", receiver.url),
    )


@pytest.fixture
def webhook(made: tuple[Webhook, str]) -> Webhook:
    """The webhook."""
    return made[0]
