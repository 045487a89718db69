"""What it takes to import a registry of 10,000 repositories: `python bench/reconcile.py`."""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from bench.command import run
from bench.measure import print_row
from bench.reconcile_data import TAGS
from bench.stack import run_module, running_stack

FEW, MANY = 1_000, 10_000
_STEPS = ("walk", "import", "walk again")
# The memory of the walk of many, beside that of the walk of few.
AIM = 1.1


def main() -> int:
    """Measure on each database in turn."""
    return run(__doc__, measure)


def measure(kind: str, *, rounds: int, seconds: float) -> None:
    """Import a small and a large registry, each into a database of its own: once, it takes minutes."""
    found = {}
    for count in (FEW, MANY):
        with running_stack(kind) as stack:
            answer = run_module("bench.reconcile_data", str(count), environment=stack.environment)
            found[count] = {name: float(value) for name, value in answer.items()}
    print(f"{len(TAGS)} tags each; seconds, and repositories in a second")
    print(f"| step | {FEW:,} | {MANY:,} |")
    print("|---|---:|---:|")
    for step in _STEPS:
        cells = [f"{found[n][step]:.1f} s, {n / found[n][step]:.0f}/s" for n in (FEW, MANY)]
        print(f"| {step} | {cells[0]} | {cells[1]} |")
    memory = [found[count]["memory after"] for count in (FEW, MANY)]
    growth = memory[1] / memory[0]
    words = f"memory, {memory[0]:.0f} -> {memory[1]:.0f} MiB"
    print_row(words, growth, "≤", AIM, met=growth <= AIM)


if __name__ == "__main__":
    sys.exit(main())
