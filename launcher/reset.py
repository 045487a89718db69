"""`./dev reset`: delete the data folder, after asking."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from launcher import instance
from launcher.layout import Layout, check_owner
from launcher.problems import Problem
from launcher.terminal import say

# Only what the launcher and Waybill make: `--var ~` must not cost anybody their home.
OURS = (
    "waybill.sqlite3*", "secrets", "keys", "mail", "media", "static", "redis", "nginx", "registries",
    "run", "log", "test", "tools", "venv", "venv-dev", "venv-lock", "venv*.lock", "lock",
)  # fmt: skip


def reset(layout: Layout, *, sure: bool) -> int:
    """Delete everything Waybill made in the data folder; the next run starts from nothing."""
    var = layout.var
    if not (var / "secrets").is_dir():
        say(f"there is nothing in {var}")
        return 0
    check_owner(var)
    if instance.is_running(var):
        raise Problem(instance.already_running(var))
    if not (sure or confirmed(var)):
        say("nothing was deleted")
        return 1
    for path in (path for pattern in OURS for path in var.glob(pattern)):
        delete(path)
    if not any(var.iterdir()):
        var.rmdir()
    say(f"deleted what was in {var}")
    return 0


def confirmed(var: Path) -> bool:
    if not sys.stdin.isatty():
        sentence = "Nobody is there to ask: say --yes to delete without a question."
        raise Problem(sentence)
    answer = input(f"Delete all accounts, images, keys and tools in {var}? Type yes: ")
    return answer.strip().lower() == "yes"


def delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        sentence = f"{error.filename} cannot be deleted ({error.strerror})."
        raise Problem(sentence) from error
