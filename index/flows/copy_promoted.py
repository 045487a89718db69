"""Copy what is promoted, then write it down. Killed at any point, it is simply done once more."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.principals import ANONYMOUS, Principal
from index import activity
from index.copying import Copier, CopyReport
from index.copying.survey import survey
from index.errors import (
    AlreadyDecided,
    ContentUnusable,
    IndexRefusal,
    PromotionRefused,
    RegistrySilent,
    RegistryTrouble,
)
from index.flows.decide_promotion import (
    check_asker,
    is_approval_old,
    lapse_promotion,
    tell_asker,
)
from index.flows.quotas import check_room, recount_storage
from index.flows.receive_notification import describe_if_reachable
from index.flows.record_copy import Author, author_of, record_copy
from index.immutable_tags import refuse_change
from index.models import (
    ActivityKind,
    Manifest,
    Promotion,
    PromotionState,
    Repository,
    RepositoryMode,
    RepositoryState,
    TagChangeKind,
)
from index.registry_client import RegistryClient
from index.subjects import login_of_actor, principal_from_subject
from index.tag_patterns import frozen_by

_LEASE = timedelta(minutes=3)  # longer than a registry may take to end one upload
_LONGEST_PAUSE = timedelta(minutes=15)
_MOST_ATTEMPTS = 10  # which is more than an hour
_RENEW_EVERY = 1.0  # seconds
_REST = timedelta(minutes=1)


class _Lost(Exception):
    """Somebody dropped the promotion, or another worker took it over."""


class _Held(RegistryTrouble):
    """A move or a garbage collection holds up what is written there, perhaps for hours."""


class _Lease:
    """The right to work on one promotion; renewing it writes down how far the copying has come."""

    def __init__(self, promotion: Promotion) -> None:
        self._promotion = promotion
        self._renewed = time.monotonic()

    def renew(self, report: CopyReport) -> None:
        """Hold it for longer; raise _Lost when it is somebody else's.

        Raises _Held too, and PromotionRefused: what is uploaded while a registry collects garbage may
        be collected before its manifest is there.
        """
        if time.monotonic() - self._renewed < _RENEW_EVERY:
            return
        self._renewed = time.monotonic()
        until = timezone.now() + _LEASE
        if not self.rows().update(next_attempt_at=until, **_counts(report)):
            raise _Lost
        self._promotion.next_attempt_at = until
        _check(self._promotion, _fresh(self._promotion.target))

    def rows(self) -> QuerySet[Promotion]:
        """Return the row, if it is still ours."""
        promotion = self._promotion
        return Promotion.objects.filter(
            pk=promotion.pk,
            state=PromotionState.COPYING,
            next_attempt_at=promotion.next_attempt_at,
        )


def claim(promotion_id: int) -> Promotion | None:
    """Return the promotion if it is due, and keep others from it while we renew the lease (L10).

    What was approved too long ago ends here, where no other worker can be at it.
    """
    now = timezone.now()
    due = Promotion.objects.filter(
        pk=promotion_id, state=PromotionState.COPYING, next_attempt_at__lte=now
    )
    if not due.update(next_attempt_at=now + _LEASE):
        return None
    related = Promotion.objects.select_related("source__registry", "target__registry")
    promotion = related.get(pk=promotion_id)
    if not is_approval_old(promotion):
        return promotion
    with suppress(AlreadyDecided):
        lapse_promotion(promotion)
    return None


def copy_promoted(promotion: Promotion) -> None:
    """Do what is left; what goes wrong is noted, and tried again later where that may help."""
    lease = _Lease(promotion)
    try:
        report, at = _copy(promotion, lease)
        new = _finish(promotion, lease, report, at)
    except _Lost:
        return
    except _Held as held:
        _put_off(lease, str(held))
        return
    except (RegistryTrouble, RegistrySilent) as trouble:
        final = isinstance(trouble, ContentUnusable) or promotion.attempts + 1 >= _MOST_ATTEMPTS
        _note(promotion, lease, str(trouble), is_final=final)
        return
    except IndexRefusal as refusal:
        _note(promotion, lease, str(refusal), is_final=True)
        return
    for manifest in new:
        describe_if_reachable(manifest)
    recount_storage(promotion.target.namespace_id)


def _copy(promotion: Promotion, lease: _Lease) -> tuple[CopyReport, datetime]:
    """Return what was copied, and a moment just before the tag was put."""
    target, source = promotion.target, promotion.source
    _check(promotion, target)
    if source is None or source.state != RepositoryState.ACTIVE:
        message = f"{promotion.source_name} is not there any more"
        raise PromotionRefused(message)
    check_asker(promotion, source)
    here = RegistryClient(source.registry, source.stored_name)
    there = RegistryClient(target.registry, target.stored_name)
    found = survey(here, promotion.digest)
    check_room(target.namespace, found.sizes)
    Promotion.objects.filter(pk=promotion.pk).update(size=found.size)
    copier = Copier(
        here,
        there,
        mount=source.registry_id == target.registry_id,
        keeps_tag=lambda tag: bool(frozen_by(target.immutable_tags, tag)),
        on_progress=lease.renew,
    )
    copier.copy(promotion.digest)
    now = _fresh(target)
    _check(promotion, now)
    check_asker(promotion, source)
    at = timezone.now()  # before: whoever pushes from here on was later
    if there.digest_of(promotion.target_tag) != promotion.digest:
        _put_tag(copier, now, promotion)
    else:  # put by a run that was killed before it was written down
        copier.report.tags[promotion.target_tag] = promotion.digest
    return copier.report, at


def _put_tag(copier: Copier, target: Repository, promotion: Promotion) -> None:
    """Put the tag as a push would: an immutable one is claimed, and let go where it fails."""
    tag = promotion.target_tag
    refuse_change(target, "PUT", tag)
    try:
        copier.put_tag(tag, promotion.digest)
    except RegistryTrouble:
        target.tag_claims.filter(tag=tag).delete()
        raise


def _fresh(target: Repository) -> Repository:
    return Repository.objects.select_related("registry", "namespace").get(pk=target.pk)


def _check(promotion: Promotion, target: Repository) -> None:
    """Refuse what has become impossible; put off what a move or a garbage collection holds up."""
    is_open = target.state == RepositoryState.ACTIVE and target.mode == RepositoryMode.OPEN
    if not is_open:
        message = f"{target} takes nothing new any more"
        raise PromotionRefused(message)
    now = timezone.now()
    holds = (target.writes_held_until, target.registry.writes_held_until)
    if target.registry_id != promotion.target.registry_id or any(
        until and until > now for until in holds
    ):
        message = f"{target} takes no writes for a few minutes"
        raise _Held(message)


def _finish(
    promotion: Promotion, lease: _Lease, report: CopyReport, at: datetime
) -> list[Manifest]:
    """Write everything down in one transaction; raise _Lost if another worker was first."""
    with transaction.atomic():
        target = Repository.objects.locked().get(pk=promotion.target_id)
        done = lease.rows().update(
            state=PromotionState.DONE,
            finished_at=timezone.now(),
            last_problem="",
            **_counts(report),
        )
        if not done:
            raise _Lost
        by = _asker(promotion)
        author = _author(promotion, by)
        new = record_copy(target, report, at=at, kind=TagChangeKind.PROMOTED, by=author)
        _tell(promotion, target, by)
    return new


def _tell(promotion: Promotion, target: Repository, by: Principal) -> None:
    promotion.state = PromotionState.DONE
    approved_by = promotion.decided_by.username if promotion.decided_by else ""
    owners = {target.namespace_id: target.namespace}
    if promotion.source is not None:
        owners[promotion.source.namespace_id] = promotion.source.namespace
    for namespace in owners.values():
        record(
            AuditAction.PROMOTED,
            by=by,
            namespace=namespace,
            target=f"{target}:{promotion.target_tag}",
            source=promotion.source_name,
            digest=promotion.digest,
            promotion=promotion.pk,
            asked_by=promotion.requested_by_name,
            approved_by=approved_by,
        )
    activity.note(
        ActivityKind.PROMOTED,
        target,
        by=by,
        tag=promotion.target_tag,
        digest=promotion.digest,
        source_tag=promotion.source_tag,
        stage=target.registry.stage,
        approved_by=approved_by,
    )
    if approved_by:
        tell_asker(promotion)


def _asker(promotion: Promotion) -> Principal:
    """Return who asked, as far as there is such an account; with what proved it then."""
    found = principal_from_subject(promotion.requested_by) or ANONYMOUS
    return replace(found, credential=promotion.requested_with)


def _author(promotion: Promotion, by: Principal) -> Author:
    """Return whom the tag is put down to, and which CI job built the image if it is known."""
    source = promotion.source
    author = Author(promotion.requested_by, promotion.requested_by_name, promotion.requested_with)
    if not by.is_anonymous:
        author = author_of(by)
    built = None
    if source is not None:
        tags = source.tags.filter(manifest__digest=promotion.digest, built_by__isnull=False)
        tag = tags.select_related("built_by").first()
        built = tag.built_by if tag else None
    return author.built(built or login_of_actor(promotion.requested_by))


def _put_off(lease: _Lease, why: str) -> None:
    """Come again after a while; it is no failure, however often."""
    lease.rows().update(last_problem=why[:200], next_attempt_at=timezone.now() + _REST)


def _note(promotion: Promotion, lease: _Lease, problem: str, *, is_final: bool) -> None:
    attempts = promotion.attempts + 1
    pause = min(timedelta(seconds=5 * 2 ** min(attempts, 12)), _LONGEST_PAUSE)
    now = timezone.now()
    changes = {"attempts": attempts, "last_problem": problem[:200], "next_attempt_at": now + pause}
    if is_final:
        changes |= {"state": PromotionState.FAILED, "finished_at": now}
    with transaction.atomic():
        if lease.rows().update(**changes) and is_final:
            promotion.refresh_from_db()
            tell_asker(promotion)


def _counts(report: CopyReport) -> dict[str, int]:
    return {
        "manifests_copied": report.manifests,
        "referrers_copied": report.referrers,
        "bytes_copied": report.bytes_copied,
        "bytes_mounted": report.bytes_mounted,
    }
