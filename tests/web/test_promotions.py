"""Pages of promotions: asking with a preview, answering, and who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Visibility
from index import promotions
from index.models import Manifest, Promotion, PromotionState, Registry, Repository, Tag
from index.registry_client import RegistryClient
from index.roles import Role
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import make_grant, make_registry, make_repository
from tests.index.pushing import Pusher

ASK = "/r/acme/app/-/promote"
CHOICE = {"image": "latest", "target": "acme/rel", "target_tag": "1.0"}


@pytest.fixture
def target(world: World) -> Repository:
    """acme/rel, in a registry that takes promotions alone; mila may write there."""
    registry = make_registry("vault")
    registry.writers = "promotion"
    registry.stage = "release"
    registry.save()
    made = make_repository("acme/rel")
    made.registry = registry
    made.save()
    make_grant(made, world.mia, Role.WRITER)
    return made


@pytest.fixture
def digest(world: World, target: Repository) -> str:
    """What acme/app:latest points to, as far as we know."""
    row = Manifest.objects.create(repository=world.app, digest="sha256:" + "a" * 64)
    Tag.objects.create(repository=world.app, name="latest", manifest=row, pushed_at=timezone.now())
    return row.digest


@pytest.fixture
def east(world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    """The registry of acme/app runs."""
    with running_registry(tmp_path, world.east) as lone:
        yield lone


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_tag_leads_to_its_promotion(world: World, digest: str) -> None:
    page = as_(world.mia).get("/r/acme/app/-/tags").content.decode()
    assert f'href="{ASK}?image=latest"' in page
    assert ASK not in as_(world.rita).get("/r/acme/app/-/tags").content.decode()


def test_the_preview_says_what_comes(world: World, target: Repository, east: LoneRegistry) -> None:
    pusher = Pusher(RegistryClient(world.east, "acme/app"))
    digest = pusher.index(pusher.image(b"a" * 2_000_000), tag="latest")
    pusher.signature(digest, b"signed")
    row = Manifest.objects.create(repository=world.app, digest=digest)
    Tag.objects.create(repository=world.app, name="latest", manifest=row, pushed_at=timezone.now())
    page = as_(world.mia).get(ASK, CHOICE).content.decode()
    assert "an index over 1 manifest" in page
    assert "1 signature, SBOM or attestation" in page
    assert "2 MB</bdi> copied from registry to registry" in page
    assert "not needed" in page
    target.registry = world.east
    target.save()
    Registry.objects.update(needs_approval=True, stage="")
    page = as_(world.mia).get(ASK, CHOICE).content.decode()
    assert "2 MB</bdi> mounted" in page
    assert "an admin of acme/rel other than you" in page


def test_a_silent_registry_leaves_the_question_open(world: World, digest: str) -> None:
    page = as_(world.mia).get(ASK, CHOICE).content.decode()
    assert "What it is made of cannot be read now" in page
    assert 'method="post"' in page


def test_asking_leads_to_the_promotion(world: World, digest: str) -> None:
    answer = as_(world.mia).post(ASK, {**CHOICE, "digest": digest, "reason": "because"})
    [promotion] = Promotion.objects.all()
    assert answer["Location"] == f"/r/acme/rel/-/promotions/{promotion.pk}"
    assert (promotion.digest, promotion.source_tag) == (digest, "latest")
    page = as_(world.mia).get(answer["Location"]).content.decode()
    assert "because" in page
    assert "by mila" in page


def test_a_target_that_is_not_offered_can_be_typed(
    world: World, digest: str, target: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotions, "_MOST_TARGETS", 0)
    mila = as_(world.mia)
    assert target.name not in mila.get(ASK).content.decode()
    assert mila.post(ASK, CHOICE).status_code == 302


def test_the_digest_that_was_previewed_counts(world: World, digest: str) -> None:
    newer = Manifest.objects.create(repository=world.app, digest="sha256:" + "b" * 64)
    Tag.objects.update(manifest=newer)
    as_(world.mia).post(ASK, {**CHOICE, "digest": digest})
    assert Promotion.objects.get().digest == digest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "acme/none"}, "There is no repository acme/none, or you may not see it."),
        ({"target": "alice/priv"}, "There is no repository alice/priv, or you may not see it."),
        ({"target": "alice/pub"}, "may not promote into alice/pub"),
        ({"target": "Bad Name"}, "A repository name is lowercase letters"),
        ({"target": "acme/app"}, "cannot be promoted into itself"),
        ({"image": "nothing"}, "has no tag"),
        ({"image": "sha256:" + "f" * 64}, "has no image"),
        ({"target_tag": "no tag"}, "A tag is up to 128 letters"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    world: World, digest: str, change: dict[str, str], words: str
) -> None:
    for method in ("get", "post"):
        page = getattr(as_(world.mia), method)(ASK, CHOICE | change).content.decode()
        assert words in page.replace("&#x27;", "'")
        assert "<title>Error: " in page
    assert not Promotion.objects.exists()


def test_without_a_log_in_nobody_asks(world: World, digest: str) -> None:
    Repository.objects.update(visibility=Visibility.PUBLIC)
    assert Client().post(ASK, CHOICE).status_code == 302
    assert not Promotion.objects.exists()


@pytest.fixture
def waiting(world: World, digest: str, target: Repository) -> Promotion:
    """Mila asked, and somebody else has to agree."""
    Registry.objects.filter(name="vault").update(needs_approval=True)
    as_(world.mia).post(ASK, CHOICE)
    return Promotion.objects.get()


def test_an_admin_sees_the_question_and_answers(world: World, waiting: Promotion) -> None:
    address = f"/r/acme/rel/-/promotions/{waiting.pk}"
    assert f'action="{address}/approve"' in as_(world.olga).get(address).content.decode()
    as_(world.olga).post(f"{address}/approve", {"note": "fine"})
    waiting.refresh_from_db()
    assert (waiting.decided_by, waiting.decision_note) == (world.olga, "fine")
    assert "Answered" in as_(world.mia).get(address).content.decode()


def test_who_asked_sees_that_it_waits_and_cannot_answer(world: World, waiting: Promotion) -> None:
    address = f"/r/acme/rel/-/promotions/{waiting.pk}"
    page = as_(world.mia).get(address).content.decode()
    assert "other than you have been told" in page
    assert "/approve" not in page
    said = as_(world.mia).post(f"{address}/approve", follow=True).content.decode()
    assert "Only admins of acme/rel approve" in said
    waiting.refresh_from_db()
    assert waiting.state == PromotionState.WAITING


@pytest.mark.parametrize("step", ["approve", "refuse", "retry", "drop"])
def test_by_address_alone_nothing_changes(world: World, waiting: Promotion, step: str) -> None:
    address = f"/r/acme/rel/-/promotions/{waiting.pk}/{step}"
    assert as_(world.olga).get(address).status_code == 405
    assert as_(world.bob).post(address).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == PromotionState.WAITING


def test_both_repositories_list_it_to_those_who_may_push(world: World, waiting: Promotion) -> None:
    for name in ("acme/app", "acme/rel"):
        assert "acme/rel:1.0" in as_(world.mia).get(f"/r/{name}/-/promotions").content.decode()
    assert as_(world.rita).get("/r/acme/app/-/promotions").status_code == 403
    assert as_(world.bob).get("/r/acme/app/-/promotions").status_code == 404
    one = f"/r/acme/app/-/promotions/{waiting.pk}"
    assert as_(world.mia).get(one).status_code == 200
    assert as_(world.rita).get(one).status_code == 403


def test_a_promotion_of_others_is_not_found_under_ones_own(
    world: World, waiting: Promotion
) -> None:
    assert as_(world.alice).get(f"/r/alice/pub/-/promotions/{waiting.pk}").status_code == 404


def test_a_dropped_one_says_so(world: World, waiting: Promotion) -> None:
    address = f"/r/acme/rel/-/promotions/{waiting.pk}"
    page = as_(world.mia).post(f"{address}/drop", follow=True).content.decode()
    assert "Dropped." in page
    assert "/drop" not in page


def test_a_tag_says_where_it_was_promoted_from(
    world: World, target: Repository, digest: str
) -> None:
    row = Manifest.objects.create(repository=target, digest=digest)
    Tag.objects.create(repository=target, name="1.0", manifest=row, pushed_at=timezone.now())
    as_(world.mia).post(ASK, CHOICE | {"target_tag": "2.0"})
    Promotion.objects.update(state="done", target_tag="1.0", finished_at=timezone.now())
    address = "/r/acme/rel/-/manifests/1.0"
    assert "from acme/app:latest" in as_(world.mia).get(address).content.decode()
    target.visibility = Visibility.PUBLIC
    target.save()
    page = as_(world.bob).get(address).content.decode()
    assert "from a repository that you may not see" in page
    assert "acme/app" not in page


@pytest.mark.parametrize("path", ["", "/-/tags"])
def test_who_may_push_finds_promotions_beside_every_page(world: World, path: str) -> None:
    for name, is_shown in (("olga", True), ("mia", True), ("rita", False)):
        page = as_(getattr(world, name)).get(f"/r/acme/app{path}").content.decode()
        assert ("/r/acme/app/-/promotions" in page) is is_shown, name
