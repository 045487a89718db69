"""`./dev sbom`: what an installation consists of, as CycloneDX, made from the lock alone."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

from launcher.environment import RUNTIME
from launcher.layout import Layout
from launcher.lock import Package, packages

_NAMESPACE = uuid.UUID("5f0f3a2e-6a51-4d0c-9f5e-1d8d6c3b7a90")


def sbom(layout: Layout) -> int:
    """Print it."""
    print(json.dumps(bill(layout.checkout), indent=1))
    return 0


def bill(checkout: Path) -> dict[str, Any]:
    """The bill of materials: the same for the same lock, so that two can be compared."""
    text = (checkout / RUNTIME).read_text()
    root = {
        "type": "application",
        "bom-ref": "waybill",
        "name": "waybill",
        "version": version(checkout),
    }
    known = packages(checkout / RUNTIME)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, text)}",
        "version": 1,
        "metadata": {"component": root},
        "components": [component(package) for package in known],
        "dependencies": [{"ref": "waybill", "dependsOn": [package.purl for package in known]}],
    }


def component(package: Package) -> dict[str, Any]:
    # One hash for each file on the index: which of them is installed depends on the machine.
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package.name}/{package.version}/",
                "hashes": [{"alg": "SHA-256", "content": value} for value in package.hashes],
            }
        ],
    }


def version(checkout: Path) -> str:
    found = re.search(r"^## \[([^\]]+)\]", (checkout / "CHANGELOG.md").read_text(), re.MULTILINE)
    return found[1].lower() if found else "unknown"
