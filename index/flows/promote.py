"""Ask for the promotion of an image: the copy of a digest from one repository to another's tag.

What may go where is checked here, when somebody asks, and once more when the copying begins. The
digest counts: the tag that it was found by may move meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind
from accounts.plans import plan_of
from accounts.principals import Principal
from index import activity
from index.access import admins_of
from index.askers import askers_of, people_behind
from index.errors import (
    Denied,
    PromotionRefused,
    RepositoryUnknown,
    TagIsImmutable,
    TagsRefused,
)
from index.flows.quotas import check_storage, storage
from index.mails import send_after_commit
from index.models import ActivityKind, Promotion, PromotionState, Repository, Stage
from index.models.promotion import UNFINISHED_PROMOTIONS
from index.names import is_digest, is_tag
from index.policy import decisions_for
from index.promotions import stages_fit
from index.roles import Action, Role, actions_of
from index.rules import Decision
from index.tag_patterns import frozen_by


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be promoted, and what it is to be called there."""

    digest: str
    target_tag: str
    source_tag: str = ""  # how it was found; for the record
    reason: str = ""


def digest_of_tag(source: Repository, tag: str) -> str:
    """Return what a tag of the repository points to; raise PromotionRefused if there is none."""
    found = source.tags.filter(name=tag).values_list("manifest__digest", flat=True).first()
    if found is None:
        message = _("%(source)s has no tag %(tag)s") % {"source": source, "tag": ascii(tag[:128])}
        raise PromotionRefused(message)
    return found


def request_promotion(
    source: Repository, target: Repository, *, wanted: Wanted, by: Principal
) -> Promotion:
    """Note that the image is to be copied; a task does it, once a second person agrees if need be.

    Asking twice for the same is the same promotion. Raises RepositoryUnknown, Denied, OverQuota,
    TagIsImmutable, TagsRefused or PromotionRefused.
    """
    check_rights(source, target, by=by)
    _check_wanted(source, wanted)
    with transaction.atomic():
        fresh = Repository.objects.select_related("registry", "namespace__plan", "namespace__user")
        target = fresh.locked().get(pk=target.pk)
        source = fresh.get(pk=source.pk)
        check_way(source, target)
        check_target(target, wanted.target_tag, wanted.digest)
        same = _unfinished(target, wanted)
        return same or _note(source, target, wanted, by)


def check_rights(
    source: Repository,
    target: Repository,
    *,
    by: Principal,
    decisions: Mapping[int, Decision] | None = None,
) -> None:
    """Raise RepositoryUnknown or Denied unless this principal may take from the one into the other.

    Who has decided about both already gives the decisions, by the ids.
    """
    decisions = decisions or decisions_for(by, (source, target))
    for repository in (source, target):
        if Action.PULL not in decisions[repository.pk].actions:
            message = _("there is no repository %(repository)s") % {"repository": repository}
            raise RepositoryUnknown(message)
    decision = decisions[target.pk]
    if by.is_anonymous or not decision.may_promote:
        raise Denied(_why_not(target, by, has_role=Action.PUSH in actions_of(decision.role)))


def check_way(source: Repository, target: Repository) -> None:
    """Raise PromotionRefused unless it is one step forward on the way to release."""
    if source.pk == target.pk:
        message = _("%(source)s cannot be promoted into itself") % {"source": source}
        raise PromotionRefused(message)
    if not stages_fit(source, target):
        before, after = (Stage(one.registry.stage).label.lower() for one in (source, target))
        message = _(
            "%(source)s is of the stage %(before)s, %(target)s of the stage %(after)s: "
            "images go from sandbox to integration and from there to release, one step "
            "at a time"
        ) % {"source": source, "before": before, "target": target, "after": after}
        raise PromotionRefused(message)


