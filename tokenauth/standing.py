"""What administrators want to know of signing keys: which signs, what comes next, who trusts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at
from tokenauth.models import KeyProbe, Verdict
from tokenauth.signing.certificates import LEAF_LIFE, certificate_of
from tokenauth.signing.key_folder import Contents, KeyTrouble
from tokenauth.signing.keys import signing_keys

_SOON = timedelta(days=7)
_ROOT_SOON = timedelta(days=365)


@looks_at(gettext_noop("Signing keys"))
def _keys() -> Iterator[Line]:
    try:
        contents = signing_keys.contents()
    except KeyTrouble as trouble:
        yield Line(
            gettext_noop("Key that signs"),
            State.BAD,
            gettext_noop("There is none: %(problem)s."),
            gettext_noop("Without it nobody can pull or push. Run `manage.py keys list`."),
            {"problem": str(trouble)},
        )
        return
    yield _current(contents)
    yield from _next(contents)
    yield from _root()
    for broken in contents.broken:
        yield Line(
            gettext_noop("Files of keys"),
            State.LOOK,
            gettext_noop("Unusable: %(problem)s."),
            gettext_noop("Put the file back, or take it away."),
            {"problem": broken},
        )


def _current(contents: Contents) -> Line:
    current, now = contents.current, timezone.now()
    begins = current.ends_at - LEAF_LIFE
    values = {
        "kid": current.kid[:12],
        "age": max(0, (now - begins).days),
        "due": f"{current.due_at:%Y-%m-%d}",
        "ends": f"{current.ends_at:%Y-%m-%d}",
    }
    words = gettext_noop(
        "%(kid)s… has been signing for %(age)s days; the next one takes over from %(due)s."
    )
    if current.ends_at - now < _SOON:
        return Line(
            gettext_noop("Key that signs"),
            State.BAD,
            gettext_noop("%(kid)s… ends on %(ends)s, and no other key has taken over."),
            gettext_noop("Run `manage.py keys rotate`: it says what holds it up."),
            values,
        )
    is_late = now > current.due_at + timedelta(days=1)
    advice = gettext_noop("It is overdue: `manage.py keys rotate` says what holds it up.")
    state = State.LOOK if is_late else State.GOOD
    return Line(gettext_noop("Key that signs"), state, words, advice if is_late else "", values)


def _next(contents: Contents) -> Iterator[Line]:
    if contents.next is None:
        yield Line(
            gettext_noop("Next key"),
            State.GOOD,
            gettext_noop("It is made two weeks before its turn."),
        )
        return
    probes = KeyProbe.objects.filter(kid=contents.next.kid).select_related("registry")
    answers = list(probes.order_by("registry__name"))
    for probe in answers:
        is_fine = probe.verdict == Verdict.ACCEPTED
        yield Line(
            probe.registry.name,
            State.GOOD if is_fine else State.LOOK,
            gettext_noop("The next key: %(verdict)s. %(detail)s"),
            "" if is_fine else gettext_noop("The next key waits for this registry."),
            {"verdict": str(Verdict(probe.verdict).label), "detail": probe.detail},
            view="web-manage-registry",
            argument=probe.registry.name,
            at=probe.asked_at,
        )
    if not answers:
        yield Line(
            gettext_noop("Next key"),
            State.GOOD,
            gettext_noop("Made and published; registries are asked whether they take it."),
        )


def _root() -> Iterator[Line]:
    root = certificate_of(signing_keys.root_certificate.read_bytes())
    left = root.not_valid_after_utc - timezone.now()
    is_soon = left < _ROOT_SOON
    yield Line(
        gettext_noop("Root certificate"),
        State.LOOK if is_soon else State.GOOD,
        gettext_noop("Registries trust it until %(ends)s."),
        gettext_noop("Plan a new root: every registry has to be given it.") if is_soon else "",
        {"ends": f"{root.not_valid_after_utc:%Y-%m-%d}"},
    )
