"""What registries say at this moment: asked when somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at
from index.models import Registry, RegistryState
from index.probing.findings import Verdict
from index.probing.probe import probe

_STATES = {
    Verdict.GOOD: State.GOOD,
    Verdict.WARNING: State.LOOK,
    Verdict.BAD: State.BAD,
    Verdict.UNKNOWN: State.UNKNOWN,
}


@looks_at(gettext_noop("Registries"), asks_others=True)
def _probes() -> Iterator[Line]:
    """Ask each, and upload nothing; what is well is one line."""
    for registry in Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name"):
        findings = probe(registry, write=False).findings
        trouble = [finding for finding in findings if finding.verdict is not Verdict.GOOD]
        for finding in trouble:
            yield Line(
                registry.name,
                _STATES[finding.verdict],
                finding.judgement.words,
                gettext_noop("Its page says what was found and how to fix it."),
                finding.judgement.values,
                view="web-manage-registry",
                argument=registry.name,
            )
        if not trouble:
            yield Line(registry.name, State.GOOD, gettext_noop("It responds as it should."))
