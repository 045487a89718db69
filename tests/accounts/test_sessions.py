"""Sessions are found as Django finds them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_what_a_session_holds_is_there_for_the_next_request() -> None:
    first = SessionStore()
    first["colour"] = "green"
    first.save()
    assert SessionStore(first.session_key)["colour"] == "green"


def test_a_session_that_has_expired_is_none() -> None:
    old = SessionStore()
    old["colour"] = "green"
    old.set_expiry(timezone.now() - timedelta(seconds=1))
    old.save()
    again = SessionStore(old.session_key)
    assert "colour" not in again
    assert again.session_key is None


def test_a_key_that_nobody_was_given_opens_nothing_and_is_not_taken() -> None:
    strange = SessionStore("a" * 32)
    assert "colour" not in strange
    assert strange.session_key is None


def test_sessions_from_before_an_upgrade_go_on() -> None:
    before = db.SessionStore()
    before["colour"] = "green"
    before.save()
    assert SessionStore(before.session_key)["colour"] == "green"
