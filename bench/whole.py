"""Everything at once on the whole stack: `./dev load [--seconds 600] [--database …] [--report FOLDER]`.

nginx, app servers, worker, PostgreSQL, Redis and registries, asked by as many as in `bench.whole_mix`.
1 if anything failed, or an app server or the worker grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import whole_mix, whole_report
from bench.instance import Instance, running_instance
from bench.stack import NotStarted
from bench.whole_clock import Clock, running_clock
from bench.whole_look import looking
from bench.whole_mix import Site
from launcher.problems import Problem

NODES = 20
# Each comes again after the minute for which a right password is remembered: all are hashed.
PEOPLE = 90
_WARM_UP = 10.0


def main(arguments: Sequence[str]) -> int:
    """Measure, write the report, and say where it is."""
    chosen = parse(arguments)
    try:
        with running_instance(chosen.database, durable=True) as instance:
            site = prepare(instance)
            whole_mix.run(site, Clock(), _WARM_UP, chosen.factor)
            with running_clock() as clock, looking(instance, clock) as looks:
                mix = whole_mix.run(site, clock, chosen.seconds, chosen.factor)
    except (NotStarted, Problem) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    told = whole_report.write(Path(chosen.report), mix, looks, chosen.seconds)
    print(told)
    return 1 if any(one.problem for one in mix.done) or whole_report.grown(looks) else 0


def prepare(instance: Instance) -> Site:
    """Make people, tokens and two images."""
    public, nodes = instance.push_image("public"), instance.make_nodes(NODES)
    instance.publish(public.repository)  # a plan has room for one private repository
    return Site(
        image=instance.push(nodes[0], "herd0000/load"),
        public=public,
        nodes=nodes,
        people=instance.make_people(PEOPLE),
        cookie=instance.make_session(),
        events_secret=(instance.var / "secrets" / "events_east").read_text().strip(),
    )


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
