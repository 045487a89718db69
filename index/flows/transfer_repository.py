"""Give a repository to another namespace: at once to one's own, as an offer to that of others.

The old name goes on leading to it. What was there by right of the old namespace ends with the transfer
(case 22): roles of its teams and robots, trusted publishers, webhooks, open requests, tokens.
"""

from __future__ import annotations

from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.audit import AuditAction, record
from accounts.limits import TRANSFER_OFFERS
from accounts.models import Namespace, User, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.principals import Principal
from accounts.ratelimits import spend
from index import trash
from index.activity import note
from index.blob_sizes import distinct_bytes
from index.errors import AlreadyDecided, Denied, NameTaken, OverQuota, TransferRefused
from index.flows.end_ties import end_ties
from index.flows.quotas import (
    Room,
    check_private_repositories,
    check_storage,
    lock_namespaces,
    recount_storage,
    room_of,
    storage,
)
from index.flows.rename_repository import lock_repository
from index.flows.take_name import change_name, check_name
from index.mails import send_after_commit
from index.models import AccessGrant, ActivityKind, BlobLink, Repository, Transfer
from index.names import RepositoryName, parse_repository_name
from index.policy import may_change_namespace, may_create
from index.rules import Decision
from index.subjects import principal_from_subject
from index.transfers import end_of, find_target, may_give, offer_of, open_offers


def transfer_repository(
    repository: Repository, *, to: RepositoryName, by: Principal
) -> Repository | Transfer:
    """Give it away: return it where the giver may create there, else the offer that waits.

    A second offer takes the place of the first. Raises Denied, TransferRefused, NameTaken, OverQuota.
    """
    target = check_transfer(repository, to=to, by=by)
    to = to.moved_to(target.name)
    if may_create(by, to).role:
        return _hand_over(repository, to=to, target=target, by=by)
    spend(TRANSFER_OFFERS, str(_person(by).pk), what="offers")
    with transaction.atomic():
        held, _ = _hold(repository, target)
        check_transfer(held, to=to, by=by)
        Transfer.objects.filter(repository=held).delete()
        offer = Transfer.objects.create(
            repository=held, namespace=target, new_name=to.value, offered_by=_person(by)
        )
        _record(AuditAction.REPOSITORY_TRANSFER_OFFERED, held, held.namespace, to.value, by)
        send_after_commit(
            "transfer_offered",
            to=trash.owners_of(target),
            repository=held.name,
            new_name=to.value,
            by=by.name,
            until=end_of(offer),
        )
    return offer


def take_transfer(transfer: Transfer, *, by: Principal) -> Repository:
    """Take what was offered. Raises AlreadyDecided, Denied, NameTaken, OverQuota."""
    with transaction.atomic():
        offer = _hold_offer(transfer, by)
        giver = _giver_of(offer)
        name = parse_repository_name(offer.new_name).moved_to(offer.namespace.name)
        check_transfer(offer.repository, to=name, by=giver)  # its rights may have ended meanwhile
        taken = _hand_over(offer.repository, to=name, target=offer.namespace, by=by)
        _tell_giver("transfer_taken", offer, by)
    return taken


def decline_transfer(transfer: Transfer, *, by: Principal) -> None:
    """Say no. Raises AlreadyDecided or Denied."""
    with transaction.atomic():
        offer = _hold_offer(transfer, by)
        offer.delete()
        held = offer.repository
        _record(AuditAction.REPOSITORY_TRANSFER_ENDED, held, held.namespace, offer.new_name, by)
        _tell_giver("transfer_declined", offer, by)


def withdraw_transfer(repository: Repository, *, by: Principal) -> None:
    """Take the offer back, if there is one. Raises Denied."""
    _check_giver(repository, by)
    with transaction.atomic():
        held = Repository.objects.locked().select_related("namespace").get(pk=repository.pk)
        if offer := offer_of(held):
            offer.delete()
            action = AuditAction.REPOSITORY_TRANSFER_ENDED
            _record(action, held, held.namespace, offer.new_name, by)


def check_transfer(
    repository: Repository, *, to: RepositoryName, by: Principal, decision: Decision | None = None
) -> Namespace:
    """Return the namespace that gets it; raise Denied or TransferRefused.

    `decision` is what was decided about both already.
    """
    _check_giver(repository, by, decision)
    target = _root(by) if to.is_official else find_target(to.namespace)
    if target is None:
        message = gettext("there is nobody called %(namespace)s here who could take it") % {
            "namespace": to.namespace
        }
        raise TransferRefused(message)
    if target.pk == repository.namespace_id:
        message = gettext("%(repository)s is there already: rename it instead") % {
            "repository": repository
        }
        raise TransferRefused(message)
    return target


