"""The feed of activities: who reads of what, page by page, and quick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Visibility
from accounts.principals import Principal
from index.activity import make, note, note_renames
from index.activity_feed import PAGE_SIZE, feed, feed_of, followed_by, kinds_for
from index.flows.change_repository import change_mode, change_visibility, describe_repository
from index.flows.create_repository import create_repository
from index.flows.mail_watchers import Line
from index.flows.rename_namespace import rename_organization
from index.models import (
    Activity,
    ActivityKind,
    Repository,
    RepositoryMode,
    Star,
    Watch,
)
from index.names import parse_repository_name
from tests.conftest import World
from tests.factories import make_repository


def push(repository: Repository, tag: str, **details: Any) -> Activity:
    """Something that happened."""
    return note(ActivityKind.PUSHED, repository, tag=tag, **details)


def words(client: Client, path: str) -> str:
    """The page."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_flows_tell_what_happened(world: World) -> None:
    by = Principal(world.olga)
    made = create_repository(parse_repository_name("acme/new"), by=by)
    describe_repository(made, by=by, description="words", readme="")
    change_mode(made, by=by, mode=RepositoryMode.READ_ONLY)
    change_visibility(made, by=by, visibility=Visibility.PUBLIC)
    rename_organization(world.acme, to="acne", by=by)
    told = Activity.objects.filter(repository=made).order_by("pk")
    assert list(told.values_list("kind", flat=True)) == [
        ActivityKind.CREATED,
        ActivityKind.CHANGED,
        ActivityKind.CHANGED,
        ActivityKind.VISIBILITY,
        ActivityKind.RENAMED,
    ]
    last = told.last()
    assert last
    assert last.details == {"old_name": "acme/new"}
    assert last.actor_name == "olga"


def test_a_refused_change_tells_nothing(world: World) -> None:
    with pytest.raises(Exception, match="may not"):
        change_mode(world.app, by=Principal(world.rita), mode=RepositoryMode.ARCHIVED)
    assert not Activity.objects.exists()


def test_one_reads_of_what_one_watches_stars_or_has_a_part_in(world: World, client: Client) -> None:
    other = make_repository("olga/other", visibility=Visibility.PUBLIC)
    starred = make_repository("olga/starred", visibility=Visibility.PUBLIC)
    for repository in (world.app, world.public, world.private, other, starred):
        push(repository, f"of-{repository.pk}")
    Watch.objects.create(repository=world.public, user=world.rita)
    Star.objects.create(repository=starred, user=world.rita)
    client.force_login(world.rita)
    page = words(client, "/activity")
    seen = {one for one in (world.app, world.public, world.private, other, starred)
            if f"of-{one.pk}<" in page.replace("<wbr>", "")}  # fmt: skip
    assert seen == {world.app, world.public, starred}
    rows = client.get("/api/v1/user/activity").json()["results"]
    assert {row["repository"] for row in rows} == {one.name for one in seen}


def test_what_one_may_not_see_any_more_is_told_no_more(world: World) -> None:
    Watch.objects.create(repository=world.app, user=world.rita)
    Star.objects.create(repository=world.app, user=world.rita)
    push(world.app, "1")
    mine = followed_by(Principal(world.rita))
    assert feed(mine, kinds=kinds_for("")).activities
    Membership.objects.filter(user=world.rita).delete()
    assert not feed(followed_by(Principal(world.rita)), kinds=kinds_for("")).activities


@pytest.mark.parametrize("name", ["anonymous", "bob"])
def test_what_happens_in_private_changes_no_byte_for_strangers(
    world: World, client: Client, name: str
) -> None:
    """Case 23."""
    if person := world.person(name):
        client.force_login(person)
    push(world.public, "1")
    paths = (
        "/o/acme/-/activity", "/r/alice/pub/-/activity", "/r/alice/pub/-/activity.atom",
        "/api/v1/namespaces/acme/activity", "/api/v1/namespaces/alice/activity",
        "/api/v1/repositories/alice/pub/-/activity",
    )  # fmt: skip
    before = [client.get(path).content for path in paths]
    for number in range(PAGE_SIZE + 1):
        push(world.app, f"secret-{number}")
        push(world.private, f"secret-{number}")
    note(ActivityKind.SECRET_FOUND, world.public, kinds=["aws"])
    after = [client.get(path).content for path in paths]
    assert [_unmasked(one) for one in after] == [_unmasked(one) for one in before]
    assert client.get("/r/acme/app/-/activity").status_code == 404
    assert client.get("/r/acme/nope/-/activity").status_code == 404
    assert client.get("/api/v1/repositories/acme/app/-/activity").status_code == 404


