"""Install Debian packages as root without starting a single service of Debian's."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher.problems import Problem
from launcher.programs import Result, complaint_of, run_quietly
from launcher.terminal import say

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_SET_ASIDE = Path("/usr/sbin/policy-rc.d.set-aside-by-waybill")
POLICY_TEXT = (
    "#!/bin/sh\n# Waybill is installing packages: start no service (101 = forbidden).\nexit 101\n"
)
LOCK = Path("/run/waybill-apt.lock")
LISTS = Path("/var/lib/apt/lists")
INSTALL = (
    "apt-get", "install", "--yes", "--no-install-recommends",
    "-o", "DPkg::Lock::Timeout=300",
    "-o", "Dpkg::Options::=--force-confold",
)  # fmt: skip


def install(packages: list[str]) -> None:
    """Install packages; their services stay off, also after this."""
    say(f"installing with apt: {' '.join(packages)}")
    with one_at_a_time(), services_forbidden():
        if not any(LISTS.glob("*_Packages*")):
            update()
        result = apt([*INSTALL, *packages])
        if result.returncode != 0:
            # The lists may be older than the archive: fetch them anew and try once more.
            update()
            result = apt([*INSTALL, *packages])
    if result.returncode != 0:
        sentence = f"apt could not install {' '.join(packages)}: {complaint_of(result)}"
        raise Problem(sentence)


def update() -> None:
    result = apt(["apt-get", "update", "-o", "DPkg::Lock::Timeout=300"])
    if result.returncode != 0:
        sentence = f"apt could not fetch the package lists: {complaint_of(result)}"
        raise Problem(sentence)


def apt(command: Sequence[str]) -> Result:
    return run_quietly(command, DEBIAN_FRONTEND="noninteractive")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two launchers at once must not restore each other's policy-rc.d."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def services_forbidden() -> Iterator[None]:
    """Debian's packages ask policy-rc.d before they start a service; answer no for a while."""
    restore_policy()  # a launcher killed half-way may have left its own behind
    if POLICY.exists():
        POLICY.rename(POLICY_SET_ASIDE)
    try:
        POLICY.write_text(POLICY_TEXT)
        POLICY.chmod(0o755)
        yield
    finally:
        restore_policy()


def restore_policy() -> None:
    if POLICY_SET_ASIDE.exists():
        POLICY_SET_ASIDE.replace(POLICY)
    elif POLICY.exists() and POLICY.read_text() == POLICY_TEXT:
        POLICY.unlink()
