"""The command line of `./dev`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from launcher import audit, check, doctor, manage, requirements, reset, run, sbom, test
from launcher.interruptions import raise_on_interruption
from launcher.layout import Layout, layout_from
from launcher.problems import Problem

DESCRIPTION = "Set up, start, test and inspect Waybill on this machine; needs nothing but Python."
EPILOG = "Everything is kept in var/ beside this script, or in the folder that --var names."
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run one command; every failure that a person can mend is one sentence."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    raise_on_interruption()
    try:
        return dispatch(arguments)
    except Problem as problem:
        print(f"\ndev: {problem.sentence}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print("\ndev: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return 1


def dispatch(arguments: Sequence[str]) -> int:
    chosen, rest = parse(arguments)
    layout = layout_from(var=chosen.var, venv=chosen.venv)
    match chosen.command:
        case "run":
            return run.run(layout, chosen.port)
        case "test":
            return test.test(layout, choice_of(chosen), rest)
        case "check":
            return check.check(layout)
        case "demo":
            return manage.demo(layout, rest)
        case "load":
            return test.load(layout, rest)
        case "compatibility":
            return test.compatibility(layout)
        case "manage":
            return manage.manage(layout, rest, port=chosen.port)
        case _:
            return inspect_or_mend(chosen, layout)


def choice_of(chosen: argparse.Namespace) -> test.Choice:
    return test.Choice(
        only=chosen.only, every_database=chosen.every_database, require_all=chosen.require_all
    )


def inspect_or_mend(chosen: argparse.Namespace, layout: Layout) -> int:
    match chosen.command:
        case "doctor":
            return doctor.doctor(layout, chosen.port)
        case "lock":
            return requirements.lock(layout, upgrade=chosen.upgrade)
        case "sbom":
            return sbom.sbom(layout)
        case "audit":
            return audit.audit(layout)
        case _:
            return reset.reset(layout, sure=chosen.yes)


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options that are ours, and what is meant for pytest or Django."""
    ours, separator, theirs = split_at_double_dash(arguments)
    parser = make_parser()
    chosen, rest = parser.parse_known_args(ours)
    passes_on = chosen.command in {"test", "manage", "demo", "load"}
    if (rest or separator) and not passes_on:
        parser.error(f"unrecognized arguments: {' '.join([*rest, *theirs])}")
    if chosen.command == "manage":
        return chosen, [*chosen.arguments, *rest, *theirs]
    return chosen, [*rest, *theirs]


def split_at_double_dash(arguments: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    everything = list(arguments)
    if "--" not in everything:
        return everything, False, []
    place = everything.index("--")
    return everything[:place], True, everything[place + 1 :]


def make_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--var", metavar="DIR", help="data folder (default: var/ in the checkout)")
    common.add_argument(
        "--venv", metavar="DIR", help="virtual environment (default: in the data folder)"
    )
    parser = argparse.ArgumentParser(
        prog="./dev", description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_commands(commands, common)
    return parser


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    def add(name: str, summary: str, *, add_help: bool = True) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=summary, description=summary, parents=[common],
            allow_abbrev=False, add_help=add_help,
        )  # fmt: skip

    add_port(add("run", "set up what is missing and run everything until Ctrl-C"))
    add_test_options(add("test", "set up what the tests need and run them all"))
    add("check", "format, lint, types, layers and migrations, then all tests; what CI runs")
    add("load", "let many ask everything of a whole instance at once, and write a report")
    add("compatibility", "try every client of a registry there is, and write docs/compatibility.md")
    add("demo", "fill the running instance with people, repositories and pushed images")
    add_port(add("doctor", "say what was found on this machine, and what is missing"))
    manage_parser = add("manage", "run manage.py with the instance's environment", add_help=False)
    add_port(manage_parser)
    manage_parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    add("lock", "write requirements*.txt anew from requirements*.in").add_argument(
        "--upgrade", action="store_true", help="take the newest versions"
    )
    add("sbom", "print what an installation consists of, as CycloneDX")
    add("audit", "ask whether weaknesses are known of what the locks pin")
    add("reset", "delete the data folder, after asking").add_argument(
        "--yes", action="store_true", help="do not ask"
    )


def add_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=8080, help="where people reach it (default: %(default)s)"
    )


def add_test_options(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "./dev test [--only STAGE] [--every-database] [--require-all] [--var DIR] [--venv DIR]"
        " [faults | looks] [PYTEST …]"
    )
    parser.epilog = (
        "./dev test faults: all that fails on purpose, the long ones too. "
        "./dev test looks: pages and flows in every look, not only in those that cover each pair. "
        "Everything else is passed to pytest in every stage: ./dev test -k login"
    )
    parser.add_argument(
        "--only", choices=list(test.STAGES), action="append", help="run only this stage"
    )
    parser.add_argument(
        "--every-database", action="store_true", help="ask also on both what one can answer"
    )
    parser.add_argument(
        "--require-all", action="store_true", help="fail where anything has to be skipped"
    )
