"""Completion for shells, with names from the server where they are to be had quickly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from waybill.call import Listing
from waybill.calls import registries, repositories, robots, tokens, trash
from waybill.commands.failures import Exit, Failure
from waybill.commands.state import State

_SHELLS = ("bash", "zsh", "fish")


class FromServer(click.ParamType[str]):
    """A name of something that the server knows."""

    def __init__(self, name: str, listing: Callable[[str], Listing[Any]], field: str) -> None:
        """Take what it is called, the list for what was typed so far, and where a row has its name."""
        self.name = name
        self._listing = listing
        self._field = field

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return what the server would suggest within two seconds; nothing if it does not."""
        state = ctx.find_object(State) or State()
        try:
            found = state.client(patient=False).page(self._listing(incomplete))[0]
        except Exception:  # noqa: BLE001 - whoever types wants no error, of whatever kind
            return []
        names = [str(one[self._field]) for one in found]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


REPOSITORY = FromServer("repository", repositories.suggestions, "name")
DELETED = FromServer("repository", lambda _: trash.every(), "repository")
REGISTRY = FromServer("registry", lambda _: registries.every(), "name")
ROBOT = FromServer("robot", lambda _: robots.every(), "name")
TOKEN = FromServer("token", lambda _: tokens.every(), "name")


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
