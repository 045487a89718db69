"""What built a tag, and which repositories are automated."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Visibility
from index.flows.apply_registry_event import apply_event
from index.models import Repository, Tag, TrustedPublisher, WorkloadLogin
from index.registry_events import read_envelope
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_digest, make_envelope, make_event, make_tag
from tokenauth.models import WorkloadSecret
from tokenauth.tasks import prune_workload_logins

GITHUB = "https://token.actions.githubusercontent.com"


@pytest.fixture
def login(world: World) -> WorkloadLogin:
    """A job of acme/web that may push alice/pub."""
    return make_login(world.public)


def make_login(repository: Repository, **fields: Any) -> WorkloadLogin:
    """A log-in of a job."""
    publisher, _ = TrustedPublisher.objects.get_or_create(
        repository=repository, issuer=GITHUB, source_repository="acme/web"
    )
    values: dict[str, Any] = {
        "publisher": publisher,
        "token_id": make_digest(str(WorkloadLogin.objects.count()))[7:],
        "source_url": "https://github.com/acme/web",
        "revision": "abc1234" + "0" * 33,
        "workflow": "release.yml",
        "ref": "refs/heads/main",
        "run_url": "https://github.com/acme/web/actions/runs/42",
        "expires_at": timezone.now() + timedelta(minutes=20),
    }
    return WorkloadLogin.objects.create(**values | fields)


def push(repository: Repository, tag: str, actor: str, **more: Any) -> None:
    """Let the registry tell of a push."""
    event = make_event(
        "push", repository.name, digest=make_digest(tag + actor), tag=tag, actor=actor, **more
    )
    tell(repository, event)


def tell(repository: Repository, event: dict[str, Any]) -> None:
    """Apply one event."""
    for one in read_envelope(make_envelope(event)):
        apply_event(one, repository.registry)
    repository.refresh_from_db()


def test_a_push_of_a_job_says_what_it_built(world: World, login: WorkloadLogin) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    tag = Tag.objects.get(name="1.0")
    assert (tag.built_by, tag.pushed_by) == (login, None)
    assert world.public.is_automated


def test_a_late_notification_of_a_job_counts_too(world: World, login: WorkloadLogin) -> None:
    at = timezone.now()
    with time_machine.travel(at + timedelta(hours=2)):
        push(world.public, "1.0", f"workload:{login.pk}", timestamp=at.isoformat())
    assert world.public.is_automated


def test_a_push_of_a_person_takes_the_mark_away(world: World, login: WorkloadLogin) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    push(world.public, "1.0", f"user:{world.alice.pk}")
    assert Tag.objects.get(name="1.0").built_by is None
    assert not world.public.is_automated


@pytest.mark.parametrize("actor", ["", "user:1", "robot:1", "workload:999999", "workload:", "x"])
def test_one_tag_of_somebody_else_is_enough(world: World, login: WorkloadLogin, actor: str) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    push(world.public, "2.0", actor)
    assert not world.public.is_automated


def test_the_mark_comes_back_when_the_other_tag_is_gone(world: World, login: WorkloadLogin) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    push(world.public, "2.0", f"user:{world.alice.pk}")
    tell(world.public, make_event("delete", "alice/pub", tag="2.0"))
    assert world.public.is_automated


def test_without_tags_nothing_is_automated(world: World, login: WorkloadLogin) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    tell(world.public, make_event("delete", "alice/pub", tag="1.0"))
    assert not world.public.is_automated


def test_what_was_built_stays_known_when_the_publisher_is_removed(
    world: World, login: WorkloadLogin
) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    TrustedPublisher.objects.all().delete()
    login.refresh_from_db()
    assert login.publisher is None
    assert Tag.objects.get(name="1.0").built_by == login


def test_pages_say_what_a_tag_was_built_from(
    world: World, login: WorkloadLogin, client: Client
) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    for address in ("/r/alice/pub", "/r/alice/pub/-/tags"):
        page = client.get(address).content.decode()
        assert 'href="https://github.com/acme/web" rel="nofollow noopener"' in page
        assert 'href="https://github.com/acme/web/actions/runs/42" rel="nofollow noopener"' in page
        assert "abc1234" in page
        assert "release.yml" in page
        assert "Automated" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"source_url": "http://github.com/acme/web"},
        {"source_url": "javascript:alert(1)//", "run_url": "javascript:alert(1)//x"},
        {"run_url": "https://evil.example/acme/web/1", "source_url": ""},
    ],
)
def test_pages_link_to_https_alone(world: World, client: Client, fields: dict[str, str]) -> None:
    push(world.public, "1.0", f"workload:{make_login(world.public, **fields).pk}")
    page = client.get("/r/alice/pub").content.decode()
    assert "built" in page
    assert 'href="http://github' not in page
    assert 'href="javascript' not in page
    assert "evil.example" not in page


def test_a_run_elsewhere_is_not_linked(world: World, client: Client) -> None:
    login = make_login(world.public, run_url="https://github.com/acme/website/1")
    assert login.run_link == ""


def test_text_of_a_job_is_text(world: World, client: Client) -> None:
    login = make_login(world.public, workflow="<script>alert(1)</script>")
    push(world.public, "1.0", f"workload:{login.pk}")
    assert "<script>alert" not in client.get("/r/alice/pub").content.decode()


def test_docker_search_and_the_search_page_mark_what_is_automated(
    world: World, login: WorkloadLogin, client: Client
) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    apply_changes()
    rows = {row["name"]: row for row in client.get("/v1/search?q=").json()["results"]}
    assert rows["alice/pub"]["is_automated"] is True
    assert rows["alice/pub"]["is_trusted"] is True
    assert rows["base"]["is_automated"] is False


def test_the_search_page_shows_automated_images_alone(
    world: World, login: WorkloadLogin, client: Client
) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    apply_changes()
    everything = client.get("/search?q=").content.decode()
    automated = client.get("/search?q=&is-automated=true", follow=True).content.decode()
    assert 'href="/r/base"' in everything
    assert 'href="/r/base"' not in automated
    assert 'href="/r/alice/pub"' in automated
    assert "1 repository" in automated


def test_the_filter_shows_nobody_more(world: World, login: WorkloadLogin, client: Client) -> None:
    push(world.public, "1.0", f"workload:{login.pk}")
    Repository.objects.filter(name="alice/pub").update(visibility=Visibility.PRIVATE)
    assert (
        "alice/pub"
        not in client.get("/search?q=pub&is-automated=true", follow=True).content.decode()
    )


def test_old_log_ins_go_unless_a_tag_needs_them(world: World, login: WorkloadLogin) -> None:
    old = timezone.now() - timedelta(days=31)
    forgotten, built = (make_login(world.public, expires_at=old) for _ in range(2))
    tag = make_tag(world.public)
    tag.built_by = built
    tag.save()
    prune_workload_logins()
    assert set(WorkloadLogin.objects.all()) == {login, built}
    assert forgotten.pk


def test_ended_secrets_go(world: World, login: WorkloadLogin) -> None:
    for number, minutes in enumerate((-1, 1)):
        WorkloadSecret.objects.create(
            selector=str(number),
            secret_digest="",
            login=make_login(world.public),
            service="index.test",
            expires_at=timezone.now() + timedelta(minutes=minutes),
        )
    prune_workload_logins()
    assert json.dumps(list(WorkloadSecret.objects.values_list("selector", flat=True))) == '["1"]'
