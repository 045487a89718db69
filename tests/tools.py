"""The programs that the tests drive; where one is missing its tests are skipped with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from launcher.layout import CHECKOUT
from launcher.packages import how_to_get, is_root
from launcher.tools import TOOLS, find


def tool(name: str) -> str:
    """Return the path of a program, as `./dev test` names it or as found here; else skip."""
    if TOOLS[name].needs_root and not is_root():
        pytest.skip(f"{name} needs root")
    unpacked = Path(os.environ.get("WAYBILL_TOOLS", CHECKOUT / "var" / "tools"))
    variable = f"WAYBILL_TEST_{name.upper().replace('-', '_')}"
    found = os.environ.get(variable) or find(name, unpacked)
    if not found:
        pytest.skip(f"{name} is not here: {how_to_get([name])}")
    return str(found)
