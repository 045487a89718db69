"""`./dev doctor`: what was found on this machine, and what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launcher import instance, packages, readiness
from launcher.environment import DEVELOPMENT, RUNTIME, is_fit
from launcher.instance import Note
from launcher.layout import Layout, check_owner, user_name
from launcher.ports import check_free
from launcher.problems import Problem
from launcher.tools import RUN_TOOLS, TEST_TOOLS, TOOLS, find, version_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `hinders` is set where `./dev run` could not work."""

    what: str
    found: str
    hinders: bool = False


def doctor(layout: Layout, port: int) -> int:
    """Report; 1 if `./dev run` could not work here."""
    hindered = False
    for finding in findings(layout, port):
        hindered = hindered or finding.hinders
        print(f"{'!' if finding.hinders else ' '} {finding.what:<16} {finding.found}")
    print(
        "\n./dev run cannot work yet: see the lines with !."
        if hindered
        else "\n./dev run can work."
    )
    return 1 if hindered else 0


def findings(layout: Layout, port: int) -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()} ({sys.executable})")
    yield venv_finding("packages", layout.venv, RUNTIME)
    yield venv_finding("packages (tests)", layout.dev_venv, DEVELOPMENT)
    for name in RUN_TOOLS:
        yield tool_finding(name, layout, needed=True)
    for name in TEST_TOOLS:
        yield tool_finding(name, layout, needed=False)
    yield folder_finding(layout.var)
    yield from instance_findings(layout, port)


def venv_finding(what: str, venv: Path, requirements: str) -> Finding:
    if is_fit(venv, requirements):
        return Finding(what, f"installed in {venv}")
    can_build = (
        shutil.which("uv") is not None
        or importlib.util.find_spec("ensurepip") is not None
        or packages.may_install()
    )
    if can_build:
        return Finding(what, f"will be installed into {venv}")
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return Finding(what, f"as root, run: apt-get install {package}", hinders=True)


def tool_finding(name: str, layout: Layout, *, needed: bool) -> Finding:
    tool = TOOLS[name]
    program = find(name, layout.tools)
    if program is not None:
        unusable = tool.needs_root and not packages.is_root()
        note = f"; skipped without root: {tool.purpose}" if unusable else ""
        return Finding(name, f"{version_of(tool, program)} ({program}){note}")
    if packages.may_fetch(name):
        way = "installed with apt" if packages.is_root() else f"unpacked into {layout.tools}"
        return Finding(name, f"not here; will be {way} when needed ({tool.purpose})")
    if not (tool.unpackable or packages.is_root()):
        return Finding(name, f"not here; skipped without root: {tool.purpose}")
    found = f"not here; {tool.purpose}: {packages.how_to_get([name])}"
    return Finding(name, found, hinders=needed)


def folder_finding(var: Path) -> Finding:
    try:
        check_owner(var)
    except Problem as problem:
        return Finding("data folder", problem.sentence, hinders=True)
    if not var.exists():
        parent = next(folder for folder in var.parents if folder.exists())
        if os.access(parent, os.W_OK):
            return Finding("data folder", f"{var} will be made")
        return Finding("data folder", f"{var} cannot be made: give --var DIR", hinders=True)
    owner = user_name(var.stat().st_uid)
    return Finding("data folder", f"{var}, {size_of(var) / 1e6:.0f} MB, owned by {owner}")


def size_of(folder: Path) -> int:
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(parent) / name).lstat().st_blocks * 512
            except OSError:
                continue  # it was deleted meanwhile
    return total


def instance_findings(layout: Layout, port: int) -> Iterator[Finding]:
    note = Note.read(layout.run) if instance.is_running(layout.var) else None
    if note is None:
        yield Finding("instance", "none runs")
        yield port_finding(port)
        return
    trouble = readiness.installation_trouble(note.port)
    state = "and answers" if trouble is None else f"but {trouble.part} does not: {trouble.what}"
    yield Finding("instance", f"runs at http://127.0.0.1:{note.port}/ {state}")


def port_finding(port: int) -> Finding:
    try:
        check_free(port)
    except Problem as problem:
        return Finding(f"port {port}", problem.sentence, hinders=True)
    return Finding(f"port {port}", "free")
