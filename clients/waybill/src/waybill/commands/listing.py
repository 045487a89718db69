"""Options and tables that several commands share."""

from __future__ import annotations

from typing import Any

import click

from waybill.terminal.table import Column
from waybill.terminal.words import ago, count

limit_option = click.option(
    *("--limit", "-n"),
    type=click.IntRange(min=0),
    help="At most so many; 0 is all. On a terminal 100 by default.",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def _badges(repository: Any) -> str:
    words = ["official"] if repository["is_official"] else []
    words += ["verified"] if repository["is_verified"] else []
    words += [repository["mode"]] if repository["mode"] != "open" else []
    return ", ".join([repository["visibility"], *words])


REPOSITORIES = (
    Column("NAME", lambda one: str(one["name"])),
    Column("DESCRIPTION", lambda one: str(one["description"]), gives_way=True),
    Column("VISIBILITY", _badges, may_go=True),
    Column("STARS", lambda one: count(one["star_count"]), is_number=True),
    Column("PULLS", lambda one: count(one["pull_count"]), is_number=True, may_go=True),
    Column("PUSHED", lambda one: ago(one["last_pushed_at"]), may_go=True),
)
