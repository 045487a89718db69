"""v1 secrets: one use even in a race, and never in a log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.principals import Principal
from index.models import V1Token
from index.names import parse_repository_name
from index.v1 import tokens
from index.v1.errors import TokenRefused
from index.v1.inputs import AccountInput
from tests.conftest import World
from tests.v1.calls import read_token


def test_of_two_registries_with_one_token_at_the_same_moment_one_is_refused(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = f"Token {read_token(client, 'alice/pub')}"
    name = parse_repository_name("alice/pub")
    seen_by_both = tokens.check_token(header, name)
    monkeypatch.setattr(tokens, "check_token", lambda *_: seen_by_both)
    assert tokens.use_token(header, name).repository == world.public
    with pytest.raises(TokenRefused, match="used up"):
        tokens.use_token(header, name)


def test_a_token_ends_with_what_it_was_got_with(world: World) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    alice = Principal(world.alice, credential="docker-token:1", until=soon)
    tokens.issue_token(world.public, principal=alice, access=tokens.V1Access.READ)
    assert V1Token.objects.get().expires_at == soon


def test_the_fields_of_an_account_print_no_password() -> None:
    assert "secret" not in repr(AccountInput("alice", "alice@example.com", "a secret"))
