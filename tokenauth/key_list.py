"""`manage.py keys list`, in lines that fit a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from tokenauth.models import KeyProbe
from tokenauth.signing.certificates import certificate_of
from tokenauth.signing.key_folder import Contents, is_over
from tokenauth.signing.keys import SigningKey, SigningKeys
from tokenauth.signing.signing_key import CertifiedKey

_INDENT = " " * 9


def describe_keys(keys: SigningKeys) -> Iterator[str]:
    """Yield what there is: the root, each key with its state, and what registries said of the next."""
    contents = keys.contents()
    yield f"Keys in {keys.directory}"
    yield from _root(keys)
    yield ""
    yield from _line("signs", contents.current)
    if contents.next:
        yield f"{_INDENT}the next key takes over from {contents.current.due_at:%Y-%m-%d}"
    for key in contents.following:
        yield from _line("ended" if is_over(key) else "next", key)
        if key is contents.next:
            yield from _answers(key)
    yield from _past(contents)
    for broken in contents.broken:
        yield f"BROKEN   {broken}"


def _past(contents: Contents) -> Iterator[str]:
    for key in sorted(contents.stopped, key=lambda key: key.ends_at, reverse=True):
        yield from _line("ended" if is_over(key) else "valid", key)
        stopped_at = contents.stopped_at.get(key.kid)
        if stopped_at:
            yield f"{_INDENT}stopped signing {stopped_at:%Y-%m-%d %H:%M} UTC"
    for retired in sorted(contents.retired, key=lambda key: key.retired_at, reverse=True):
        yield from _line("retired", retired)
        yield f"{_INDENT}retired {retired.retired_at:%Y-%m-%d %H:%M} UTC"


def _root(keys: SigningKeys) -> Iterator[str]:
    try:
        root = certificate_of(keys.root_certificate.read_bytes())
    except (OSError, ValueError) as error:
        yield f"Root     {keys.root_certificate} cannot be read: {error}"
        return
    yield f"Root     {keys.root_certificate}, until {root.not_valid_after_utc:%Y-%m-%d}"
    if (keys.directory / "root.pem").exists():
        yield f"{_INDENT}its private key is here, too: root.pem"
    else:
        yield f"{_INDENT}its private key is not here: make keys with --root FILE"


def _line(state: str, key: CertifiedKey) -> Iterator[str]:
    yield f"{state:<8} {key.kid}  until {key.ends_at:%Y-%m-%d}"
    yield f"{_INDENT}libtrust {key.libtrust_kid}"


def _answers(key: SigningKey) -> Iterator[str]:
    probes = KeyProbe.objects.filter(kid=key.kid).select_related("registry")
    answers = list(probes.order_by("registry__name"))
    for probe in answers:
        yield f"{_INDENT}{probe}  ({probe.asked_at:%Y-%m-%d %H:%M} UTC)"
    if not answers:
        yield f"{_INDENT}no registry has been asked yet: keys probe"