def _unmasked(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrf" not in line]


def test_secrets_are_told_to_admins_alone(world: World) -> None:
    note(ActivityKind.SECRET_FOUND, world.app, kinds=["aws"], number=1)
    for person, sees in ((world.olga, True), (world.mia, False), (world.rita, False)):
        client = Client()
        client.force_login(person)
        for path in ("/r/acme/app/-/activity", "/api/v1/repositories/acme/app/-/activity"):
            found = "holds a secret" in words(client, path)
            assert found is sees
            asked = "holds a secret" in words(client, f"{path}?kind=secret.found")
            assert asked is sees


def test_pages_follow_each_other_without_gap_or_repetition(world: World, client: Client) -> None:
    client.force_login(world.olga)
    second = make_repository("acme/second")
    at = timezone.now()
    news = [
        make(ActivityKind.PUSHED, (world.app, second)[number % 2], tag=str(number),
             at=at - timedelta(seconds=number // 4))
        for number in range(3 * PAGE_SIZE)
    ]  # fmt: skip
    Activity.objects.bulk_create(news)
    for path in ("/api/v1/user/activity", "/api/v1/namespaces/acme/activity"):
        seen: list[int] = []
        address = path
        while address:
            page = client.get(address).json()
            seen += [row["id"] for row in page["results"]]
            address = page["next"]
        expected = Activity.objects.order_by("-at", "-pk").values_list("pk", flat=True)
        assert seen == list(expected)


@pytest.mark.parametrize("before", ["x", "-", "1-", "9" * 40 + "-1", "1-1-1", "²-1", "'--"])
def test_a_forged_place_is_the_first_page_or_a_refusal(
    world: World, client: Client, before: str
) -> None:
    push(world.public, "here")
    page = client.get("/r/alice/pub/-/activity", {"before": before})
    assert "here" in page.content.decode()
    api = client.get("/api/v1/repositories/alice/pub/-/activity", {"cursor": before})
    assert api.status_code == 400


def test_a_kind_can_be_chosen(world: World, client: Client) -> None:
    push(world.public, "pushed-tag")
    note(ActivityKind.TAG_DELETED, world.public, tag="deleted-tag")
    page = words(client, "/r/alice/pub/-/activity?kind=tag.deleted").replace("<wbr>", "")
    assert "deleted-tag" in page
    assert "pushed-tag" not in page


def test_feed_readers_get_well_formed_news_of_public_repositories(
    world: World, client: Client
) -> None:
    push(world.public, "1.0")
    answer = client.get("/r/alice/pub/-/activity.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml"
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    titles = [one.text for one in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert titles == ["alice/pub", "somebody pushed 1.0"]
    client.force_login(world.olga)
    assert client.get("/r/acme/app/-/activity.atom").status_code == 404


def test_names_of_machines_are_not_for_everybody(world: World, client: Client) -> None:
    """As in the list of tags and their history (CVE-2020-14313)."""
    for actor, name in (("robot:1", "alice+deploy-key"), ("workload:1", "gitlab.internal/alice/x")):
        made = push(world.public, "1.0")
        Activity.objects.filter(pk=made.pk).update(actor=actor, actor_name=name)
    pages = [words(client, f"/r/alice/pub/-/activity{end}") for end in ("", ".atom")]
    pages.append(words(client, "/api/v1/repositories/alice/pub/-/activity"))
    for page in pages:
        assert "a robot of alice" in page
        assert "a CI job" in page
        assert "deploy-key" not in page
        assert "internal" not in page
    lines = [Line(activity).words for activity in Activity.objects.order_by("pk")]
    assert lines == ["a robot of alice pushed 1.0", "a CI job pushed 1.0"]


def test_untrusted_text_stays_text(world: World, client: Client) -> None:
    push(world.public, "<script>alert(1)</script>")
    for path in ("/r/alice/pub/-/activity", "/r/alice/pub/-/activity.atom"):
        assert "<script>alert" not in words(client, path)


def test_a_page_takes_few_queries(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(PAGE_SIZE + 5):
        push(make_repository(f"acme/app-{number}"), str(number))
    client.force_login(world.olga)
    for path in (
        "/activity",
        "/api/v1/user/activity",
        "/api/v1/namespaces/acme/activity",
        "/api/v1/repositories/acme/app/-/activity",
    ):
        client.get(path)  # a session is noted the first time
        with django_assert_max_num_queries(8):
            assert client.get(path).status_code == 200


def test_reading_walks_indexes(world: World, captured_statements: list[str]) -> None:
    """No part of it reads or sorts all rows of a repository, whatever their number."""
    news = [make(ActivityKind.PUSHED, world.app, tag=str(number)) for number in range(3000)]
    Activity.objects.bulk_create(news)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for kinds in (kinds_for(""), kinds_for("tag.pushed"), kinds_for("", for_admins=True)):
        captured_statements.clear()
        feed_of(world.app, kinds=kinds)
        feed(followed_by(Principal(world.olga)), kinds=kinds)
        about = [sql for sql in captured_statements if "index_activity" in sql]
        assert len(about) == 5
        for sql in about:
            plan = _plan(sql)
            assert "SCAN index_activity\n" not in f"{plan}\n"
            assert "Seq Scan on index_activity" not in plan


def _plan(sql: str) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.fixture
def captured_statements() -> Any:
    """The statements with their values, as they are sent."""
    found: list[str] = []

    def keep(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        cursor = context["cursor"]
        if connection.vendor == "postgresql":
            found.append(str(cursor.cursor.mogrify(sql, params)) if params else sql)
        elif not many:
            quoted = [f"'{one}'" if isinstance(one, str) else str(one) for one in params or ()]
            found.append(sql % tuple(quoted) if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield found


def test_renames_are_told_of_each_repository(world: World) -> None:
    note_renames([world.app], old="before", new="acme", by=Principal(world.olga))
    assert Activity.objects.get().details == {"old_name": "before/app"}
