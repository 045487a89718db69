"""Reconciliation against a real registry: differences are reported and accepted, nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Visibility
from accounts.principals import Principal
from index.errors import Denied, PatternRefused, RegistryRefused, RegistryTrouble
from index.flows.accept_differences import accept_waiting
from index.flows.decide_differences import (
    accept,
    add_accept_rule,
    ignore,
    missing_namespaces,
    remove_accept_rule,
)
from index.flows.reconcile import (
    claim,
    continue_reconciliation,
    start_due_reconciliations,
    start_reconciliation,
)
from index.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
    Registry,
    RegistryState,
    Repository,
    RepositoryState,
    TagChange,
    TagDeletion,
    WalkPhase,
)
from index.reconciling.catalog import RegistryCatalog
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import make_digest, make_tag
from tests.index.pushing import Pusher

Row = tuple[str, str, str]


@pytest.fixture
def east(world: World, tmp_path: Path) -> Iterator[Registry]:
    """The registry of the cast, which really runs."""
    with running_registry(tmp_path, world.east):
        yield world.east


@pytest.fixture
def lone(world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    """The same, to be stopped."""
    with running_registry(tmp_path, world.east) as lone:
        yield lone


def pusher(registry: Registry, name: str) -> Pusher:
    return Pusher(RegistryClient(registry, name))


def push(repository: Repository, tag: str, content: str = "") -> str:
    """Push an image that nobody was told of; return its digest."""
    registry = Registry.objects.get(pk=repository.registry_id)
    return pusher(registry, repository.stored_name).image((content or tag).encode(), tag=tag)


def walk(registry: Registry, *, seconds: float = 60) -> Reconciliation:
    """Walk through the registry once."""
    walk = Reconciliation.objects.filter(registry=registry, finished_at=None).first()
    walk = walk or start_reconciliation(registry, by=None)
    continue_reconciliation(walk, seconds=seconds, rest=0)
    return walk


def rows(registry: Registry, state: DifferenceState = DifferenceState.OPEN) -> list[Row]:
    found = registry.differences.filter(state=state).order_by("name", "tag")
    return [(one.kind, one.name, one.tag) for one in found]


def accept_all(world: World) -> None:
    accept(Difference.objects.all(), by=Principal(world.root))
    accept_waiting(seconds=60, rest=0)


def test_where_both_say_the_same_there_is_nothing_to_tell(world: World, east: Registry) -> None:
    push(world.app, "v1")
    first = walk(east)
    accept_all(world)
    again = walk(east)
    assert first.finished_at
    assert again.finished_at
    assert rows(east) == []
    assert (again.repositories_seen, again.tags_seen) == (3, 1)


def test_each_kind_of_difference_is_told(world: World, east: Registry) -> None:
    make_tag(world.app, "gone")
    make_tag(world.app, "moved")
    make_tag(world.private, "lost")
    there = push(world.app, "moved")
    push(world.app, "new")
    pusher(east, "acme/unknown").image(b"x", tag="one")
    walk(east)
    assert set(rows(east)) == {
        (DifferenceKind.MISSING_REPOSITORY, "alice/priv", ""),
        (DifferenceKind.MISSING_TAG, "acme/app", "gone"),
        (DifferenceKind.CHANGED_DIGEST, "acme/app", "moved"),
        (DifferenceKind.UNKNOWN_TAG, "acme/app", "new"),
        (DifferenceKind.UNKNOWN_REPOSITORY, "acme/unknown", ""),
    }
    changed = Difference.objects.get(kind=DifferenceKind.CHANGED_DIGEST)
    assert (changed.digest_there, changed.digest_here) == (there, make_digest("acme/app:moved"))
    assert Difference.objects.get(name="acme/unknown").tag_count == 1


def test_a_walk_changes_nothing_anywhere(world: World, east: Registry) -> None:
    tag = make_tag(world.app, "gone")
    digest = push(world.app, "new")
    walk(east)
    assert list(world.app.tags.all()) == [tag]
    assert RegistryClient(east, "acme/app").digest_of("new") == digest
    assert not Repository.objects.filter(name="acme/unknown").exists()


def test_accepting_makes_the_index_say_what_the_registry_keeps(
    world: World, east: Registry
) -> None:
    make_tag(world.app, "gone")
    make_tag(world.app, "moved")
    make_tag(world.private, "lost")
    digests = {tag: push(world.app, tag) for tag in ("moved", "new")}
    walk(east)
    accept_all(world)
    assert dict(world.app.tags.values_list("name", "manifest__digest")) == digests
    assert not world.private.tags.exists()
    assert set(rows(east, DifferenceState.ACCEPTED)) == {
        (DifferenceKind.MISSING_REPOSITORY, "alice/priv", ""),
        (DifferenceKind.MISSING_TAG, "acme/app", "gone"),
        (DifferenceKind.CHANGED_DIGEST, "acme/app", "moved"),
        (DifferenceKind.UNKNOWN_TAG, "acme/app", "new"),
    }
    history = set(TagChange.objects.values_list("tag", "kind"))
    assert history == {
        ("gone", "deleted"), ("moved", "found"), ("new", "found"), ("lost", "deleted"),
    }  # fmt: skip


def test_an_unknown_repository_is_imported_private_and_where_it_is(
    world: World, east: Registry
) -> None:
    source = pusher(east, "acme/legacy/shop")
    digests = {tag: source.image(tag.encode(), tag=tag) for tag in ("1.0", "2.0")}
    walk(east)
    accept_all(world)
    found = Repository.objects.get(name="acme/legacy/shop")
    assert (found.registry, found.stored_name) == (east, "acme/legacy/shop")
    assert found.visibility == Visibility.PRIVATE
    assert dict(found.tags.values_list("name", "manifest__digest")) == digests
    assert AuditEvent.objects.filter(action="repository:imported", target=found.name).exists()
    walk(east)
    assert rows(east) == []


def test_what_lies_below_library_becomes_an_official_image(world: World, east: Registry) -> None:
    pusher(east, "library/ubuntu").image(b"x", tag="24.04")
    walk(east)
    accept_all(world)
    found = Repository.objects.get(name="ubuntu")
    assert (found.stored_name, found.is_official) == ("library/ubuntu", True)


def test_nothing_is_imported_into_an_organization_that_has_ended(
    world: World, east: Registry
) -> None:
    pusher(east, "acme/late").image(b"x", tag="1.0")
    world.acme.deleted_at = timezone.now()
    world.acme.save()
    walk(east)
    accept_all(world)
    assert not Repository.objects.filter(name="acme/late").exists()
    assert "deleted" in Difference.objects.get(name="acme/late").problem


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nobody/app", "there is no namespace nobody: create an organization of that name first"),
        ("a/b/c/d/e/f/g", "a repository name has at most 5 parts"),
        ("acme/twin", "acme/twin"),
    ],
)
def test_what_cannot_be_accepted_says_why_and_stays_open(
    world: World, east: Registry, name: str, problem: str
) -> None:
    pusher(east, name).image(b"x", tag="one")
    walk(east)
    if name == "acme/twin":
        Repository.objects.filter(pk=world.app.pk).update(name=name, registry=world.west)
    accept_all(world)
    difference = Difference.objects.get(kind=DifferenceKind.UNKNOWN_REPOSITORY)
    assert difference.state == DifferenceState.OPEN
    assert problem in difference.problem


def test_namespaces_that_are_missing_are_listed(world: World, east: Registry) -> None:
    for name in ("nobody/app", "nobody/web", "other/app", "acme/new", "library/ubuntu"):
        pusher(east, name).image(b"x", tag="one")
    walk(east)
    assert missing_namespaces(east) == ["nobody", "other"]


def test_a_rule_accepts_by_itself_what_matches(world: World, east: Registry) -> None:
    for name in ("acme/one", "alice/one"):
        pusher(east, name).image(b"x", tag="one")
    kind = DifferenceKind.UNKNOWN_REPOSITORY
    rule = add_accept_rule(east, kind=kind, pattern="acme/*", by=Principal(world.root))
    walk(east)
    accept_waiting(seconds=60, rest=0)
    assert Repository.objects.filter(name="acme/one", created_by=world.root).exists()
    assert rows(east) == [(kind, "alice/one", "")]
    remove_accept_rule(rule, by=Principal(world.root))
    pusher(east, "acme/two").image(b"x", tag="one")
    walk(east)
    assert (kind, "acme/two", "") in rows(east)


@pytest.mark.parametrize("pattern", ["", "acme/**", "Acme/*", "*/app", "acme/"])
def test_a_rule_needs_a_pattern_that_names_something(
    world: World, east: Registry, pattern: str
) -> None:
    with pytest.raises(PatternRefused):
        add_accept_rule(
            east, kind=DifferenceKind.UNKNOWN_TAG, pattern=pattern, by=Principal(world.root)
        )


def test_what_is_ignored_stays_so_until_it_changes(world: World, east: Registry) -> None:
    push(world.app, "new")
    walk(east)
    ignore(Difference.objects.all(), by=Principal(world.root))
    walk(east)
    assert rows(east) == []
    push(world.app, "new", "other content")
    walk(east)
    assert rows(east) == [(DifferenceKind.UNKNOWN_TAG, "acme/app", "new")]


def test_what_is_no_longer_different_is_gone(world: World, east: Registry) -> None:
    make_tag(world.app, "late")
    pusher(east, "acme/unknown").image(b"x", tag="one")
    walk(east)
    world.app.tags.all().delete()
    Difference.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    client = RegistryClient(east, "acme/unknown")
    client.delete_manifest(str(client.digest_of("one")))
    walk(east)
    assert rows(east) == []
    assert len(rows(east, DifferenceState.GONE)) == 2


def test_nothing_is_unknown_that_is_on_its_way_out_or_a_probe(world: World, east: Registry) -> None:
    push(world.app, "one")
    pusher(east, "waybill-probe").image(b"x", tag="one")
    Repository.objects.filter(pk=world.app.pk).update(state=RepositoryState.TRASHED)
    walk(east)
    assert rows(east) == []


def test_a_tag_that_is_being_taken_off_is_no_difference(world: World, east: Registry) -> None:
    digest = push(world.app, "going")
    push(world.app, "other")
    TagDeletion.objects.create(
        repository=world.app, tag="going", digest=digest, purge_after=timezone.now()
    )
    walk(east)
    assert rows(east) == [(DifferenceKind.UNKNOWN_TAG, "acme/app", "other")]


def test_a_tag_that_is_taken_off_and_was_pushed_again_is_compared(
    world: World, east: Registry
) -> None:
    make_tag(world.app, "going")
    push(world.app, "going")
    pushed = push(world.app, "pushed")
    for tag in ("going", "pushed"):  # this one at the registry alone: its event is not here yet
        TagDeletion.objects.create(
            repository=world.app, tag=tag, digest=make_digest(tag), purge_after=timezone.now()
        )
    walk(east)
    assert set(rows(east)) == {
        (DifferenceKind.CHANGED_DIGEST, "acme/app", "going"),
        (DifferenceKind.UNKNOWN_TAG, "acme/app", "pushed"),
    }
    assert Difference.objects.get(tag="pushed").digest_there == pushed


def test_leftover_folders_of_deleted_repositories_are_nothing(world: World, east: Registry) -> None:
    digest = pusher(east, "acme/was-here").image(b"x", tag="one")
    RegistryClient(east, "acme/was-here").delete_manifest(digest)
    walk(east)
    assert "acme/was-here" in RegistryCatalog(east, "").page("").names
    assert rows(east) == []


def test_a_walk_goes_on_where_it_was_killed(world: World, east: Registry) -> None:
    for number in range(4):
        pusher(east, f"acme/new{number}").image(b"x", tag="one")
        push(world.app, f"v{number}")
    steps = 0
    begun = start_reconciliation(east, by=None)
    while begun.finished_at is None:  # each step with nothing but what is in the database
        begun = Reconciliation.objects.select_related("registry").get(pk=begun.pk)
        continue_reconciliation(begun, seconds=0.000001, rest=0)
        steps += 1
        if steps > 20:
            begun.next_attempt_at = timezone.now()
            continue_reconciliation(begun, seconds=60, rest=0)
    assert len(rows(east)) == 8


def test_a_registry_in_trouble_is_asked_more_and_more_rarely(
    world: World, lone: LoneRegistry
) -> None:
    pusher(world.east, "acme/new").image(b"x", tag="one")
    begun = start_reconciliation(world.east, by=None)
    lone.stop()
    for attempt in range(1, 4):
        continue_reconciliation(begun, rest=0)
        assert begun.attempts == attempt
        assert begun.next_attempt_at > timezone.now() + timedelta(seconds=4 * 2 ** (attempt - 1))
    assert "registry east" in begun.last_problem
    assert claim(begun.pk) is None
    lone.start()
    continue_reconciliation(begun, rest=0)
    assert begun.finished_at
    assert begun.last_problem == ""
    assert rows(world.east) == [(DifferenceKind.UNKNOWN_REPOSITORY, "acme/new", "")]


def test_accepting_waits_for_a_registry_in_trouble_and_changes_nothing(
    world: World, lone: LoneRegistry
) -> None:
    make_tag(world.app, "gone")
    push(world.app, "new")
    walk(world.east)
    lone.stop()
    accept_all(world)
    assert set(world.app.tags.values_list("name", flat=True)) == {"gone"}
    assert {one.state for one in Difference.objects.all()} == {DifferenceState.OPEN}
    assert "registry east" in Difference.objects.first().problem  # type: ignore[union-attr]


def test_a_push_since_the_walk_is_not_undone_by_accepting(world: World, east: Registry) -> None:
    push(world.app, "v1")
    walk(east)
    later = push(world.app, "v1", "later")
    tag = make_tag(world.app, "v1")
    tag.manifest.digest = later
    tag.manifest.save()
    tag.pushed_at = timezone.now() + timedelta(minutes=1)
    tag.save()
    accept_all(world)
    tag.refresh_from_db()
    assert tag.manifest.digest == later


def test_accepting_brings_no_tag_back_that_is_being_deleted(world: World, east: Registry) -> None:
    digest = push(world.app, "going")
    walk(east)
    TagDeletion.objects.create(
        repository=world.app, tag="going", digest=digest, purge_after=timezone.now()
    )
    accept_all(world)
    assert not world.app.tags.exists()


def test_of_what_moves_away_while_it_is_asked_nothing_is_accepted(
    world: World, east: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(world.app, "v1")
    walk(east)
    real = RegistryClient.digest_of

    def ask_and_move(self: RegistryClient, tag: str) -> str | None:
        Repository.objects.filter(pk=world.app.pk).update(registry=world.west)
        return real(self, tag)

    monkeypatch.setattr(RegistryClient, "digest_of", ask_and_move)
    accept_all(world)
    assert not world.app.tags.exists()
    assert "no longer keeps" in Difference.objects.get().problem


def test_one_walk_at_a_time(world: World, east: Registry) -> None:
    begun = start_reconciliation(east, by=Principal(world.root))
    with pytest.raises(RegistryRefused, match="being reconciled already"):
        start_reconciliation(east, by=Principal(world.root))
    assert claim(begun.pk) is not None
    assert claim(begun.pk) is None


def test_walks_begin_by_themselves_when_it_is_time(world: World) -> None:
    Registry.objects.update(created_at=timezone.now() - timedelta(days=2))
    Registry.objects.filter(pk=world.west.pk).update(state=RegistryState.RETIRED)
    start_due_reconciliations()
    start_due_reconciliations()
    assert [one.registry for one in Reconciliation.objects.all()] == [world.east]
    with pytest.raises(RegistryRefused, match="retired"):
        start_reconciliation(Registry.objects.get(pk=world.west.pk), by=None)


def test_only_administrators_reconcile(world: World, east: Registry) -> None:
    olga = Principal(world.olga)
    with pytest.raises(Denied):
        start_reconciliation(east, by=olga)
    with pytest.raises(Denied):
        accept(Difference.objects.all(), by=olga)
    with pytest.raises(Denied):
        ignore(Difference.objects.all(), by=olga)
    with pytest.raises(Denied):
        add_accept_rule(east, kind=DifferenceKind.UNKNOWN_TAG, pattern="*", by=olga)


def test_the_catalog_is_read_page_by_page(
    world: World, east: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["acme/a", "acme/a-b", "acme/a/b", "acme/b", "zoo"]
    for name in names:
        pusher(east, name).image(b"x", tag="one")
    monkeypatch.setattr("index.reconciling.catalog._PAGE", 2)
    catalog, found, after = RegistryCatalog(east, ""), [], ""
    while True:
        page = catalog.page(after)
        found += page.names
        after = page.next_after
        if not after:
            break
    assert sorted(found) == names
    begun = walk(east)
    assert begun.phase == WalkPhase.REPOSITORIES
    assert len(rows(east)) == 5


def test_a_registry_that_does_not_answer_is_trouble(world: World) -> None:
    world.east.upstream_url = "http://127.0.0.1:1"
    with pytest.raises(RegistryTrouble):
        RegistryCatalog(world.east, "").page("")
