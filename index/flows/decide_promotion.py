"""Answer a promotion that waits, try a failed one again, drop one, or let it lapse."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind
from accounts.principals import ANONYMOUS, Principal
from index.askers import askers_of, is_nobody_known
from index.errors import AlreadyDecided, Denied, PromotionRefused
from index.flows.promote import check_rights, check_target, check_way, send_to_approvers
from index.mails import send_after_commit
from index.models import Promotion, PromotionState, Repository
from index.models.promotion import UNFINISHED_PROMOTIONS
from index.policy import allowed_actions
from index.subjects import principal_from_subject

# For an answer, and for the copying after it: people decide by what they know of an image that day.
DECISION_LASTS = timedelta(days=14)
_DROPPABLE = (PromotionState.WAITING, PromotionState.COPYING, PromotionState.FAILED)


def _in_a_sentence(label: object) -> str:
    return str(label).lower()


_lower = lazy(_in_a_sentence, str)  # in the language of who reads it


def approve_promotion(promotion: Promotion, *, by: Principal, note: str = "") -> Promotion:
    """Let the image go, as a second person; raise AlreadyDecided, Denied, or what it is refused for."""
    with transaction.atomic():
        held = _take(promotion, PromotionState.WAITING)
        check_approver(held, by)
        source = _source_of(held)
        check_way(source, held.target)
        check_target(held.target, held.target_tag, held.digest)
        check_asker(held, source)
        _decide(held, by, note)
        _begin(held)
        _record(AuditAction.PROMOTION_APPROVED, held, by)
    return held


def refuse_promotion(promotion: Promotion, *, by: Principal, note: str = "") -> Promotion:
    """Say no, for good; raise AlreadyDecided or Denied."""
    with transaction.atomic():
        held = _take(promotion, PromotionState.WAITING)
        check_approver(held, by)
        _decide(held, by, note)
        _end(held, PromotionState.REFUSED)
        _record(AuditAction.PROMOTION_REFUSED, held, by)
        tell_asker(held)
    return held


def retry_promotion(promotion: Promotion, *, by: Principal) -> Promotion:
    """Try a failed one again; raise AlreadyDecided, or what asking for it anew is refused for.

    Where somebody has to approve it and nobody has, or too long ago, it waits for that.
    """
    with transaction.atomic():
        held = _take(promotion, PromotionState.FAILED)
        source = _source_of(held)
        check_rights(source, held.target, by=by)
        check_way(source, held.target)
        check_target(held.target, held.target_tag, held.digest)
        _begin(held)
        is_approved = held.decided_at is not None and held.decided_at > _long_ago()
        if held.target.registry.needs_approval and not is_approved:
            _wait_again(held)
        _record(AuditAction.PROMOTION_RETRIED, held, by)
    return held


def drop_promotion(promotion: Promotion, *, by: Principal) -> Promotion:
    """Give it up: what was copied stays untagged. Raise AlreadyDecided or Denied."""
    with transaction.atomic():
        held = _take(promotion, *_DROPPABLE)
        is_own = not by.is_anonymous and by.subject == held.requested_by
        if not (is_own or allowed_actions(by, held.target).may_administer):
            message = _("only who asked for it and admins of %(target)s may drop a promotion") % {
                "target": held.target
            }
            raise Denied(message)
        _end(held, PromotionState.DROPPED)
        _record(AuditAction.PROMOTION_DROPPED, held, by)
    return held


def lapsing() -> QuerySet[Promotion]:
    """Return those that nobody decided in time."""
    waiting = Promotion.objects.filter(state=PromotionState.WAITING)
    return waiting.filter(next_attempt_at__lte=_long_ago())


def is_approval_old(promotion: Promotion) -> bool:
    """Whether it takes an approval, and that was too long ago to begin with the copying."""
    if promotion.decided_at is None or not promotion.target.registry.needs_approval:
        return False
    return promotion.decided_at <= _long_ago()


def lapse_promotion(promotion: Promotion) -> None:
    """Drop it if its time is over, and tell who asked; raise AlreadyDecided.

    Of those to be copied only for the worker that has claimed it: what is copied just now ends well.
    """
    with transaction.atomic():
        held = _take(promotion, *UNFINISHED_PROMOTIONS)
        if not (is_approval_old(held) or lapsing().filter(pk=held.pk).exists()):
            return
        days = f"within {DECISION_LASTS.days} days"
        waits = held.state == PromotionState.WAITING
        held.last_problem = (
            f"Nobody decided {days}: ask anew"
            if waits
            else f"It could not be copied {days} of its approval: ask anew"
        )
        held.save(update_fields=["last_problem"])
        _end(held, PromotionState.DROPPED)
        _record(AuditAction.PROMOTION_DROPPED, held, ANONYMOUS, note=held.last_problem)
        tell_asker(held)


def check_approver(promotion: Promotion, by: Principal) -> None:
    """Raise Denied unless it is a second person, with all that an admin of the target may do.

    What a machine asks for counts as asked for by everybody who can make it ask.
    """
    target = promotion.target
    if by.user is None or not allowed_actions(by, target).may_administer:
        message = _("only admins of %(target)s approve what is promoted into it") % {
            "target": target
        }
        raise Denied(message)
    if by.subject == promotion.requested_by:
        message = _(
            "a second person has to approve this: you asked for it yourself, '%(name)s'"
        ) % {"name": by.name}
        raise Denied(message)
    machine = promotion.requested_by_name
    if by.subject in askers_of(promotion):
        message = _(
            "a second person has to approve this: %(machine)s asked for it, and you, "
            "'%(name)s', made a secret of it, are responsible for it, let it in, or own "
            "its namespace while nobody knows who did"
        ) % {"machine": machine, "name": by.name}
        raise Denied(message)
    if is_nobody_known(promotion):
        message = _(
            "nobody knows who is behind %(machine)s: somebody has to drop this and ask for it anew"
        ) % {"machine": machine}
        raise Denied(message)


def check_asker(promotion: Promotion, source: Repository) -> None:
    """Raise for who asked and may no longer do it; a CI job has ended meanwhile, and is let go.

    Raises RepositoryUnknown, Denied or PromotionRefused.
    """
    if promotion.requested_by.partition(":")[0] == "workload":
        return
    asker = principal_from_subject(promotion.requested_by)
    if asker is None:
        name = promotion.requested_by_name
        message = _(
            "the account %(name)s is gone or disabled: somebody else has to ask for this"
        ) % {"name": name}
        raise PromotionRefused(message)
    check_rights(source, promotion.target, by=asker)


def tell_asker(promotion: Promotion) -> None:
    """Mail who asked what became of it; machines have no address."""
    asker = principal_from_subject(promotion.requested_by)
    if asker is not None and asker.user is not None:
        send_after_commit(
            "promotion_ended",
            to=[asker.user],
            kind=MailKind.PROMOTIONS,
            source=promotion.source_name,
            target=promotion.target.name,
            tag=promotion.target_tag,
            number=promotion.pk,
            outcome=_lower(PromotionState(promotion.state).label),
        )


def _take(promotion: Promotion, *states: PromotionState) -> Promotion:
    """Hold target and row, in this order as whoever asks does: of two who answer one is too late."""
    Repository.objects.locked().get(pk=promotion.target_id)
    rows = Promotion.objects.select_for_update(of=("self",))
    related = ("source__registry", "target__registry", "target__namespace__plan")
    held = rows.select_related(*related, "target__namespace__user").get(pk=promotion.pk)
    if held.state not in states:
        message = _("this promotion is not open to that any more: %(held)s") % {
            "held": held.get_state_display().lower()
        }
        raise AlreadyDecided(message)
    return held


def _source_of(promotion: Promotion) -> Repository:
    if promotion.source is None:
        message = _("%(source_name)s is not there any more") % {
            "source_name": promotion.source_name
        }
        raise PromotionRefused(message)
    return promotion.source


def _decide(promotion: Promotion, by: Principal, note: str) -> None:
    promotion.decided_by, promotion.decided_at = by.user, timezone.now()
    promotion.decision_note = " ".join(note.split())[:200]
    promotion.save(update_fields=["decided_by", "decided_at", "decision_note"])


def _begin(promotion: Promotion) -> None:
    promotion.state, promotion.attempts, promotion.last_problem = PromotionState.COPYING, 0, ""
    promotion.next_attempt_at, promotion.finished_at = timezone.now(), None
    promotion.save(
        update_fields=["state", "attempts", "last_problem", "next_attempt_at", "finished_at"]
    )


def _wait_again(promotion: Promotion) -> None:
    promotion.state, promotion.decided_by, promotion.decided_at = PromotionState.WAITING, None, None
    promotion.decision_note = ""
    promotion.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    send_to_approvers(promotion)


def _long_ago() -> datetime:
    return timezone.now() - DECISION_LASTS


def _end(promotion: Promotion, state: PromotionState) -> None:
    promotion.state, promotion.finished_at = state, timezone.now()
    promotion.save(update_fields=["state", "finished_at"])


def _record(action: AuditAction, promotion: Promotion, by: Principal, *, note: str = "") -> None:
    record(
        action,
        by=by,
        namespace=promotion.target.namespace,
        target=f"{promotion.target}:{promotion.target_tag}",
        source=promotion.source_name,
        digest=promotion.digest,
        promotion=promotion.pk,
        note=note or promotion.decision_note,
    )
