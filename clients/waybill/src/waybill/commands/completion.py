"""Completion for shells, with names from the server where they are to be had quickly."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from waybill.calls import repositories
from waybill.commands.failures import Exit, Failure
from waybill.commands.state import State

_SHELLS = ("bash", "zsh", "fish")


class RepositoryName(click.ParamType[str]):
    """The name of a repository, like acme/app."""

    name = "repository"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return what the server would suggest within two seconds; nothing if it does not."""
        state = ctx.find_object(State) or State()
        try:
            found = state.client(patient=False).page(repositories.suggestions(incomplete))[0]
        except Exception:  # noqa: BLE001 - whoever types wants no error, of whatever kind
            return []
        return [CompletionItem(one["name"]) for one in found if one["name"].startswith(incomplete)]


REPOSITORY = RepositoryName()


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands and names.

    \b
    bash:  waybill completion bash > ~/.local/share/bash-completion/completions/waybill
    zsh:   waybill completion zsh > ~/.zfunc/_waybill       (fpath+=~/.zfunc; compinit)
    fish:  waybill completion fish > ~/.config/fish/completions/waybill.fish
    """
    kind = get_completion_class(shell)
    root: Any = context.find_root().command
    if kind is None:
        message = f"{shell} is not known to the library that completes"
        raise Failure(message, Exit.UNEXPECTED)
    source = kind(root, {}, "waybill", "_WAYBILL_COMPLETE").source()
    # Of click's words for fish a sentence would end at its first comma.
    click.echo(source.replace('string split ","', 'string split --max 1 ","'))
