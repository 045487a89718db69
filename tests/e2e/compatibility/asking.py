"""Where the programs are, and which version each says it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from launcher.layout import CHECKOUT
from launcher.packages import how_to_get
from launcher.tools import TOOLS, Tool, version_of
from tests.tools import tool

RECORD = "WAYBILL_TEST_RECORD"  # the file that a run is written down in
BUILT = "WAYBILL_TEST_BUILT"  # the folder of what was compiled for this
# What Debian 12 lacks, and the Go module that it is compiled from.
MODULES = {
    "crane": "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
    "oras": "oras.land/oras/cmd/oras@v1.3.6",
    "registry": "github.com/distribution/distribution/v3/cmd/registry@v3.1.2",
}
# Each client, and the programs that make it up.
CLIENTS = {
    "docker": ("docker", "dockerd"),
    "containerd": ("ctr",),
    "podman": ("podman",),
    "skopeo": ("skopeo",),
    "buildah": ("buildah",),
    "crane": ("crane",),
    "oras": ("oras",),
    "curl": ("curl",),
}
_SUBCOMMAND = {"crane", "oras"}


def program(name: str) -> Path:
    """Return where a program is; else skip, and say how to get it."""
    if name in TOOLS:
        return Path(tool(name))
    built = Path(os.environ.get(BUILT, CHECKOUT / "var" / "tools" / "go")) / name
    if built.exists():
        return built
    if found := shutil.which(name):
        return Path(found)
    wanted = f"go install {MODULES[name]}" if name in MODULES else how_to_get(["dockerd"])
    pytest.skip(f"{name} is not here: {wanted}")


def version(name: str) -> str:
    """Return what a program answers, without the marks of who packaged it."""
    flag = "version" if name in _SUBCOMMAND else "--version"
    said = version_of(Tool(name, (), "", flag), program(name))
    return said.partition("+")[0].partition("~")[0]


def client_version(client: str) -> str:
    """Return the versions of a client's programs, each once, or "" where one is missing."""
    try:
        versions = [version(name) for name in CLIENTS[client]]
    except pytest.skip.Exception:
        return ""
    return ", ".join(dict.fromkeys(versions))
