"""The three stages of the tests: on SQLite, on PostgreSQL, and with all the real parts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher import databases, packages, postgres, results
from launcher.environment import RUNTIME, ensure_venv
from launcher.layout import Layout
from launcher.problems import Problem
from launcher.results import Outcome, skipped_stage
from launcher.terminal import say
from launcher.tools import RUN_TOOLS, TEST_TOOLS, TOOLS, UNIT_TOOLS, find
from launcher.variables import clean_environment

TESTS = "tests"
E2E = Path("tests/e2e")
# Parts of an instance of its own are stopped, killed and starved there.
FAULTS = Path("tests/faults")
# Processes with parts of their own, each taking the next file in the order of tests/e2e/conftest.py: one more
# than the cores of a small machine, for a quarter of their time they wait for a page, a registry or a slow line.
SIDE_BY_SIDE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
# What the tests are told of, by variable.
TOLD = {
    "WAYBILL_TEST_DOCKER_REGISTRY": "docker-registry",
    "WAYBILL_TEST_DOCKERD": "dockerd",
    "WAYBILL_TEST_DOCKER": "docker",
    "WAYBILL_TEST_SKOPEO": "skopeo",
    "WAYBILL_TEST_PODMAN": "podman",
    "WAYBILL_TEST_BUILDAH": "buildah",
    "WAYBILL_TEST_CHROMIUM_HEADLESS_SHELL": "chromium-headless-shell",
    "WAYBILL_TEST_SLAPD": "slapd",
    "WAYBILL_TEST_GLEWLWYD": "glewlwyd",
}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every stage works with."""

    layout: Layout
    python: Path
    reports: Path
    arguments: Sequence[str]
    every_database: bool = False

    @property
    def asks_once(self) -> bool:
        """Whether a test runs on one database where that is enough (launcher/databases.py)."""
        return not self.arguments and not self.every_database


def run_sqlite(workshop: Workshop) -> Outcome | None:
    """Everything but tests/e2e and tests/faults, on SQLite."""
    left_out = databases.ON_POSTGRESQL if workshop.asks_once else []
    url = f"sqlite:///{workshop.reports / 'tests.sqlite3'}"
    return run_unit(workshop, "sqlite", url, *ignoring(left_out))


def run_postgresql(workshop: Workshop) -> Outcome | None:
    """The same on a PostgreSQL of its own; a whole run leaves out what SQLite alone is asked."""
    if not unit_arguments(workshop):
        return None
    left_out = ignoring(databases.on_sqlite(workshop.layout.checkout))
    options = [*left_out, "-m", "not without_database"] if workshop.asks_once else []
    initdb = packages.ensure(["initdb"], workshop.layout.tools)["initdb"]
    with migrated_cluster(workshop, initdb) as url:
        return run_unit(workshop, "postgresql", url, *options)


