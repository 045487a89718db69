"""The command `waybill`: one group, and what turns every error into a sentence and a number."""

from __future__ import annotations

from typing import Any

import click

from waybill.commands import (
    access,
    account,
    audit,
    completion,
    marks,
    moves,
    names,
    promotions,
    registries,
    repositories,
    robots,
    search,
    tags,
    tokens,
    trash,
)
from waybill.commands.failures import Stopped, failure_of


class Waybill(click.Group):
    """A group that lets no traceback out."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise
        except (KeyboardInterrupt, click.Abort) as error:
            raise Stopped from error
        except Exception as error:
            raise failure_of(error) from error


@click.group(cls=Waybill, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="waybill", message="%(prog)s %(version)s")
def main() -> None:
    """Look after repositories of container images on a Waybill server.

    Begin with: waybill login https://index.example.com
    """


for _command in (
    *(account.login, account.logout, account.whoami),
    *(repositories.repos, tags.tags, search.search, access.grants, access.explain),
    *(promotions.promote, promotions.promotions, names.rename, names.transfer, names.transfers),
    *(marks.stars, marks.watches, audit.audit),
    *(tokens.tokens, robots.robots, trash.trash),
    *(registries.registries, moves.moves, completion.completion),
):
    main.add_command(_command)


def run() -> None:
    """Start here."""
    main(prog_name="waybill")
