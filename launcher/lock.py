"""What a lock says of each package: name, version, hashes; the one reader of requirements*.txt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Package:
    """One package at one version."""

    name: str
    version: str
    hashes: tuple[str, ...]  # SHA-256, of each file that may be installed

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(lock: Path) -> list[Package]:
    """Everything in a lock, by name."""
    entries = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(), flags=re.MULTILINE)
    found = (re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", entry) for entry in entries)
    return sorted(
        (
            Package(
                re.sub(r"[-_.]+", "-", match[1]).lower(),
                match[2],
                tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", match.string)),
            )
            for match in found
            if match
        ),
        key=lambda package: package.name,
    )
