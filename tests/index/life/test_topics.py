"""Topics: their grammar, who says them, and what is found by them."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from accounts.models import Visibility
from accounts.principals import Principal
from index.errors import Denied, TopicRefused
from index.flows.change_topics import change_topics
from index.models import Repository, RepositoryMode
from index.topics import parse_topics
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_repository, make_tag


def test_topics_are_kept_once_each_in_their_order() -> None:
    assert parse_topics(["web", "python-3", "web"]) == ["web", "python-3"]


@pytest.mark.parametrize(
    "topic",
    ["Web", "a b", "-a", "a-", "a--b", "a_b", "é", "a\n", '"', "", "x" * 36, "a,b", "\uff1c"],
)
def test_what_is_no_topic_is_refused(topic: str) -> None:
    with pytest.raises(TopicRefused):
        parse_topics([topic])


def test_twenty_are_enough() -> None:
    topics = [f"t{number}" for number in range(21)]
    assert parse_topics(topics[:20])
    with pytest.raises(TopicRefused):
        parse_topics(topics)


def test_only_admins_say_them(world: World) -> None:
    change_topics(world.app, by=Principal(world.olga), topics=["web"])
    for person in (world.mia, world.rita, world.bob):
        with pytest.raises(Denied):
            change_topics(world.app, by=Principal(person), topics=["x"])
    assert Repository.objects.get(pk=world.app.pk).topics == ["web"]


def test_a_topic_leads_to_what_has_it_and_may_be_seen(world: World, client: Client) -> None:
    pushed = make_tag(world.app).pushed_at
    for name, topics in (("alice/one", ["web"]), ("alice/two", ["webs"]), ("alice/three", ["we"])):
        repository = make_repository(name, visibility=Visibility.PUBLIC)
        Repository.objects.filter(pk=repository.pk).update(topics=topics, last_pushed_at=pushed)
    Repository.objects.filter(pk=world.app.pk).update(topics=["web"], last_pushed_at=pushed)
    apply_changes()
    described = client.get("/r/alice/one").content.decode()
    [link] = re.findall(r'<a class="mark" href="([^"]*)">web</a>', described)
    found = client.get(html.unescape(link)).content.decode()
    assert re.findall(r'href="/r/([^"]*)"', found) == ["alice/one"]
    listed = client.get("/api/v1/repositories?topic=web").json()["results"]
    assert [row["name"] for row in listed] == ["alice/one"]


@pytest.mark.parametrize("topic", ['"', "%", "_", "we", "<b>", "x" * 300])
def test_no_topic_finds_more_than_it_says(world: World, client: Client, topic: str) -> None:
    Repository.objects.filter(pk=world.public.pk).update(
        topics=["web"], last_pushed_at=make_tag(world.public).pushed_at
    )
    answer = client.get("/api/v1/repositories", {"topic": topic})
    assert answer.json()["results"] == []


def test_archived_ones_come_last(world: World, client: Client) -> None:
    pushed = make_tag(world.public).pushed_at
    make_repository("alice/zoo", visibility=Visibility.PUBLIC)
    Repository.objects.filter(namespace__name="alice").update(topics=["web"], last_pushed_at=pushed)
    Repository.objects.filter(pk=world.public.pk).update(mode=RepositoryMode.ARCHIVED, star_count=9)
    page = client.get("/u/alice").content.decode()
    assert page.index('href="/r/alice/zoo"') < page.index('href="/r/alice/pub"')


def test_the_form_and_the_api_say_the_same(world: World, client: Client) -> None:
    client.force_login(world.olga)
    client.post("/r/acme/app/-/settings/topics", {"topics": "web, python-3  web"})
    assert Repository.objects.get(pk=world.app.pk).topics == ["web", "python-3"]
    refused = client.post("/r/acme/app/-/settings/topics", {"topics": "Web"})
    assert "<title>Error: " in refused.content.decode()