def check_target(target: Repository, tag: str, digest: str) -> None:
    """Raise OverQuota, TagIsImmutable or PromotionRefused where it can take nothing as things stand."""
    now = timezone.now()
    for held_until in (target.writes_held_until, target.registry.writes_held_until):
        if held_until and held_until > now:
            message = _("%(target)s takes nothing new for a few minutes: try again after that") % {
                "target": target
            }
            raise PromotionRefused(message)
    there = target.tags.filter(name=tag).values_list("manifest__digest", flat=True).first()
    if there == digest:
        message = _("%(target)s:%(tag)s is that image already") % {"target": target, "tag": tag}
        raise PromotionRefused(message)
    pattern = frozen_by(target.immutable_tags, tag)
    if there and pattern:
        message = _(
            "%(target)s:%(tag)s is there and immutable (%(pattern)s): promote under another tag"
        ) % {"target": target, "tag": tag, "pattern": pattern}
        raise TagIsImmutable(message)
    namespace = target.namespace
    check_storage(namespace, limit=storage(namespace, plan_of(namespace)).limit)


def send_to_approvers(promotion: Promotion) -> None:
    """Mail those who can answer, but not who asks, nor who is behind a machine that does."""
    admins = admins_of(promotion.target)
    askers = askers_of(promotion)
    others = [one for one in admins if Principal(one).subject not in askers]
    send_after_commit(
        "promotion_asked",
        to=others,
        kind=MailKind.PROMOTIONS,
        asker=promotion.requested_by_name,
        source=promotion.source_name,
        target=promotion.target.name,
        tag=promotion.target_tag,
        number=promotion.pk,
    )


def _check_wanted(source: Repository, wanted: Wanted) -> None:
    if not is_tag(wanted.target_tag) or not is_digest(wanted.digest):
        message = _("%(tag)s is no tag, or %(digest)s is no digest") % {
            "tag": ascii(wanted.target_tag[:40]),
            "digest": ascii(wanted.digest[:90]),
        }
        raise TagsRefused(message)
    if not source.manifests.filter(digest=wanted.digest).exists():
        message = _("%(source)s has no image %(digest)s") % {
            "source": source,
            "digest": wanted.digest,
        }
        raise PromotionRefused(message)


def _unfinished(target: Repository, wanted: Wanted) -> Promotion | None:
    rows = target.promotions_here.filter(
        target_tag=wanted.target_tag, state__in=UNFINISHED_PROMOTIONS
    )
    other = rows.first()
    if other is not None and other.digest != wanted.digest:
        message = _(
            "another image is on its way to %(target)s:%(target_tag)s: wait for it, or "
            "drop that promotion"
        ) % {"target": target, "target_tag": wanted.target_tag}
        raise PromotionRefused(message)
    return other


def _note(source: Repository, target: Repository, wanted: Wanted, by: Principal) -> Promotion:
    waits = target.registry.needs_approval
    promotion = Promotion.objects.create(
        source=source,
        source_name=source.name,
        source_tag=wanted.source_tag[:128],
        digest=wanted.digest,
        target=target,
        target_tag=wanted.target_tag,
        state=PromotionState.WAITING if waits else PromotionState.COPYING,
        requested_by=by.subject,
        requested_by_name=by.name,
        requested_with=by.credential,
        asked_for_by=people_behind(by),
        reason=" ".join(wanted.reason.split())[:200],
    )
    record(
        AuditAction.PROMOTION_ASKED,
        by=by,
        namespace=target.namespace,
        target=f"{target}:{wanted.target_tag}",
        source=source.name,
        digest=wanted.digest,
        promotion=promotion.pk,
    )
    if waits:
        activity.note(
            ActivityKind.PROMOTION_ASKED,
            target,
            by=by,
            tag=wanted.target_tag,
            digest=wanted.digest,
            source_tag=wanted.source_tag,
            stage=target.registry.stage,
        )
        send_to_approvers(promotion)
    return promotion


def _why_not(target: Repository, by: Principal, *, has_role: bool) -> str:
    if has_role:
        words = _("it takes nothing new for now, or the access token leaves less than a push")
    else:
        words = _("that needs the role %(writer)s, which its admins give") % {
            "writer": Role.WRITER.value
        }
    return _("'%(name)s' may not promote into %(target)s: %(words)s") % {
        "name": by.name,
        "target": target,
        "words": words,
    }