def check_room(repository: Repository, *, target: Namespace, room: Room | None = None) -> None:
    """Raise OverQuota unless the plan of the target has room for it; its row must be locked.

    `room` is what was read of the target already.
    """
    room = room or room_of(target)
    if repository.visibility != Visibility.PUBLIC:
        check_private_repositories(target, room)
    usage = storage(target, room.plan)
    if usage.limit is None:
        return
    check_storage(target, limit=usage.limit)
    size = distinct_bytes(BlobLink.objects.filter(repository=repository))
    if target.storage_used + size > usage.limit:
        message = gettext("%(target)s has no room for %(repository)s: %(sentence)s used") % {
            "target": target,
            "repository": repository,
            "sentence": usage.sentence,
        }
        raise OverQuota(message)


def _hold(repository: Repository, target: Namespace) -> tuple[Repository, dict[int, Namespace]]:
    """Hold both namespaces and the repository, which guards its offer; raise Denied if it is gone."""
    locked = lock_namespaces(repository.namespace_id, target.pk)
    held = lock_repository(repository, in_namespace=locked[repository.namespace_id])
    return held, locked


def _hand_over(
    repository: Repository, *, to: RepositoryName, target: Namespace, by: Principal
) -> Repository:
    source = repository.namespace
    try:
        with transaction.atomic():
            held, locked = _hold(repository, target)
            if not may_create(by, to).role:
                message = gettext("'%(name)s' may not create %(to)s") % {"name": by.name, "to": to}
                raise Denied(message)
            check_name(to, namespace=locked[target.pk], owner=held)
            check_room(held, target=locked[target.pk])
            old = held.name
            change_name(held, to=to, namespace=locked[target.pk])
            _begin_anew(held)
            _note(held, source, old, by)
            for pk in locked:
                transaction.on_commit(partial(recount_storage, pk))
    except IntegrityError as error:
        message = gettext("there is a repository %(to)s already, or one is being deleted") % {
            "to": to
        }
        raise NameTaken(message) from error
    return held


def _begin_anew(repository: Repository) -> None:
    """End what the old namespace gave, and give what the new one gives to each of its own."""
    # Whole seconds, as tokens have them: one that is made right after must not be refused.
    repository.tokens_not_before = timezone.now().replace(microsecond=0)
    repository.save(update_fields=["tokens_not_before"])
    end_ties(repository)
    AccessGrant.objects.bulk_create(
        AccessGrant(repository=repository, team=given.team, robot=given.robot, role=given.role)
        for given in repository.namespace.default_grants.all()
    )
    Transfer.objects.filter(repository=repository).delete()


def _hold_offer(transfer: Transfer, by: Principal) -> Transfer:
    """Return the offer, once: of two who answer at the same moment the second comes too late."""
    found = open_offers().filter(pk=transfer.pk)
    if seen := found.first():
        lock_namespaces(seen.repository.namespace_id, seen.namespace_id)
        Repository.objects.locked().get(pk=seen.repository_id)
    if seen is None or (offer := found.first()) is None:
        message = gettext("this offer was answered, taken back or has ended meanwhile")
        raise AlreadyDecided(message)
    if by.user is None or not may_change_namespace(by, offer.namespace):
        message = gettext("only owners of %(namespace)s may answer this") % {
            "namespace": offer.namespace
        }
        raise Denied(message)
    return offer


def _giver_of(offer: Transfer) -> Principal:
    """Return who offered it; what a disabled account has begun nobody ends."""
    giver = principal_from_subject(Principal(offer.offered_by).subject)
    if giver is None:
        message = gettext(
            "the account %(offered_by)s is disabled: another owner has to offer it"
        ) % {"offered_by": offer.offered_by}
        raise Denied(message)
    return giver


def _check_giver(repository: Repository, by: Principal, decision: Decision | None = None) -> None:
    if not may_give(repository, by, decision):
        message = gettext(
            "'%(name)s' may not give %(repository)s away: owners of its namespace do"
        ) % {"name": by.name, "repository": repository}
        raise Denied(message)


def _root(by: Principal) -> Namespace | None:
    """Return the namespace of official images, to who may make any."""
    return Namespace.objects.filter(name=ROOT_NAMESPACE).first() if by.is_administrator else None


def _note(repository: Repository, source: Namespace, old: str, by: Principal) -> None:
    """Write it down on both sides: each reads its own history alone."""
    for namespace in (source, repository.namespace):
        record(
            AuditAction.REPOSITORY_TRANSFERRED,
            by=by,
            namespace=namespace,
            user=namespace.user,
            target=repository.name,
            old_name=old,
        )
    note(ActivityKind.RENAMED, repository, by=by, old_name=old, new_name=repository.name)


def _record(
    action: AuditAction, repository: Repository, namespace: Namespace, new_name: str, by: Principal
) -> None:
    record(action, by=by, namespace=namespace, target=repository.name, new_name=new_name)


def _tell_giver(mail: str, offer: Transfer, by: Principal) -> None:
    send_after_commit(
        mail,
        to=[offer.offered_by],
        repository=offer.repository.name,
        new_name=offer.new_name,
        by=by.name,
    )


def _person(by: Principal) -> User:
    assert by.user is not None  # noqa: S101 - `_check_giver` has seen to it
    return by.user
