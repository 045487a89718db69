"""docs/settings.md and the settings modules name the same variables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_READ = re.compile(r'env_(\w+)\(\s*"(WAYBILL_\w+)"')
_ROW = re.compile(r"^\| `(WAYBILL_\w+)` \|(.*)$", re.MULTILINE)


def settings_text() -> str:
    """The settings, with the section that has a file of its own."""
    return "".join(path.read_text() for path in sorted((ROOT / "config" / "settings").glob("*.py")))


def read_by_settings() -> dict[str, str]:
    """Variable → the kind of reader that settings use for it."""
    text = settings_text()
    return {name: kind for kind, name in _READ.findall(text)}


def documented() -> dict[str, str]:
    """Variable → its row."""
    return dict(_ROW.findall((ROOT / "docs" / "settings.md").read_text()))


def test_every_variable_that_settings_read_is_documented() -> None:
    assert set(read_by_settings()) - set(documented()) == set()


def test_every_documented_variable_is_read_by_settings() -> None:
    assert set(documented()) - set(read_by_settings()) == set()


def test_settings_read_the_environment_through_the_typed_readers_alone() -> None:
    text = settings_text()
    assert set(re.findall(r"WAYBILL_\w+", text)) == set(read_by_settings())
    assert "os.environ" not in text


def test_a_secret_may_come_from_a_file_and_the_row_says_so() -> None:
    secrets = [name for name, kind in read_by_settings().items() if kind == "secret"]
    assert secrets
    assert all(f"`{name}_FILE`" in documented()[name] for name in secrets)
