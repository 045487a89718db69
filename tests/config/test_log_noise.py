"""What anybody can cause leaves no traceback in the log: it would bury what matters."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest
from django.test import Client

HUGE = urlencode({"login": "a" * 1_100_000})
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/signup"])
def test_a_body_that_is_too_large_is_refused_quietly(
    db: None, client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    kind = "application/json" if path.startswith("/api/") else FORM
    with caplog.at_level(logging.WARNING, logger="root"):
        assert client.post(path, HUGE, content_type=kind).status_code == 400
    assert [one for one in caplog.records if one.exc_info] == []
