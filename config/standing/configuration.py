"""What settings say that cannot be meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at

# Read by tests, benches and `./dev`, and none of ours.
_OF_OTHERS = re.compile(r"(?!WAYBILL_)|WAYBILL_(TEST|BENCH)_|WAYBILL_(TOOLS|THOROUGH|WRITE_\w+)$")


@looks_at(gettext_noop("Configuration"), needs_database=False)
def _configuration() -> Iterator[Line]:
    found = [*_unread(), *_same_secrets()]
    yield from found
    if not found:
        yield Line(
            gettext_noop("Settings"), State.GOOD, gettext_noop("Nothing contradicts anything.")
        )


@looks_at(gettext_noop("Configuration"), asks_others=True, needs_database=False)
def _for_the_doctor() -> Iterator[Line]:
    """Yield what takes half a second, and what machines of workers do not need."""
    yield from _django()
    yield from _static_files()


def _django() -> Iterator[Line]:
    """Yield what Django's own checks say; of a machine of one's own not what concerns a deployment."""
    for message in run_checks(include_deployment_checks=not settings.IS_OWN_MACHINE):
        if message.is_silenced():
            continue
        yield Line(
            message.id or "Django",
            State.BAD if message.is_serious() else State.LOOK,
            "%(message)s",
            "%(hint)s" if message.hint else "",
            {"message": message.msg, "hint": message.hint},
        )


def _unread() -> Iterator[Line]:
    """Yield variables that nothing reads: a name that is mistyped says nothing otherwise."""
    read = {name for name, *_ in settings.IN_FORCE}
    read |= {f"{name}_FILE" for name in read}
    unread = [
        name for name in sorted(os.environ) if name not in read and not _OF_OTHERS.match(name)
    ]
    if unread:
        yield Line(
            gettext_noop("Variables"),
            State.LOOK,
            gettext_noop("Nothing reads %(names)s."),
            gettext_noop("Correct the name, or take it away; docs/settings.md has all of them."),
            {"names": ", ".join(unread[:10])},
        )


def _same_secrets() -> Iterator[Line]:
    if settings.SECRET_KEY == settings.GATEWAY_SECRET:
        yield Line(
            gettext_noop("Secrets"),
            State.BAD,
            gettext_noop("The gateway's secret is the secret key: nginx could forge sessions."),
            gettext_noop("Make another WAYBILL_GATEWAY_SECRET and a new nginx.conf."),
        )


def _static_files() -> Iterator[Line]:
    if settings.IS_OWN_MACHINE or any(Path(settings.STATIC_ROOT).glob("staticfiles*.json")):
        return
    yield Line(
        gettext_noop("Static files"),
        State.LOOK,
        gettext_noop("They were not collected on this machine: pages have no look."),
        gettext_noop("Run `manage.py collectstatic`, if app servers run here."),
    )
