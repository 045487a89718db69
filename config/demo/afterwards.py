"""What happens in the demo once images are there: promotions, deletions, watchers, rules, numbers.

Each step does nothing where it was done before, also if somebody undid it since.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.flows.mark_verified import mark_verified
from accounts.models import AuditEvent, Namespace, User
from accounts.principals import Principal
from config.demo.filling import as_administrator, live, owner_of
from config.demo.stages import ALMANAC, KEPT, RELEASED, THROWN_AWAY
from index.flows.change_repository import change_mode
from index.flows.decide_promotion import approve_promotion
from index.flows.delete_repository import request_deletion
from index.flows.delete_tags import delete_tags
from index.flows.promote import Wanted, digest_of_tag, request_promotion
from index.flows.registries import change_registry
from index.flows.retention_rules import add_retention_rule, dry_run
from index.flows.watch_repository import watch
from index.flows.webhooks import WebhookFields, create_webhook, pause_webhook
from index.models import (
    ActivityKind,
    DailyCount,
    Deletion,
    Promotion,
    Registry,
    Repository,
    RepositoryMode,
    RetentionRule,
    TagDeletion,
    Watch,
    Webhook,
)
from index.registry_settings import RegistrySettings
from index.retention import Limits

_DAYS = 60
_NIGHTLY = "nightly*"
_PROMOTED = ("2026.1", "2026.2")


def do_all() -> int:
    """Do what is missing; return how many steps that were."""
    steps: tuple[Callable[[], bool], ...] = (
        _verify, _watch, _hook, _promote, _keep_few, _delete_a_tag, _throw_away, _archive, _count,
    )  # fmt: skip
    return sum(step() for step in steps)


def ask_for_approval(registry_name: str) -> None:
    """Let promotions into that registry wait for a second person, before the first of the demo."""
    registry = Registry.objects.filter(name=registry_name, needs_approval=False).first()
    if registry is None or Promotion.objects.exists():
        return
    to_be = RegistrySettings(
        upstream_url=registry.upstream_url,
        service=registry.service,
        key_format=registry.key_format,  # type: ignore[arg-type]
        stage=registry.stage,  # type: ignore[arg-type]
        writers=registry.writers,  # type: ignore[arg-type]
        needs_approval=True,
        description=registry.description or "Official images, and what was released",
    )
    change_registry(registry, to_be=to_be, by=None)


def _verify() -> bool:
    namespace = Namespace.objects.get(name="harborworks")
    if AuditEvent.objects.filter(namespace=namespace, action__contains="verified").exists():
        return False
    mark_verified(namespace, by=as_administrator(), is_verified=True)
    return True


def _watch() -> bool:
    if Watch.objects.exists():
        return False
    wanted = {"nadia": (ALMANAC.name, "lantern"), "oskar": (ALMANAC.name,), "quentin": ("basin",)}
    for username, names in wanted.items():
        for name in names:
            for repository in live(name):
                watch(repository, by=_person(username))
    return True


def _hook() -> bool:
    """Make a webhook that is paused: what it says in its address is nobody."""
    for repository in live(ALMANAC.name):
        if Webhook.objects.filter(repository=repository).exists():
            return False
        owner = owner_of(repository.name)
        fields = WebhookFields(
            "Deploy", "https://example.invalid/hooks/almanac", (ActivityKind.PUSHED,)
        )
        with transaction.atomic():  # no delivery begins in between
            webhook, _ = create_webhook(repository.namespace, repository, by=owner, fields=fields)
            pause_webhook(webhook, by=owner)
        return True
    return False


def _promote() -> bool:
    """Promote one image, which tamsin approves, and let another one wait for her."""
    sources, targets = live(ALMANAC.name), live(RELEASED.name)
    if not sources or not targets or Promotion.objects.filter(target=targets[0]).exists():
        return False
    if sources[0].tags.filter(name__in=_PROMOTED).count() < len(_PROMOTED):
        return False
    ask_for_approval(targets[0].registry.name)
    first = _request(sources[0], targets[0], _PROMOTED[0], "Ran a week in the test market")
    if first.state == "waiting":
        approve_promotion(first, by=owner_of(RELEASED.name), note="Go")
    _request(sources[0], targets[0], _PROMOTED[1], "Fixes the harbour names")
    return True


def _request(source: Repository, target: Repository, tag: str, reason: str) -> Promotion:
    wanted = Wanted(digest_of_tag(source, tag), tag, tag, reason)
    return request_promotion(source, target, wanted=wanted, by=_person("nadia"))


def _keep_few() -> bool:
    for repository in live(ALMANAC.name):
        if RetentionRule.objects.filter(repository=repository).exists():
            return False
        owner, limits = owner_of(repository.name), Limits(_NIGHTLY, newest=5, pulled_days=30)
        _, seen = dry_run(repository, limits, by=owner)
        add_retention_rule(repository, limits, by=owner, seen=seen)
        return True
    return False


def _delete_a_tag() -> bool:
    for repository in live(ALMANAC.name):
        is_there = repository.tags.filter(name="rc-1").exists()
        if not is_there or TagDeletion.objects.filter(repository=repository).exists():
            return False
        delete_tags(repository, {"rc-1": ""}, by=owner_of(repository.name))
        return True
    return False


def _throw_away() -> bool:
    for repository in live(THROWN_AWAY.name):
        if Deletion.objects.filter(repository=repository).exists() or not repository.tags.exists():
            return False
        request_deletion(repository, by=owner_of(repository.name))
        return True
    return False


def _archive() -> bool:
    for repository in live(KEPT.name):
        if repository.mode != RepositoryMode.OPEN or not repository.tags.exists():
            return False
        change_mode(repository, by=owner_of(repository.name), mode=RepositoryMode.ARCHIVED)
        return True
    return False


def _count() -> bool:
    """Invent pulls and pushes of the weeks before today, so that statistics show something.

    Demo data: nobody pulled that.
    """
    today = timezone.now().date()
    rows = [
        DailyCount(
            repository=repository,
            day=today - timedelta(days=ago),
            pulls=_invented_pulls(repository.name, ago),
            pushes=1 if ago % 13 == 5 else 0,
        )
        for name in (ALMANAC.name, "lantern", "oskar/netcheck")
        for repository in live(name)
        if not DailyCount.objects.filter(repository=repository, day__lt=today).exists()
        for ago in range(1, _DAYS)
    ]
    for row in DailyCount.objects.bulk_create(rows):
        Repository.objects.filter(pk=row.repository_id).update(
            pull_count=F("pull_count") + row.pulls
        )
    return bool(rows)


def _invented_pulls(name: str, ago: int) -> int:
    noise = random.Random(f"{name} {ago}").randint(0, 9)  # noqa: S311 - no secret
    weekday = (ago % 7) not in {1, 2}
    return (12 if weekday else 3) + noise + (_DAYS - ago) // 4


def _person(username: str) -> Principal:
    return Principal(User.objects.get(username=username))
