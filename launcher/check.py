"""`./dev check`: everything that must hold before a change lands; seconds first, tests last."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from launcher import audit, packages, requirements, test
from launcher.environment import DEVELOPMENT, RUNTIME, ensure_venv
from launcher.layout import Layout, prepare
from launcher.results import Outcome, totals
from launcher.variables import clean_environment

# Settings as in production, for `check --deploy`; nothing here is connected to.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "WAYBILL_PUBLIC_URL": "https://index.example.com",
    "WAYBILL_SECRET_KEY": "only-for-checking-" + "x7Kq" * 12,
    "WAYBILL_GATEWAY_SECRET": "only-for-checking-" + "y8Lr" * 12,
    "WAYBILL_DATABASE_URL": "sqlite:///:memory:",
    "WAYBILL_REDIS_URL": "redis://127.0.0.1:6379/0",
    "WAYBILL_EMAIL_URL": "smtp://mail.example.com:587?tls=starttls",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to check: a heading, and what answers whether it holds."""

    name: str
    holds: Callable[[], bool]


def check(layout: Layout) -> int:
    """Run every step, also after one failed; the closing line counts steps and tests."""
    begun = time.monotonic()
    prepare(layout)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # One after the other, while pip and then the types keep the other core busy. If one of these
        # fails, the stage that needs it says so.
        beside.submit(migrate, layout)
        python = ensure_venv(layout.dev_venv, DEVELOPMENT)
        beside.submit(rewrite, layout, python)
        steps = [run_step(step) for step in steps_for(layout, python)]
    steps.append(ask_for_weaknesses(layout))
    outcomes = test.run_stages(layout, test.Choice(), [])
    test.report(outcomes)
    for step in steps:
        print(line_for(step))
    print(f"Everything took {time.monotonic() - begun:.0f} s.")
    status = test.exit_status(outcomes, require_all=True)
    print(totals([*steps, *outcomes]))
    return 1 if status or any(step.failed for step in steps) else 0


def migrate(layout: Layout) -> None:
    """Make the environment of the last stage, and with it the databases that all tests copy."""
    python = ensure_venv(layout.venv, RUNTIME)
    environment = clean_environment({}, venv=python.parent.parent)
    command = [str(python), "-m", "tests.migrated"]
    succeeds(command, environment, layout.checkout)
    initdb = packages.ensure(["initdb"], layout.tools)["initdb"]
    succeeds([*command, str(initdb)], environment, layout.checkout)


def rewrite(layout: Layout, python: Path) -> None:
    """Let pytest write the bytecode of all tests, which each of its processes would make for itself."""
    environment = clean_environment({}, venv=python.parent.parent)
    subprocess.run(
        [str(python), "-m", "pytest", "--collect-only", "--quiet"],
        cwd=layout.checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )


def run_step(step: Step) -> Outcome:
    print(f"\n== {step.name}", flush=True)
    begun = time.monotonic()
    holds = step.holds()
    outcome = Outcome(step.name, passed=int(holds), failed=int(not holds))
    outcome.seconds = time.monotonic() - begun
    print(line_for(outcome), flush=True)
    return outcome


def ask_for_weaknesses(layout: Layout) -> Outcome:
    """Without a network this is not asked, which is said and fails nothing."""
    print("\n== audit", flush=True)
    outcome = audit.look(layout.checkout)
    print(outcome.line, flush=True)
    return Outcome("audit", passed=int(outcome.verdict == "PASS"), failed=int(bool(outcome.failed)))


def line_for(step: Outcome) -> str:
    return f"{step.verdict} {step.stage} in {step.seconds:.1f} s"


def steps_for(layout: Layout, python: Path) -> list[Step]:
    variables = {**PRODUCTION, "WAYBILL_VAR": str(layout.var / "test")}
    environment = clean_environment(variables, venv=python.parent.parent)

    def command(name: str, *words: str) -> Step:
        return Step(name, lambda: succeeds(words, environment, layout.checkout))

    tools = python.parent
    manage = (str(python), "manage.py")
    templates = map(str, sorted((layout.checkout / "templates").rglob("*.html")))
    return [
        Step("locks are up to date", lambda: locks_hold(layout.checkout)),
        command("format", f"{tools}/ruff", "format", "--check", "."),
        command("lint", f"{tools}/ruff", "check", "."),
        command("templates", f"{tools}/djade", "--check", "--target-version", "5.2", *templates),
        command("layers", f"{tools}/lint-imports", "--no-cache"),
        command("types", f"{tools}/mypy", "."),
        command("production", *manage, "check", "--deploy", "--fail-level", "WARNING"),
        command("migrations", *manage, "makemigrations", "--check", "--dry-run"),
    ]


def succeeds(words: Sequence[str], environment: dict[str, str], folder: Path) -> bool:
    finished = subprocess.run(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    return finished.returncode == 0


def locks_hold(checkout: Path) -> bool:
    faults = requirements.faults(checkout)
    for fault in faults:
        print(f"{fault}: run ./dev lock")
    return not faults
