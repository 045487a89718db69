"""Rules that delete tags by themselves: kept after a dry run was seen, run once a day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index.errors import DeletionRefused, Denied
from index.flows.delete_tags import MOST_AT_ONCE, delete_by_rule
from index.models import Repository, RepositoryState, RetentionRule, TagDeletion
from index.policy import allowed_actions
from index.retention import MOST_RULES, Fate, Limits, fates, limits_of, resting
from index.tag_trash import check_may_delete

_SALT = "retention rule"
_SEEN_FOR = timedelta(hours=1)
_EVERY = timedelta(hours=23)


def dry_run(repository: Repository, limits: Limits, *, by: Principal) -> tuple[list[Fate], str]:
    """Return what the rule would do beside those that are there, and the proof that it was seen.

    Raises Denied, PatternRefused and DeletionRefused.
    """
    _check(repository, by)
    limits.check()
    others = [limits_of(rule) for rule in repository.retention_rules.all()]
    if any(other.pattern == limits.pattern for other in others):
        message = _("there is a rule for %(pattern)s already: delete it first") % {
            "pattern": limits.pattern
        }
        raise DeletionRefused(message)
    found = fates(repository, [limits, *others])
    return found, signing.dumps(_contents(repository, limits), salt=_SALT)


def add_retention_rule(
    repository: Repository, limits: Limits, *, by: Principal, seen: str
) -> RetentionRule:
    """Keep a rule whose dry run was seen within the hour; it runs within a day."""
    _check(repository, by)
    limits.check()
    _check_seen(repository, limits, seen)
    try:
        with transaction.atomic():
            Repository.objects.locked().get(pk=repository.pk)
            if repository.retention_rules.count() >= MOST_RULES:
                message = _("a repository has at most %(most_rules)s rules") % {
                    "most_rules": MOST_RULES
                }
                raise DeletionRefused(message)
            rule = RetentionRule.objects.create(
                repository=repository,
                pattern=limits.pattern,
                keep_newest=limits.newest,
                keep_pushed_days=limits.pushed_days,
                keep_pulled_days=limits.pulled_days,
                created_by=by.user,
            )
            _record(AuditAction.RETENTION_RULE_ADDED, repository, limits, by=by)
            return rule
    except IntegrityError as error:
        message = _("there is a rule for %(pattern)s already: delete it first") % {
            "pattern": limits.pattern
        }
        raise DeletionRefused(message) from error


def delete_retention_rule(rule: RetentionRule, *, by: Principal) -> None:
    """End a rule; what it deleted stays in the trash as long as anything."""
    _check(rule.repository, by)
    with transaction.atomic():
        _record(AuditAction.RETENTION_RULE_DELETED, rule.repository, limits_of(rule), by=by)
        rule.delete()


def due_for_retention() -> list[int]:
    """Return the repositories whose rules were not run today."""
    late = timezone.now() - _EVERY
    rules = RetentionRule.objects.filter(repository__state=RepositoryState.ACTIVE)
    due = rules.filter(last_run_at=None) | rules.filter(last_run_at__lt=late)
    return list(dict.fromkeys(due.order_by("last_run_at").values_list("repository_id", flat=True)))


def apply_retention_rules(repository_id: int) -> list[TagDeletion]:
    """Run the rules of a repository once, together."""
    repository = Repository.objects.select_related("registry", "namespace").get(pk=repository_id)
    rules = {limits_of(rule): rule for rule in repository.retention_rules.all()}
    made: list[TagDeletion] = []
    if rules and not resting(repository, repository.registry):
        going = [fate for fate in fates(repository, list(rules)) if fate.goes_by]
        for limits, rule in rules.items():
            wanted = {fate.tag: fate.digest for fate in going if fate.goes_by == limits}
            chunk = dict(list(wanted.items())[:MOST_AT_ONCE])
            made += delete_by_rule(repository, chunk, rule=rule) if chunk else []
    now = timezone.now()
    RetentionRule.objects.filter(pk__in=[rule.pk for rule in rules.values()]).update(
        last_run_at=now
    )
    return made


def _check(repository: Repository, by: Principal) -> None:
    if not allowed_actions(by, repository).may_administer:
        message = _("'%(name)s' may not change %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
    check_may_delete(repository, by)


def _check_seen(repository: Repository, limits: Limits, seen: str) -> None:
    try:
        contents = signing.loads(seen, salt=_SALT, max_age=_SEEN_FOR)
    except signing.BadSignature as error:
        message = _("see first what the rule would delete: do a dry run, then save it")
        raise DeletionRefused(message) from error
    if contents != _contents(repository, limits):
        message = _("the rule has changed since its dry run: do another one")
        raise DeletionRefused(message)


def _contents(repository: Repository, limits: Limits) -> dict[str, Any]:
    return {"repository": repository.pk, **asdict(limits)}


def _record(action: AuditAction, repository: Repository, limits: Limits, *, by: Principal) -> None:
    record(
        action,
        by=by,
        namespace=repository.namespace,
        target=repository.name,
        rule=limits.words,
    )
