"""Everything at once on the whole stack: `./dev load [--seconds 600] [--database …] [--report FOLDER]`.

nginx, app servers, worker, PostgreSQL, Redis and registries, asked by as many as in `bench.whole_mix`.
1 if anything failed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import whole_mix, whole_report
from bench.instance import Instance, running_instance
from bench.stack import NotStarted
from bench.whole_look import looking
from bench.whole_mix import Site
from launcher.problems import Problem

NODES, PEOPLE = 20, 10
_WARM_UP = 10.0


def main(arguments: Sequence[str]) -> int:
    """Measure, write the report, and say where it is."""
    chosen = parse(arguments)
    try:
        with running_instance(chosen.database) as instance:
            site = prepare(instance)
            whole_mix.run(site, _WARM_UP, chosen.factor)
            with looking(instance) as looks:
                done = whole_mix.run(site, chosen.seconds, chosen.factor)
    except (NotStarted, Problem) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    told = whole_report.write(Path(chosen.report), done, looks, chosen.seconds)
    print(told)
    return 1 if any(one.problem for one in done) else 0


def prepare(instance: Instance) -> Site:
    """Make people, tokens and an image."""
    image = instance.push_image("load")
    secret = (instance.var / "secrets" / "events_east").read_text().strip()
    return Site(image, instance.make_nodes(NODES), instance.make_people(PEOPLE), secret)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the options; ten minutes unless told otherwise."""
    parser = argparse.ArgumentParser(prog="./dev load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--factor", type=float, default=1.0, help="so many times as much")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--report", default="var/load", metavar="FOLDER")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
