"""A provider, and Waybill knows of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.openid.cheater import CLIENT_ID, CLIENT_SECRET, Cheater, running_cheater


@pytest.fixture
def provider(settings: Settings) -> Iterator[Cheater]:
    """The provider, honest at first; ann sits at its page."""
    with running_cheater() as cheater:
        settings.OIDC_ISSUER = cheater.issuer
        settings.OIDC_NAME = "Example ID"
        settings.OIDC_CLIENT_ID = CLIENT_ID
        settings.OIDC_CLIENT_SECRET = CLIENT_SECRET
        cheater.log_in(
            sub="00u1",
            preferred_username="anne",
            email="anne@example.com",
            email_verified=True,
            name="Anne Example",
        )
        yield cheater
