"""The locks requirements*.txt: whether they hold what requirements*.in ask for; write them anew."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.environment import DEVELOPMENT, RUNTIME
from launcher.layout import Layout
from launcher.problems import Problem
from launcher.programs import last_line, run_quietly
from launcher.terminal import timed

TRACING = "requirements-tracing.txt"  # on top of the runtime, for whoever wants traces
LOCKS = (RUNTIME, TRACING, DEVELOPMENT)
OLDEST_PYTHON = "3.11"
# Where one person's packages come from must not get into everybody's lock.
COMPILE = (
    "pip", "compile", "--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes",
    "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet",
)  # fmt: skip


def faults(checkout: Path) -> list[str]:
    """What the locks lack, one sentence each; empty if they are up to date."""
    locks = [checkout / name for name in LOCKS if (checkout / name).exists()]
    missing = [
        f"{lock.name} lacks {name}, which {lock.with_suffix('.in').name} asks for"
        for lock in locks
        for name in asked_for(lock.with_suffix(".in"))
        if name not in pins(lock)
    ]
    development = pins(checkout / DEVELOPMENT)
    different = [
        f"{DEVELOPMENT} has {name} {development.get(name, '(not at all)')}, {lock.name} {version}"
        for lock in locks
        for name, version in pins(lock).items()
        if development.get(name) != version
    ]
    return missing + different


def asked_for(file: Path) -> list[str]:
    """The names of the packages that a requirements.in asks for directly."""
    names = (
        re.match(r"[A-Za-z0-9][\w.-]*", line.strip()) for line in file.read_text().splitlines()
    )
    return [canonical(found.group()) for found in names if found]


def pins(file: Path) -> dict[str, str]:
    """Name and version of everything in a lock."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", file.read_text(), re.MULTILINE)
    return {canonical(name): version for name, version in found}


def canonical(name: str) -> str:
    """PEP 503: Foo.Bar, foo_bar and foo-bar are one package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lock(layout: Layout, *, upgrade: bool) -> int:
    """Write both locks; without `upgrade` what is locked stays, if it still fits."""
    uv = find_uv(layout)
    extra = ["--upgrade"] if upgrade else []
    for number, name in enumerate(LOCKS):
        source = Path(name).with_suffix(".in").name
        constraint = [word for lock in LOCKS[:number] for word in ("--constraint", lock)]
        command = [str(uv), *COMPILE, *extra, *constraint, "--output-file", name, source]
        with timed(f"locking {source}"):
            if subprocess.run(command, cwd=layout.checkout, check=False).returncode != 0:
                sentence = f"{source} could not be locked; uv says why above."
                raise Problem(sentence, exit_code=1)
    return 0


def find_uv(layout: Layout) -> Path:
    """The resolver: the person's own, or one fetched for this purpose only."""
    own = shutil.which("uv")
    if own:
        return Path(own)
    venv = layout.var / "venv-lock"
    if not (venv / "bin" / "uv").exists():
        with timed(f"uv into {venv}"):
            run_quietly([sys.executable, "-m", "venv", "--clear", str(venv)])
            result = run_quietly(
                [str(venv / "bin/python"), "-m", "pip", "install", "--only-binary", ":all:", "uv"]
            )
        if result.returncode != 0:
            sentence = f"uv, which writes the locks, could not be had: {last_line(result)}"
            raise Problem(sentence)
    return venv / "bin" / "uv"
