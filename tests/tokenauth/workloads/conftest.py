"""An issuer that runs, and acme/app, which trusts one job of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from index.models import TrustedPublisher
from tests.conftest import World
from tests.local_issuer import LocalIssuer, running_issuer


@pytest.fixture(scope="session")
def running() -> Iterator[LocalIssuer]:
    """One issuer for all tests: keys take a while to make."""
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: LocalIssuer, settings: Any) -> LocalIssuer:
    """The issuer, well-behaved again, and listed as a GitHub."""
    settings.CI_ISSUERS = {running.url: "github"}
    running.answers.clear()
    running.requests.clear()
    running.hangs.clear()
    running.released.clear()
    return running


@pytest.fixture
def publisher(world: World, issuer: LocalIssuer) -> TrustedPublisher:
    """acme/app trusts release.yml on the main branch of acme/web."""
    return TrustedPublisher.objects.create(
        repository=world.app,
        issuer=issuer.url,
        source_repository="acme/web",
        workflow="release.yml",
        ref="refs/heads/main",
    )
