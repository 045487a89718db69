"""The code of before: that of the revision ahead of the migrations that this release adds."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from launcher.layout import CHECKOUT
from tests.architecture.earlier_schema import added_since

# The packages are those of today: to build an environment of then would need a network.
_LOCKS = ("requirements.txt", "requirements-dev.txt")


@contextmanager
def earlier_checkout() -> Iterator[Path]:
    """Unpack that code; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wb-earlier-"))
    try:
        with tarfile.open(fileobj=BytesIO(git("archive", earlier_revision()))) as archive:
            archive.extractall(folder, filter="data")
        for name in _LOCKS:
            shutil.copy(CHECKOUT / name, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def earlier_revision() -> str:
    """Return the parent of the commit that added the first of those migrations."""
    added = [str(path) for path in added_since()]
    found = git("log", "--format=%H", "--diff-filter=A", "--topo-order", "--", *added)
    return f"{found.decode().split()[-1]}^"


def git(*arguments: str) -> bytes:
    """Ask the history of this checkout, which has to reach back so far."""
    asked = subprocess.run(
        ["git", "-c", f"safe.directory={CHECKOUT}", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
    )
    message = f"this test needs the history of the checkout: {asked.stderr.decode()}"
    assert asked.returncode == 0, message
    return asked.stdout
