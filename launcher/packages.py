"""Get missing tools from Debian: installed with apt as root, unpacked into var/ without root."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from launcher import apt, unpack
from launcher.problems import Problem
from launcher.tools import TOOLS, find

if TYPE_CHECKING:
    from collections.abc import Iterable


def ensure(names: Iterable[str], unpacked: Path) -> dict[str, Path]:
    """Every named tool, fetched if need be; a Problem names what could not be had."""
    wanted = list(names)
    found = fetch_missing(wanted, unpacked)
    missing = [name for name in wanted if name not in found]
    if missing:
        sentence = f"{', '.join(missing)} could not be found: {how_to_get(missing)}."
        raise Problem(sentence)
    return found


def fetch_missing(names: Iterable[str], unpacked: Path) -> dict[str, Path]:
    """The tools that are there after one attempt to fetch those that were not."""
    wanted = list(names)
    missing = [name for name in wanted if find(name, unpacked) is None]
    fetchable = [name for name in missing if may_fetch(name)]
    if fetchable:
        fetch(fetchable, unpacked)
    return {name: program for name in wanted if (program := find(name, unpacked)) is not None}


def may_fetch(name: str) -> bool:
    """Whether this machine and user can get the tool at all."""
    has_apt = shutil.which("apt-get") is not None
    return has_apt and (is_root() or TOOLS[name].unpackable)


def may_install() -> bool:
    """Whether packages can be installed, not only unpacked."""
    return is_root() and shutil.which("apt-get") is not None


def fetch(names: list[str], unpacked: Path) -> None:
    packages = list(dict.fromkeys(package for name in names for package in TOOLS[name].packages))
    if is_root():
        apt.install(packages)
    else:
        unpack.fetch(packages, names, unpacked)


def how_to_get(names: Iterable[str]) -> str:
    """The one thing to do for tools that are missing."""
    packages = dict.fromkeys(package for name in names for package in TOOLS[name].packages)
    if shutil.which("apt-get") is None:
        return (
            "this is no Debian or Ubuntu, so install them yourself and put them on PATH"
            f" (Debian calls the packages {' '.join(packages)})"
        )
    return f"as root, run: apt-get install --no-install-recommends {' '.join(packages)}"


def is_root() -> bool:
    return os.geteuid() == 0
