"""Try every client, with each registry there is, and write docs/compatibility.md: `./dev compatibility`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from launcher.layout import CHECKOUT
from tests.e2e.compatibility.asking import BUILT, MODULES, RECORD
from tests.e2e.compatibility.page import PAGE, RUNS, Run, render


def main() -> int:
    """Run the tests twice; 1 if any of them failed."""
    built = Path(os.environ.get(BUILT) or CHECKOUT / "var" / "tools" / "go")
    build(built)
    with tempfile.TemporaryDirectory(prefix="wbr-") as folder:
        runs = [run for registry in registries(built, Path(folder)) if (run := tried(registry))]
    outcomes = [result["outcome"] for run in runs for result in run["results"]]
    if outcomes:
        RUNS.write_text(json.dumps(runs, indent=1) + "\n")
        PAGE.write_text(render(runs))
    print(f"{outcomes.count('passed')} passed, {outcomes.count('failed')} failed")
    return int(not outcomes or "failed" in outcomes)


def build(folder: Path) -> None:
    """Compile what Debian does not have; what cannot be had is left out, and the page says so."""
    if shutil.which("go") is None:
        print("There is no go: crane, oras and distribution 3 are not tried.")
        return
    environment = os.environ | {"GOBIN": str(folder), "CGO_ENABLED": "0"}
    for name, module in MODULES.items():
        if not (folder / name).exists():
            subprocess.run(["go", "install", module], env=environment, check=False)


def registries(built: Path, folder: Path) -> list[str]:
    """Return a PATH for each registry: Debian's, and the newer one under the name of Debian's."""
    usual = os.environ["PATH"]
    newer = built / "registry"
    if not newer.exists():
        return [usual]
    (folder / "docker-registry").symlink_to(newer)
    return [usual, os.pathsep.join([str(folder), usual])]


def tried(path: str) -> Run | None:
    """Run the tests with what is found there; return what was written down."""
    with tempfile.NamedTemporaryFile() as record:
        environment = os.environ | {"PATH": path, RECORD: record.name}
        environment.pop("WAYBILL_TEST_DOCKER_REGISTRY", None)  # PATH decides
        words = ("-m", "shows", "-p", "tests.e2e.compatibility.record", "-n", "0", "-q")
        subprocess.run(
            [sys.executable, "-m", "pytest", *words, "tests/e2e"],
            cwd=CHECKOUT,
            env=environment,
            check=False,
        )
        text = Path(record.name).read_text()
    run: Run | None = json.loads(text) if text else None
    return run


if __name__ == "__main__":
    sys.exit(main())
