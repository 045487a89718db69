"""Clients that Debian does not have, and one that is tried nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.compatibility.asking import RECORD, program
from tests.e2e.engine import Engine
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.tools import tool

# Half of these programs are compiled first: they are for `./dev compatibility`, not for every change.
collect_ignore_glob = [] if RECORD in os.environ else ["test_*.py"]


@pytest.fixture
def crane(home: Path) -> Program:
    return Program(str(program("crane")), home)


@pytest.fixture
def oras(home: Path) -> Program:
    return Program(str(program("oras")), home)


@pytest.fixture
def curl(home: Path) -> Program:
    return Program(tool("curl"), home, "-sS", "--fail-with-body")


@pytest.fixture
def ctr(engine: Engine, home: Path) -> Program:
    """The command of containerd, whose daemon is the one that the engine has started."""
    folder = Path(engine.url().removeprefix("unix://")).parent
    address = folder / "exec" / "containerd" / "containerd.sock"
    return Program(str(program("ctr")), home, "--address", str(address), "--namespace", home.name)


@pytest.fixture
def archive(alice: Person, home: Path) -> Path:
    """An image in a file, as `docker save` writes it."""
    path = home / "image.tar"
    alice.docker("save", "--output", str(path), alice.make_image("saved"))
    return path
