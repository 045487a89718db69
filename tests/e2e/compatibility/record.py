"""A plugin of pytest that writes down which client did what, for the page."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.compatibility.asking import CLIENTS, RECORD, client_version, version

_RESULTS: list[dict[str, Any]] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the end of each test that shows what a client does."""
    report = yield
    marker = item.get_closest_marker("shows")
    if marker and (report.when == "call" or report.outcome != "passed"):
        client, *operations = marker.args
        test = item.nodeid.partition("[")[0]
        _RESULTS.append(
            {"client": client, "operations": operations, "test": test, "outcome": report.outcome}
        )
    return report


def pytest_sessionfinish() -> None:
    """Write it all down, with the versions."""
    system = platform.freedesktop_os_release()
    run = {
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{system['NAME']} {system['VERSION_ID']}",
        "registry": version("docker-registry"),
        "clients": {client: client_version(client) for client in CLIENTS},
        "results": sorted(_RESULTS, key=lambda result: result["test"]),
    }
    Path(os.environ[RECORD]).write_text(json.dumps(run, indent=1) + "\n")