def ignoring(paths: Iterable[Path]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


@contextmanager
def migrated_cluster(workshop: Workshop, initdb: Path) -> Iterator[str]:
    """A PostgreSQL whose database has our tables; an empty one where they could not be made."""
    made = subprocess.run(
        [str(workshop.python), "-m", "tests.migrated", str(initdb)],
        cwd=workshop.layout.checkout,
        env=clean_environment({}, venv=workshop.python.parent.parent),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    with postgres.cluster(initdb, like=Path(made.stdout.strip()) if made.stdout else None) as url:
        yield url


def run_unit(workshop: Workshop, stage: str, database: str, *options: str) -> Outcome | None:
    arguments = unit_arguments(workshop)
    if not arguments:
        return None
    tools = fetch_tools(workshop.layout, UNIT_TOOLS)
    return pytest(
        workshop,
        stage,
        arguments=[*("-n", "2", f"--ignore={E2E}", f"--ignore={FAULTS}"), *options, *arguments],
        variables={"WAYBILL_DATABASE_URL": database, **paths_told(tools)},
    )


def run_e2e(workshop: Workshop) -> Outcome | None:
    """Whole conversations: the tests start `./dev run` themselves, talk to it, and let its parts fail."""
    return run_with_real_parts(workshop, "e2e", e2e_arguments(workshop))


def run_looks(workshop: Workshop) -> Outcome | None:
    """Pages and flows in every look, and all that axe says of each; `run_e2e` takes a part of them."""
    arguments = e2e_arguments(workshop)
    marked = [*arguments, "-m", "looks"] if arguments else []
    return run_with_real_parts(workshop, "e2e", marked, {"WAYBILL_TEST_EVERY_LOOK": "yes"})


def run_faults(workshop: Workshop) -> Outcome | None:
    """All that fails on purpose, one after the other; `run_e2e` takes what is quick."""
    return run_with_real_parts(workshop, "faults", fault_arguments(workshop))


def run_with_real_parts(
    workshop: Workshop, stage: str, arguments: Sequence[str], more: Mapping[str, str] | None = None
) -> Outcome | None:
    if not arguments:
        return None
    folder = {"e2e": E2E, "faults": FAULTS}[stage]
    if not (workshop.layout.checkout / folder).is_dir():
        return skipped_stage(stage, f"there is no folder {folder}")
    tools = fetch_tools(workshop.layout, (*RUN_TOOLS, *TEST_TOOLS))
    missing = [name for name in RUN_TOOLS if name not in tools]
    if missing:
        return skipped_stage(stage, packages.how_to_get(missing))
    with ExitStack() as stack:
        variables = {**told(workshop, tools), **(more or {})}
        if "initdb" in tools:
            variables |= offered_database(workshop, stack, tools["initdb"])
        return pytest(workshop, stage, arguments=arguments, variables=variables)


def offered_database(workshop: Workshop, stack: ExitStack, initdb: Path) -> dict[str, str]:
    """A PostgreSQL on which the tests may start an instance; without it those few are skipped."""
    try:
        url = stack.enter_context(migrated_cluster(workshop, initdb))
    except Problem as problem:
        say(problem.sentence)
        return {}
    return {"WAYBILL_TEST_DATABASE_URL": url}


def fetch_tools(layout: Layout, names: Sequence[str]) -> dict[str, Path]:
    """Whatever can be had; tests that need the rest say so when they skip."""
    try:
        return packages.fetch_missing(names, layout.tools)
    except Problem as problem:
        say(problem.sentence)
        return {name: path for name in names if (path := find(name, layout.tools)) is not None}


def told(workshop: Workshop, tools: Mapping[str, Path]) -> dict[str, str]:
    """Where the tests find the tools, and the environment their `./dev run` is to share."""
    # Not the environment of the tests: what is tested is what people run.
    ensure_venv(workshop.layout.venv, RUNTIME)
    shared = {
        "WAYBILL_VENV": str(workshop.layout.venv),
        "WAYBILL_TOOLS": str(workshop.layout.tools),
    }
    return {**shared, **paths_told(tools)}


def paths_told(tools: Mapping[str, Path]) -> dict[str, str]:
    """The variables that name the tools which this user can use."""
    return {
        variable: str(tools[name])
        for variable, name in TOLD.items()
        if name in tools and (packages.is_root() or not TOOLS[name].needs_root)
    }


def pytest(
    workshop: Workshop, stage: str, *, arguments: Sequence[str], variables: Mapping[str, str]
) -> Outcome:
    print(f"\n== {stage}", flush=True)
    report = workshop.reports / f"{stage}.xml"
    report.unlink(missing_ok=True)
    venv = workshop.python.parent.parent
    finished = subprocess.run(
        [str(workshop.python), "-m", "pytest", f"--junitxml={report}", *arguments],
        cwd=workshop.layout.checkout,
        env=clean_environment(variables, venv=venv),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    selective = bool(workshop.arguments)
    return results.read(stage, report, status=finished.returncode, selective=selective)


def unit_arguments(workshop: Workshop) -> list[str]:
    """What the unit stages pass to pytest; empty where only tests of e2e were named."""
    options, paths = sort_out(workshop.arguments, workshop.layout.checkout)
    here = [path for path in paths if not is_below(path, E2E) and not is_below(path, FAULTS)]
    if paths and not here:
        return []
    return [*options, *(here or [TESTS])]


def fault_arguments(workshop: Workshop) -> list[str]:
    """What the stage of faults passes to pytest; empty where only other tests were named."""
    options, paths = sort_out(workshop.arguments, workshop.layout.checkout)
    here = [path for path in paths if is_below(path, FAULTS)]
    if paths and not here:
        return []
    return [*options, *(here or [str(FAULTS)])]


def e2e_arguments(workshop: Workshop) -> list[str]:
    """What the e2e stage passes to pytest; empty where only other tests were named."""
    options, paths = sort_out(workshop.arguments, workshop.layout.checkout)
    here = [path for path in paths if is_below(path, E2E) or is_below(path, FAULTS)]
    if paths and not here:
        return []
    whole = ["-m", "not slow", str(FAULTS), str(E2E)]
    return [*side_by_side(here), *options, *(here or whole)]


def side_by_side(paths: Sequence[str]) -> Sequence[str]:
    """One file is for one process, and what it prints with `-s` reaches the person."""
    files = {path.partition("::")[0] for path in paths}
    is_one_file = len(files) == 1 and files.pop().endswith(".py")
    return () if is_one_file else SIDE_BY_SIDE


def sort_out(arguments: Sequence[str], checkout: Path) -> tuple[list[str], list[str]]:
    """Options for pytest, and the tests it was asked for by path."""
    options: list[str] = []
    paths: list[str] = []
    for argument in arguments:
        path = checkout / argument.partition("::")[0]
        is_path = not argument.startswith("-") and path.exists()
        (paths if is_path else options).append(argument)
    return options, paths


def is_below(path: str, folder: Path) -> bool:
    return Path(path.partition("::")[0]).is_relative_to(folder)
