"""`waybill search`."""

from __future__ import annotations

import click

from waybill import calls
from waybill.commands.listing import REPOSITORIES, limit_option
from waybill.commands.state import State, common, pass_state


@click.command()
@click.argument("words", nargs=-1, required=True)
@limit_option
@common
@pass_state
def search(state: State, words: tuple[str, ...], limit: int | None) -> None:
    """Find repositories, the best first.

    WORDS may hold what the search page takes: "exact words", -word (after --), is:official,
    stars:>=10, sort:stars.
    """
    most = 25 if limit is None else limit
    query = " ".join(words)
    with state.client() as client:
        found = client.each(calls.repositories.search(query, page_size=min(most, 100) or 100))
        state.output.rows(REPOSITORIES, found, limit=most, empty=f"Nothing found for {query}.")
