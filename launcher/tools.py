"""The programs Waybill needs beside Python: what they are called and where they lie."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Debian keeps servers in sbin, which is not on an ordinary user's PATH.
USUAL_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
OLDEST_POSTGRESQL = 13


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, the Debian packages that bring it, and what it is for.

    `needs_root`: it cannot do its work for an ordinary user; `unpackable`: it is worth having
    from var/, where nothing of it is installed.
    """

    name: str
    packages: tuple[str, ...]
    purpose: str
    version_flag: str = "--version"
    needs_root: bool = False
    unpackable: bool = True


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("redis-server", ("redis-server",), "queue and cache"),
        Tool("docker-registry", ("docker-registry",), "the registries east and west"),
        Tool("nginx", ("nginx",), "the gateway", "-v"),
        Tool("initdb", ("postgresql",), "tests on PostgreSQL"),
        Tool("pgbouncer", ("pgbouncer",), "tests with a pooler of connections"),
        Tool(
            "dockerd",
            ("docker.io",),
            "tests with a real Docker Engine",
            needs_root=True,
            unpackable=False,
        ),
        # Alone it is of little use, and its package brings the whole engine.
        Tool("docker", ("docker.io",), "tests with the docker command", unpackable=False),
        Tool("skopeo", ("skopeo",), "tests with skopeo"),
        Tool("podman", ("podman",), "tests with podman", needs_root=True, unpackable=False),
        Tool("buildah", ("buildah",), "tests with buildah", needs_root=True, unpackable=False),
        Tool("slapd", ("slapd",), "tests with a company's directory", "-VV"),
        # Without the second its package would bring a client of MySQL.
        Tool("glewlwyd", ("glewlwyd", "dbconfig-no-thanks"), "tests with an OpenID provider"),
        Tool("curl", ("curl",), "tests of recipes"),
        Tool("jq", ("jq",), "tests of recipes"),
        Tool("zsh", ("zsh",), "tests of what shells complete", unpackable=False),
        Tool("fish", ("fish",), "tests of what shells complete", unpackable=False),
        # The whole browser draws tabs and menus of its own for each window: twice the work.
        Tool(
            "chromium-headless-shell",
            ("chromium-headless-shell", "fonts-liberation"),
            "tests of the pages in a browser",
        ),
    )
}
RUN_TOOLS = ("redis-server", "docker-registry", "nginx")
UNIT_TOOLS = ("slapd", "glewlwyd", "docker-registry", "curl", "jq", "zsh", "fish")
TEST_TOOLS = (
    *(
        "initdb",
        "pgbouncer",
        "dockerd",
        "docker",
        "skopeo",
        "podman",
        "buildah",
        "slapd",
        "glewlwyd",
    ),
    *("chromium-headless-shell", "curl", "jq", "zsh", "fish"),
)


def find(name: str, unpacked: Path) -> Path | None:
    """Where a tool lies: on this machine, else among those unpacked into `unpacked`."""
    for folder in folders_for(name):
        program = folder / name
        if program.is_file() and os.access(program, os.X_OK):
            return program
    wrapper = unpacked / "bin" / name
    return wrapper if wrapper.exists() else None


def folders_for(name: str) -> list[Path]:
    """The folders searched for a tool, best first."""
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    usual = [Path(folder) for folder in USUAL_FOLDERS]
    if name == "initdb":
        return [*on_path, *postgresql_folders(Path("/usr/lib/postgresql"))]
    if name == "docker":
        # Debian's client fits Debian's engine; another one on PATH may be any version.
        return [Path("/usr/bin"), *on_path, *usual]
    return [*on_path, *usual]


def postgresql_folders(base: Path) -> list[Path]:
    """Debian's `bin` folders of every PostgreSQL that is new enough, newest first."""
    versions = [
        int(folder.name)
        for folder in base.glob("*")
        if folder.name.isdigit() and int(folder.name) >= OLDEST_POSTGRESQL
    ]
    return [base / str(version) / "bin" for version in sorted(versions, reverse=True)]


def version_of(tool: Tool, program: Path) -> str:
    """The version a program says it has, or an empty string."""
    try:
        answer = subprocess.run(
            [program, tool.version_flag],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(\.\d+)+\S*", answer.stdout + answer.stderr)
    return found.group().rstrip(",") if found else ""
