"""Retention: what any limit keeps stays, immutable tags stay, and nothing goes before a dry run was seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Namespace
from accounts.principals import Principal
from index.errors import DeletionRefused, Denied, PatternRefused
from index.flows.change_repository import change_immutable_tags, change_mode
from index.flows.retention_rules import (
    add_retention_rule,
    apply_retention_rules,
    delete_retention_rule,
    dry_run,
    due_for_retention,
)
from index.models import Manifest, RepositoryMode, RetentionRule, Tag, TagDeletion
from index.retention import Limits, fates
from tests.conftest import World
from tests.factories import make_digest


@pytest.fixture
def old(world: World) -> World:
    """acme/app with v1 to v5, pushed one to five days ago, v5 pulled an hour ago."""
    push(world, {f"v{number}": number for number in range(1, 6)})
    Tag.objects.filter(name="v5").update(last_pulled_at=timezone.now() - timedelta(hours=1))
    return world


def push(world: World, days: dict[str, float]) -> None:
    """Push tags so many days ago, each with an image of its own."""
    manifests = Manifest.objects.bulk_create(
        Manifest(repository=world.app, digest=make_digest(name)) for name in days
    )
    Tag.objects.bulk_create(
        Tag(
            repository=world.app,
            name=name,
            manifest=manifest,
            pushed_at=timezone.now() - timedelta(days=ago),
        )
        for (name, ago), manifest in zip(days.items(), manifests, strict=True)
    )


def going(world: World, *rules: Limits) -> list[str]:
    """Return the tags that would go."""
    return sorted(fate.tag for fate in fates(world.app, list(rules)) if fate.goes_by)


@pytest.mark.parametrize(
    ("limits", "gone"),
    [
        (Limits("v*", newest=2), ["v3", "v4", "v5"]),
        (Limits("v*", pushed_days=3), ["v3", "v4", "v5"]),
        (Limits("v*", pulled_days=2), ["v2", "v3", "v4"]),
        (Limits("v*", newest=1, pulled_days=1), ["v2", "v3", "v4"]),
        (Limits("v*", newest=2, pushed_days=4), ["v4", "v5"]),
        (Limits("x*", newest=1), []),
        (Limits("v5", pushed_days=1), ["v5"]),
    ],
)
def test_a_rule_keeps_what_any_limit_keeps(old: World, limits: Limits, gone: list[str]) -> None:
    assert going(old, limits) == gone


def test_a_tag_goes_only_if_no_rule_keeps_it(old: World) -> None:
    assert going(old, Limits("v*", newest=1), Limits("v4", newest=1)) == ["v2", "v3", "v5"]


def test_it_is_said_why_a_tag_stays(old: World) -> None:
    change_immutable_tags(old.app, by=Principal(old.olga), patterns=["v4"])
    old.app.refresh_from_db()
    rule = Limits("v*", newest=1, pulled_days=1)
    why = {fate.tag: fate.why for fate in fates(old.app, [rule]) if not fate.goes_by}
    assert why == {
        "v1": "the newest of v*",
        "v4": "immutable (v4)",
        "v5": "pulled or pushed in the last day",
    }


@pytest.mark.parametrize(
    "limits", [Limits("v*"), Limits("v*", newest=0), Limits("*", pushed_days=-1)]
)
def test_a_rule_needs_a_limit_that_keeps_something(old: World, limits: Limits) -> None:
    with pytest.raises(DeletionRefused):
        dry_run(old.app, limits, by=Principal(old.olga))


def test_a_pattern_that_is_none_is_refused(old: World) -> None:
    with pytest.raises(PatternRefused):
        dry_run(old.app, Limits("**", newest=1), by=Principal(old.olga))


def add(world: World, limits: Limits, **other: Any) -> RetentionRule:
    """Let olga run a rule dry and save it."""
    by = Principal(world.olga)
    _, seen = dry_run(world.app, limits, by=by)
    return add_retention_rule(world.app, limits, by=by, **{"seen": seen, **other})


def test_nothing_is_kept_that_was_not_seen_dry(old: World) -> None:
    limits = Limits("v*", newest=2)
    with pytest.raises(DeletionRefused, match="do a dry run"):
        add(old, limits, seen="")
    _, seen = dry_run(old.app, Limits("v*", newest=3), by=Principal(old.olga))
    with pytest.raises(DeletionRefused, match="another one"):
        add(old, limits, seen=seen)
    _, seen = dry_run(old.public, limits, by=Principal(old.alice))
    with pytest.raises(DeletionRefused, match="another one"):
        add(old, limits, seen=seen)
    assert not RetentionRule.objects.exists()


def test_a_dry_run_is_seen_for_an_hour(old: World) -> None:
    limits = Limits("v*", newest=2)
    _, seen = dry_run(old.app, limits, by=Principal(old.olga))
    with time_machine.travel(timezone.now() + timedelta(hours=2)), pytest.raises(DeletionRefused):
        add(old, limits, seen=seen)


def test_a_run_deletes_what_the_dry_run_said_and_says_by_which_rule(old: World) -> None:
    limits = Limits("v*", newest=2)
    said, _ = dry_run(old.app, limits, by=Principal(old.olga))
    rule = add(old, limits)
    assert due_for_retention() == [old.app.pk]
    made = apply_retention_rules(old.app.pk)
    assert {one.tag for one in made} == {fate.tag for fate in said if fate.goes_by}
    assert set(TagDeletion.objects.values_list("rule", "requested_by_name")) == {
        (rule.pk, "retention rule v*")
    }
    assert due_for_retention() == []
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert due_for_retention() == [old.app.pk]


def test_rules_rest_in_what_is_archived(old: World) -> None:
    add(old, Limits("v*", newest=2))
    change_mode(old.app, by=Principal(old.olga), mode=RepositoryMode.ARCHIVED)
    assert apply_retention_rules(old.app.pk) == []
    assert old.app.tags.count() == 5


def test_rules_rest_in_a_frozen_namespace(old: World) -> None:
    RetentionRule.objects.create(repository=old.app, pattern="v*", keep_newest=1)
    Namespace.objects.filter(name="acme").update(frozen_at=timezone.now())
    assert apply_retention_rules(old.app.pk) == []


def test_a_tag_that_froze_meanwhile_stays(old: World) -> None:
    add(old, Limits("v*", newest=2))
    change_immutable_tags(old.app, by=Principal(old.olga), patterns=["v5"])
    assert {one.tag for one in apply_retention_rules(old.app.pk)} == {"v3", "v4"}


@pytest.mark.parametrize("who", ["mia", "rita", "bob"])
def test_only_admins_make_and_end_rules(old: World, who: str) -> None:
    by = Principal(old.person(who))
    rule = add(old, Limits("v*", newest=2))
    with pytest.raises(Denied):
        dry_run(old.app, Limits("x*", newest=2), by=by)
    with pytest.raises(Denied):
        delete_retention_rule(rule, by=by)


def test_five_thousand_tags_take_a_handful_of_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    push(world, {f"n{number}": number / 100 for number in range(5_000)})
    add(world, Limits("n*", newest=10))
    with django_assert_max_num_queries(250):  # most of them are pieces of one statement
        made = apply_retention_rules(world.app.pk)
    assert len(made) == 4_990
