"""Point a tag back to a manifest that it pointed to before, by pushing the same bytes under it.

No other bytes move: what the registry still has is put once more, and what it has lost stays lost.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index import activity
from index.copying import CopyReport
from index.errors import Denied, ManifestGone, RegistrySilent, RegistryTrouble, TagsRefused
from index.flows.record_copy import author_of, record_copy
from index.immutable_tags import refuse_change
from index.models import ActivityKind, Repository, Tag, TagChangeKind
from index.names import is_digest, is_tag
from index.policy import allowed_actions
from index.reasons import obstacle
from index.registry_client import RegistryClient
from index.roles import Action


def restore_tag(repository: Repository, tag: str, *, digest: str, by: Principal) -> Tag:
    """Let the tag point to the digest, in the registry and then here.

    Raises Denied for who may not push, TagIsImmutable, ManifestGone where the registry no longer has
    it, RegistrySilent where it does not answer or takes no writes for now. Then nothing is changed.
    """
    _check(repository, tag, digest, by)
    client = RegistryClient(repository.registry, repository.stored_name)
    try:
        served = client.served_manifest(digest)
        if served is None:
            message = _(
                "%(repository)s has no manifest %(digest)s any more: no tag can point to it"
            ) % {"repository": repository, "digest": digest}
            raise ManifestGone(message)
        report = CopyReport(documents={digest: served.document}, tags={tag: digest})
        refuse_change(repository, "PUT", tag)
        at = timezone.now()  # before: whoever pushes from here on was later
        client.put_manifest(tag, served)
    except RegistryTrouble as trouble:
        message = _(
            "the registry that keeps %(repository)s is in trouble: try again in a moment"
        ) % {"repository": repository}
        raise RegistrySilent(message) from trouble
    with transaction.atomic():
        return _record(repository, report, at, by)


def _check(repository: Repository, tag: str, digest: str, by: Principal) -> None:
    if not is_tag(tag) or not is_digest(digest):
        message = _("%(tag)s is no tag, or %(digest)s is no digest") % {
            "tag": ascii(tag[:40]),
            "digest": ascii(digest[:90]),
        }
        raise TagsRefused(message)
    if why := why_not(repository, by):
        raise Denied(why)
    now = timezone.now()
    for held_until in (repository.writes_held_until, repository.registry.writes_held_until):
        if held_until and held_until > now:
            message = _(
                "%(repository)s takes no writes for a few minutes: try again after that"
            ) % {"repository": repository}
            raise RegistrySilent(message)


def why_not(repository: Repository, by: Principal) -> str:
    """Return why this principal cannot point tags back here, "" if nothing is in the way."""
    decision = allowed_actions(by, repository)
    if Action.PUSH in decision.actions:
        return ""
    step = obstacle(decision, {Action.PUSH})
    words = f": {step.words}; {step.remedy}" if step else ""
    return _("'%(name)s' may not push to %(repository)s%(words)s") % {
        "name": by.name,
        "repository": repository,
        "words": words,
    }


def _record(repository: Repository, report: CopyReport, at: datetime, by: Principal) -> Tag:
    """Write down what the registry has already taken; a push that came after it is not undone."""
    locked = Repository.objects.locked().get(pk=repository.pk)
    ((name, digest),) = report.tags.items()
    tags = Tag.objects.filter(repository=locked, name=name).select_related("manifest")
    was = tags.first()
    before = was.manifest.digest if was else ""
    record_copy(locked, report, at=at, kind=TagChangeKind.RESTORED, by=author_of(by))
    record(
        AuditAction.TAG_POINTED_BACK,
        by=by,
        namespace=locked.namespace,
        target=f"{locked.name}:{name}",
        before=before,
        after=digest,
    )
    activity.note(ActivityKind.TAG_RESTORED, locked, by=by, tag=name, digest=digest, before=before)
    return tags.get()
