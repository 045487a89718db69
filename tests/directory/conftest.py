"""One slapd for all these tests, always running when a test begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.directory.slapd import Slapd, running_slapd


@pytest.fixture(scope="session")
def one_slapd() -> Iterator[Slapd]:
    """The server."""
    with running_slapd() as slapd:
        yield slapd


@pytest.fixture
def slapd(one_slapd: Slapd, settings: Settings) -> Iterator[Slapd]:
    """The company's directory, and Waybill knows of it."""
    settings.DIRECTORY = one_slapd.configuration()
    yield one_slapd
    if one_slapd.is_down:
        one_slapd.start()
