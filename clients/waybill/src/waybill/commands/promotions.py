"""`waybill promote` and `waybill promotions`: images on their way from one repository to another."""

from __future__ import annotations

import click

from waybill import calls
from waybill.answers import Promotion
from waybill.call import Call
from waybill.client import Waybill
from waybill.commands.completion import REPOSITORY
from waybill.commands.failures import Failed
from waybill.commands.listing import limit_option
from waybill.commands.state import State, common, pass_state
from waybill.terminal.output import Form
from waybill.terminal.progress import Progress
from waybill.terminal.table import Column
from waybill.terminal.words import ago, digest, size

_EVERY = 1.0  # seconds between two looks


def _about(promotion: Promotion) -> str:
    return f"{_source(promotion)} to {promotion['target_name']}:{promotion['target_tag']}"


def _source(promotion: Promotion) -> str:
    tag = promotion["source_tag"]
    named = f":{tag}" if tag else f"@{digest(promotion['digest'])}"
    return f"{promotion['source_name']}{named}"


_PROMOTIONS = (
    Column("NUMBER", lambda one: str(one["id"]), is_number=True),
    Column("STATE", lambda one: str(one["state"])),
    Column("FROM", _source, gives_way=True),
    Column("TO", lambda one: f"{one['target_name']}:{one['target_tag']}", gives_way=True),
    Column("ASKED", lambda one: ago(one["requested_at"]), may_go=True),
    Column("BY", lambda one: str(one["requested_by"]), may_go=True),
)


@click.command()
@click.argument("image", metavar="REPOSITORY:TAG", type=REPOSITORY)
@click.argument("target", metavar="TARGET[:TAG]", type=REPOSITORY)
@click.option("--reason", "-m", default="", help="For whoever has to approve it.")
@click.option("--no-wait", is_flag=True, help="Ask for it, and do not wait until it is done.")
@common
@pass_state
def promote(state: State, *, image: str, target: str, reason: str, no_wait: bool) -> None:
    """Copy an image into another repository.

    Like: waybill promote acme/app:1.2 acme/app-release. The image may also be named by its digest: acme/app@sha256:...
    """
    source, reference = _parted(image)
    name, _, tag = target.partition(":")
    call = calls.promotions.promote(source, reference, name, target_tag=tag, reason=reason)
    with state.client(needs_login=True) as client:
        promotion = client.ask(call)
        _conclude(state, client, source, promotion, wait=not no_wait)


@click.group()
def promotions() -> None:
    """Promotions of a repository, into it and out of it."""


@promotions.command("list")
@click.argument("repository", type=REPOSITORY)
@limit_option
@common
@pass_state
def list_(state: State, repository: str, limit: int | None) -> None:
    """List them, the newest first."""
    with state.client(needs_login=True) as client:
        found = client.each(calls.promotions.every(repository))
        state.output.rows(_PROMOTIONS, found, limit=limit, empty="There was no promotion yet.")


@promotions.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("number", type=int)
@common
@pass_state
def wait(state: State, repository: str, number: int) -> None:
    """Wait until one is done, and say how it ended."""
    _answer(state, repository, calls.promotions.one(repository, number), wait=True)


@promotions.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("number", type=int)
@click.option("--note", "-m", default="", help="Why.")
@common
@pass_state
def approve(state: State, repository: str, number: int, note: str) -> None:
    """Let somebody else's go."""
    _answer(state, repository, calls.promotions.approve(repository, number, note=note), wait=True)


@promotions.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("number", type=int)
@click.option("--note", "-m", default="", help="Why.")
@common
@pass_state
def refuse(state: State, repository: str, number: int, note: str) -> None:
    """Say no to somebody else's."""
    _answer(state, repository, calls.promotions.refuse(repository, number, note=note))


@promotions.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("number", type=int)
@common
@pass_state
def retry(state: State, repository: str, number: int) -> None:
    """Try one again that failed."""
    _answer(state, repository, calls.promotions.retry(repository, number), wait=True)


@promotions.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("number", type=int)
@common
@pass_state
def drop(state: State, repository: str, number: int) -> None:
    """Give one up."""
    _answer(state, repository, calls.promotions.drop(repository, number))


def _answer(state: State, repository: str, call: Call[Promotion], *, wait: bool = False) -> None:
    with state.client(needs_login=True) as client:
        promotion = client.ask(call)
        if wait:
            _conclude(state, client, repository, promotion, wait=True)
        else:
            state.output.done(f"{_about(promotion)}: {promotion['state']}.", promotion)


def _conclude(
    state: State, client: Waybill, repository: str, promotion: Promotion, *, wait: bool
) -> None:
    """Follow a promotion to its end, or to whoever has to decide."""
    with Progress(wanted=state.output.form is Form.PEOPLE) as progress:
        while wait and promotion["state"] == "copying":
            done = promotion["bytes_copied"] + promotion["bytes_mounted"]
            whole = promotion["size"]
            share = done / whole if whole else None
            progress.show(f"{size(done)}/{size(whole)}  {_about(promotion)}", share)
            client.sleep(_EVERY)
            promotion = client.ask(calls.promotions.one(repository, promotion["id"]))
    number = promotion["id"]
    said = {
        "done": f"is done: {digest(promotion['digest'])}, {size(promotion['size'])}.",
        "waiting": f"waits for somebody to approve it: number {number}.",
        "copying": f"is under way. See: waybill promotions wait {repository} {number}",
        "refused": f"was refused by {promotion['decided_by']}: {promotion['decision_note']}",
        "dropped": "was given up.",
        "failed": f"failed: {promotion['last_problem']}",
    }
    sentence = f"{_about(promotion)} {said.get(promotion['state'], promotion['state'])}"
    if promotion["state"] in {"failed", "refused", "dropped"}:
        raise Failed(sentence)
    state.output.done(sentence, promotion)


def _parted(image: str) -> tuple[str, str]:
    """Return repository and reference of an image."""
    mark = "@" if "@" in image else ":"
    name, _, reference = image.partition(mark)
    if not reference:
        message = f"{image} names no image: add a tag or digest, like {image}:1.0"
        raise click.UsageError(message)
    return name, reference
