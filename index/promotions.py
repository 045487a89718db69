"""What may be promoted where, by whom, and who sees it: questions that pages, API and flows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Namespace
from accounts.prepared import Statement, prepared
from accounts.principals import Principal
from index.copying.survey import survey
from index.models import (
    AccessGrant,
    BlobLink,
    Promotion,
    PromotionState,
    Repository,
    Stage,
)
from index.policy import allowed_actions
from index.registry_client import RegistryClient
from index.roles import Action, Role, actions_of
from index.rules import Decision

_STAGES = (Stage.SANDBOX, Stage.INTEGRATION, Stage.RELEASE)
_MOST_TARGETS = 100  # any other can be typed
_SECONDS = 10.0  # for a preview; pages wait for it


@dataclass(frozen=True, slots=True)
class Preview:
    """What a promotion would bring."""

    digest: str
    children: int
    referrers: int
    size: int
    mounted: int  # bytes that the registry takes from its own
    copied: int  # bytes that go from one registry to the other
    there: int  # bytes that the target has already, as far as we know
    is_mounted: bool
    needs_approval: bool


def stages_fit(source: Repository, target: Repository) -> bool:
    """Whether an image goes one step forward; where either has no stage there are no steps."""
    before, after = source.registry.stage, target.registry.stage
    if not before or not after:
        return True
    return _STAGES.index(Stage(after)) == _STAGES.index(Stage(before)) + 1


def sees_promotions(principal: Principal, repository: Repository) -> bool:
    """Whether promotions from and to it are shown: to those who may push, or could if it were open.

    Others would learn the names of repositories that they may not see (case 24).
    """
    return shows_promotions(allowed_actions(principal, repository))


def shows_promotions(decision: Decision) -> bool:
    """Return the same of a decision that is there already."""
    return Action.PULL in decision.actions and Action.PUSH in actions_of(decision.role)


def promotions_of(repository: Repository, principal: Principal) -> QuerySet[Promotion]:
    """Return those into it, and those from it into what this principal sees (case 24), the newest first.

    Where the ones into it came from whoever asked has told those who may push there.
    """
    seen = Repository.objects.visible_to(principal).values("pk")
    rows = Promotion.objects.filter(Q(source=repository, target__in=seen) | Q(target=repository))
    return rows.select_related("source", "target__registry", "decided_by")


def candidates_of(source: Repository, principal: Principal) -> list[Repository]:
    """Return what is a stage further and the principal has a part in, by name; not more than 100.

    Of each what a choice among them asks: to read all that there is of a hundred takes longer than the page.
    Whether images may go there is a decision about each (`index.policy.decisions_for`).
    """
    live = Repository.objects.live().within_limits(principal).exclude(pk=source.pk)
    if not principal.is_administrator:
        live = live.filter(pk__in=_written_by(principal))
    first = live.order_by("name").values("pk")[:_MOST_TARGETS]  # of thousands, by narrow rows
    found = Repository.objects.filter(pk__in=first).select_related("registry")
    chosen = found.only("name", "registry__name", "registry__stage", "registry__needs_approval")
    return [target for target in chosen.order_by("name") if stages_fit(source, target)]


def promotion_of(target: Repository, tag: str, digest: str) -> Statement:
    """Return the promotion that brought this tag with this digest, the newest of them."""
    return prepared(_promotion_of, target=target.pk, tag=tag, digest=digest)


def _promotion_of(*, target: int, tag: str, digest: str) -> QuerySet[Promotion]:
    done = Promotion.objects.filter(target=target, state=PromotionState.DONE)
    return done.filter(target_tag=tag, digest=digest).select_related("source")[:1]


def source_shown_to(principal: Principal, promotion: Promotion) -> str:
    """Return where it came from, as far as this principal may know: "" is elsewhere (case 24)."""
    source = promotion.source
    may_know = source and Action.PULL in allowed_actions(principal, source).actions
    return source.name if source and may_know else ""


def preview_promotion(source: Repository, target: Repository, digest: str) -> Preview:
    """Return what it would bring; asks the source's registry. Raises RegistryTrouble."""
    client = RegistryClient(source.registry, source.stored_name, seconds=_SECONDS)
    found = survey(client, digest)
    known = BlobLink.objects.filter(repository=target, digest__in=list(found.sizes))
    held = set(known.values_list("digest", flat=True))
    there = sum(size for digest, size in found.sizes.items() if digest in held)
    is_mounted = source.registry_id == target.registry_id
    missing = found.size - there
    return Preview(
        digest=digest,
        children=found.children,
        referrers=found.referrers,
        size=found.size,
        mounted=missing if is_mounted else 0,
        copied=0 if is_mounted else missing,
        there=there,
        is_mounted=is_mounted,
        needs_approval=target.registry.needs_approval,
    )


def _written_by(principal: Principal) -> QuerySet[Any, Any]:
    """Return the ids of what it may write to as far as grants and namespaces say; each by its index."""
    writing = AccessGrant.objects.repositories_reaching(principal, Role.WRITER, Role.ADMIN)
    ways = [Repository.objects.filter(pk__in=writing).values("pk")]
    if principal.workload:
        published = Repository.objects.filter(pk=principal.workload.repository_id)
        ways.append(published.values("pk"))
    if principal.user:
        held = Namespace.objects.ids_held_by(principal.user)
        ways.append(Repository.objects.filter(namespace__in=held).values("pk"))
    return ways[0].union(*ways[1:])
