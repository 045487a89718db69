"""When the next key is made, and when it takes over: once every registry takes it.

docs/operations/keys.md tells the same to operators.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tokenauth.key_probe import ask_registries, ask_those_left
from tokenauth.models import KeyProbe, Verdict
from tokenauth.signing.key_changes import KeysChanged
from tokenauth.signing.key_folder import Contents, KeyTrouble
from tokenauth.signing.keys import SigningKey, SigningKeys, signing_keys

ANNOUNCE = timedelta(days=14)  # how long a key is published before it is to sign
# With less than this left the next key takes over whatever a registry says: the old one is about to
# fail at all of them.
LAST_CALL = timedelta(days=2)

Ask = Callable[[SigningKey], Sequence[KeyProbe]]

_log = logging.getLogger(__name__)


class RotationHeldUp(KeyTrouble):
    """Not every registry takes the next key; the sentence names those that don't."""


def rotate(
    *,
    root: Path | None = None,
    skip: Collection[str] = (),
    keys: SigningKeys = signing_keys,
    ask: Ask = ask_registries,
) -> SigningKey:
    """Let the next key sign, if every registry takes it; make one where there is none.

    Registries named in `skip` are asked and not waited for. Raises KeyTrouble; what was made stays
    next then.
    """
    if not (keys.directory / "current").exists():
        return keys.rotate(settings.PUBLIC_HOST, root=root)
    contents = keys.contents()
    upcoming = contents.next or keys.prepare(
        settings.PUBLIC_HOST, root=root, after=contents.last_in_line, at_once=True
    )
    held = [probe for probe in _holding_up(ask(upcoming)) if probe.registry.name not in skip]
    if held:
        report = _report(upcoming, contents.current, held)
        message = f"{report}. Put that right and rotate again, or --skip a registry you can spare"
        raise RotationHeldUp(message)
    keys.promote(upcoming, instead_of=contents.current)
    return upcoming


def look_after_keys(
    *, keys: SigningKeys = signing_keys, ask: Ask = ask_registries, ask_early: Ask = ask_those_left
) -> None:
    """Do what is due by now: make the next key, ask registries about it, let it sign.

    What is held up is an error in the log, at every call until it goes on.
    """
    contents = keys.contents()
    now = timezone.now()
    try:
        upcoming = contents.next or _make_next(keys, contents, now)
        if upcoming is None:
            return
        if contents.current.is_due(now):
            _take_over(keys, contents.current, upcoming, ask)
        else:
            ask_early(upcoming)
    except KeysChanged:
        return  # another process does the same
    except KeyTrouble as trouble:
        end = contents.current.ends_at
        _log.error("Signing keys: %s. The key that signs ends %s.", trouble, f"{end:%Y-%m-%d}")


def _make_next(keys: SigningKeys, contents: Contents, now: datetime) -> SigningKey | None:
    if now <= contents.current.due_at - ANNOUNCE:
        return None
    return keys.prepare(settings.PUBLIC_HOST, after=contents.last_in_line)


def _take_over(keys: SigningKeys, current: SigningKey, upcoming: SigningKey, ask: Ask) -> None:
    held = _holding_up(ask(upcoming))
    if held:
        report = _report(upcoming, current, held)
        if timezone.now() < current.ends_at - LAST_CALL:
            raise RotationHeldUp(report)
        _log.error("Signing keys: the next key takes over all the same. %s", report)
    keys.promote(upcoming, instead_of=current)
    _log.info("Signing keys: %s signs from now on", upcoming.kid)


def _holding_up(probes: Sequence[KeyProbe]) -> list[KeyProbe]:
    return [probe for probe in probes if probe.verdict in {Verdict.REFUSED, Verdict.UNREACHABLE}]


def _report(upcoming: SigningKey, current: SigningKey, held: Sequence[KeyProbe]) -> str:
    lines = "\n".join(f"  {probe}" for probe in held)
    return (
        f"{upcoming.kid} is not taken by every registry:\n{lines}\n"
        f"{current.kid} signs until it is, at the longest to {current.ends_at:%Y-%m-%d %H:%M} UTC"
    )
