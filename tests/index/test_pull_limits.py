"""Limits of pulls: whom a pull counts for, what is said, and that nothing is unlimited by accident."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.limits import Limit
from accounts.models import RobotAccount
from accounts.principals import ANONYMOUS, Principal, Workload
from config.env import env_limit, env_networks_and_names
from index.models import PullCount
from index.pull_limits import (
    PullLimitReached,
    count_pull,
    duration,
    may_be_counted,
    pulls_left,
)
from index.tasks import prune_pull_counts
from tests.clients import ask_route, token_for
from tests.conftest import World
from tests.machines import make_robot

HERE = "203.0.113.7"
NOON = "2026-11-21 12:00:00"  # a window of six hours begins


@pytest.fixture
def limits(settings: Any) -> Any:
    """Limits that are soon used up; the settings are returned."""
    settings.PULL_LIMIT_ANONYMOUS = Limit("anonymous", 2, 21600)
    settings.PULL_LIMIT_ACCOUNT = Limit("account", 3, 21600)
    return settings


def pull(who: Principal = ANONYMOUS, address: str = HERE, *, times: int = 1) -> str:
    """Pull, and return what is left: remaining of the last one."""
    remaining = ""
    for _ in range(times):
        allowance = count_pull(who, address, is_head=False)
        remaining = allowance.remaining if allowance else "unlimited"
    return remaining


def refusal(who: Principal = ANONYMOUS, address: str = HERE) -> PullLimitReached:
    with pytest.raises(PullLimitReached) as caught:
        count_pull(who, address, is_head=False)
    return caught.value


# --- whom it counts for -------------------------------------------------------------------------


def test_nothing_is_counted_unless_it_is_set(world: World) -> None:
    assert pull() == pull(Principal(world.alice)) == "unlimited"
    assert not PullCount.objects.exists()


def test_what_is_left_is_said_with_each_pull(limits: Any, db: None) -> None:
    allowance = count_pull(ANONYMOUS, HERE, is_head=False)
    assert allowance is not None
    assert (allowance.limit, allowance.remaining) == ("2;w=21600", "1;w=21600")
    assert allowance.source == "203.0.113.0/24"


def test_a_head_shows_and_does_not_count(limits: Any, db: None) -> None:
    for _ in range(5):
        allowance = count_pull(ANONYMOUS, HERE, is_head=True)
        assert allowance is not None
        assert allowance.remaining == "2;w=21600"


def test_a_head_is_answered_when_the_limit_is_used_up(limits: Any, db: None) -> None:
    pull(times=2)
    allowance = count_pull(ANONYMOUS, HERE, is_head=True)
    assert allowance is not None
    assert allowance.remaining == "0;w=21600"


def test_anonymous_pulls_count_for_the_network(limits: Any, db: None) -> None:
    pull(times=2)
    refusal(address="203.0.113.200")
    refusal(address="::ffff:203.0.113.9")
    assert pull(address="203.0.114.7") == "1;w=21600"
    pull(address="2001:db8::1", times=2)
    refusal(address="2001:db8::2")
    assert pull(address="2001:db8:0:1::1") == "1;w=21600"


def test_an_account_has_its_own_wherever_it_is(limits: Any, world: World) -> None:
    pull(times=2)
    assert pull(Principal(world.alice)) == "2;w=21600"
    pull(Principal(world.alice), "198.51.100.1", times=2)
    refusal(Principal(world.alice))
    assert pull(Principal(world.bob)) == "2;w=21600"


def test_machines_count_for_who_holds_their_namespace(limits: Any, world: World) -> None:
    """Else whoever makes robots would pull without end."""
    alice, robot = Principal(world.alice), make_robot("alice", by=world.alice)
    pull(alice)
    assert pull(Principal(robot=robot)) == "1;w=21600"
    of_app = Principal(workload=Workload(1, world.app.pk, "github.com/acme/app"))
    of_robot = Principal(robot=make_robot("acme", by=world.olga), workload=Workload(2, 0, "x"))
    pull(of_app, times=2)
    assert pull(of_robot) == "0;w=21600"
    assert refusal(of_app).allowance.source == "acme"
    assert pull(Principal(world.olga)) == "2;w=21600"


def test_one_limit_does_not_need_the_other(limits: Any, world: World) -> None:
    limits.PULL_LIMIT_ACCOUNT = None
    assert not may_be_counted(Principal(world.alice))
    assert may_be_counted(ANONYMOUS)
    assert pull(Principal(world.alice), times=9) == "unlimited"
    limits.PULL_LIMIT_ANONYMOUS = None
    assert pull(times=9) == "unlimited"


# --- who is exempt ------------------------------------------------------------------------------


def test_a_network_can_be_exempt_for_everybody(limits: Any, world: World) -> None:
    limits.PULL_LIMIT_EXEMPT_NETWORKS = ("203.0.113.0/28",)
    assert pull(times=9) == pull(Principal(world.alice), times=9) == "unlimited"
    assert pull(address="203.0.113.16") == "1;w=21600"


def test_an_account_can_be_exempt_and_its_machines_with_it(limits: Any, world: World) -> None:
    limits.PULL_LIMIT_EXEMPT_NAMES = frozenset({"alice"})
    robot = make_robot("alice", by=world.alice)
    assert pull(Principal(world.alice), times=9) == pull(Principal(robot=robot)) == "unlimited"
    assert pull(Principal(world.bob)) == "2;w=21600"


def test_one_robot_can_be_exempt(limits: Any, world: World) -> None:
    limits.PULL_LIMIT_EXEMPT_NAMES = frozenset({"acme+ci"})
    robots: list[RobotAccount] = [make_robot("acme", name, by=world.olga) for name in ("ci", "cd")]
    assert [pull(Principal(robot=robot)) for robot in robots] == ["unlimited", "2;w=21600"]


def test_an_organization_is_exempt_with_members_robots_and_jobs(limits: Any, world: World) -> None:
    limits.PULL_LIMIT_EXEMPT_NAMES = frozenset({"acme"})
    robot = Principal(robot=make_robot("acme", by=world.olga))
    job = Principal(workload=Workload(1, world.app.pk, "github.com/acme/app"))
    assert [pull(who) for who in (Principal(world.mia), robot, job)] == ["unlimited"] * 3
    assert pull(Principal(world.alice)) == "2;w=21600"


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["anonymous", "alice"])
def test_a_refusal_says_whose_limit_it_is_and_what_to_do(
    limits: Any, world: World, who: str
) -> None:
    person = world.person(who)
    principal = Principal(person) if person else ANONYMOUS
    with time_machine.travel(NOON, tick=False):
        pull(principal, times=3 if person else 2)
        error = refusal(principal)
    assert (error.status, error.code) == (429, "TOOMANYREQUESTS")
    expected = "limit of 3 in 6 hours for alice" if person else "2 in 6 hours for 203.0.113.0/24"
    remedy = "/settings/namespace" if person else "log in: docker login index.test"
    assert expected in str(error)
    assert remedy in str(error)
    assert str(error).isascii()
    assert len(str(error)) <= 200


# --- the window slides --------------------------------------------------------------------------


def test_what_was_pulled_fades_in_the_next_window(limits: Any, db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        pull(times=2)
        clock.shift(21600 - 1)
        assert refusal().retry_after == 2
        clock.shift(2)  # a second of the next: of the two, one has begun to fade
        assert pull() == "0;w=21600"
        refusal()
        clock.shift(2 * 21600)
        assert pull() == "1;w=21600"


@pytest.mark.parametrize("events", [1, 2, 30])
@pytest.mark.parametrize("offset", [0, 1, 5000, 21599])
def test_who_waits_as_told_may_pull_and_who_comes_sooner_may_not(
    settings: Any, db: None, events: int, offset: int
) -> None:
    settings.PULL_LIMIT_ANONYMOUS = Limit("anonymous", events, 21600)
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(offset)
        pull(times=events)
        for _ in range(3):
            wait = refusal().retry_after
            clock.shift(wait - 1)
            refusal()
            clock.shift(1)
            pull()


def test_refused_pulls_do_not_make_it_longer(limits: Any, db: None) -> None:
    pull(times=2)
    before = refusal().retry_after
    for _ in range(5):
        assert refusal().retry_after <= before


# --- at the gateway -----------------------------------------------------------------------------


def test_the_gateway_is_told_what_is_left_and_when_to_come_again(
    limits: Any, world: World, client: Client
) -> None:
    token = token_for(client, "repository:alice/pub:pull")
    manifest = "/v2/alice/pub/manifests/latest"
    assert ask_route(client, "HEAD", manifest, token=token)["X-Waybill-Remaining"] == "2;w=21600"
    told = [ask_route(client, "GET", manifest, token=token) for _ in range(3)]
    assert [answer["X-Waybill-Remaining"] for answer in told] == [
        "1;w=21600",
        "0;w=21600",
        "0;w=21600",
    ]
    assert [answer.headers.get("X-Waybill-Refusal-Status") for answer in told] == [
        None,
        None,
        "429",
    ]
    assert int(told[2]["X-Waybill-Retry-After"]) > 0
    assert told[0]["X-Waybill-Limit-Source"] == "127.0.0.0/24"
    assert not any("X-Accel-Expires" in answer.headers for answer in told)


@pytest.mark.parametrize(
    ("method", "uri"),
    [("GET", "tags/list"), ("HEAD", "blobs/sha256:00"), ("GET", "blobs/sha256:00")],
)
def test_nothing_but_manifests_is_counted(
    limits: Any, world: World, client: Client, method: str, uri: str
) -> None:
    token = token_for(client, "repository:alice/pub:pull")
    answer = ask_route(client, method, f"/v2/alice/pub/{uri}", token=token)
    assert (answer.status_code, "X-Waybill-Limit" in answer.headers) == (204, False)


def test_what_may_not_be_pulled_counts_for_nothing(
    limits: Any, world: World, client: Client
) -> None:
    token = token_for(client, "repository:alice/priv:pull")
    answer = ask_route(client, "GET", "/v2/alice/priv/manifests/latest", token=token)
    assert answer["X-Waybill-Refusal-Status"] == "401"
    assert not PullCount.objects.exists()


def test_what_an_exempt_network_was_answered_is_remembered_for_nobody(
    limits: Any, world: World, client: Client
) -> None:
    """Anonymous tokens are the same for many."""
    token, manifest = token_for(client, "repository:alice/pub:pull"), "/v2/alice/pub/manifests/1"
    limits.PULL_LIMIT_EXEMPT_NETWORKS = ("127.0.0.0/8",)
    answer = ask_route(client, "GET", manifest, token=token)
    assert (answer.status_code, "X-Waybill-Limit" in answer.headers) == (204, False)
    assert "X-Accel-Expires" not in answer.headers
    limits.PULL_LIMIT_EXEMPT_NETWORKS = ()
    assert "X-Waybill-Limit" in ask_route(client, "GET", manifest, token=token).headers


def test_without_limits_a_pull_may_be_remembered(world: World, client: Client) -> None:
    token = token_for(client, "repository:alice/pub:pull")
    answer = ask_route(client, "GET", "/v2/alice/pub/manifests/latest", token=token)
    assert answer["X-Accel-Expires"] == "1"
    assert "X-Waybill-Limit" not in answer.headers


# --- what is kept -------------------------------------------------------------------------------


def test_counting_without_redis_is_tidied_up(limits: Any, db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        pull()
        clock.shift(86400)
        prune_pull_counts()
        assert PullCount.objects.exists()
        clock.shift(40 * 86400)
        prune_pull_counts()
        assert not PullCount.objects.exists()


def test_holders_see_what_is_left(limits: Any, world: World) -> None:
    pull(Principal(world.alice))
    pull(Principal(robot=make_robot("acme", by=world.olga)), times=2)
    left = [pulls_left(holder.namespace) for holder in (world.alice, world.acme, world.bob)]
    assert [reading.remaining for reading in left if reading] == [2, 1, 3]
    limits.PULL_LIMIT_EXEMPT_NAMES = frozenset({"alice"})
    assert pulls_left(world.alice.namespace) is None
    limits.PULL_LIMIT_ACCOUNT = None
    assert pulls_left(world.acme.namespace) is None


def test_the_page_of_a_namespace_shows_it_where_there_is_a_limit(
    limits: Any, world: World, client: Client
) -> None:
    client.force_login(world.alice)
    with time_machine.travel(NOON, tick=False):
        pull(Principal(world.alice), times=3)
        page = client.get("/settings/namespace").content.decode()
    assert "3 of 3 pulls in any 6 hours; the next is possible in 6 hours" in page
    limits.PULL_LIMIT_ACCOUNT = None
    assert "pulls in any" not in client.get("/settings/namespace").content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (3600, "60 minutes"),
        (7200, "2 hours"), (21600, "6 hours"), (21601, "6 hours"), (23000, "7 hours"),
        (86400, "24 hours"), (604800, "7 days"),
    ],
)  # fmt: skip
def test_times_are_told_in_words(seconds: int, words: str) -> None:
    assert duration(seconds) == words


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["100", "0/3600", "-1/60", "100/5", "1e3/60", "100/9999999", "a/b"]
)
def test_a_limit_that_cannot_be_read_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match="100/21600"):
        env_limit("X")


def test_a_list_of_exemptions_holds_networks_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "10.0.0.0/8, fd00::/8,198.51.100.7,alice,acme-corp,acme+ci")
    networks, names = env_networks_and_names("X")
    assert networks == ("10.0.0.0/8", "fd00::/8", "198.51.100.7/32")
    assert names == {"alice", "acme-corp", "acme+ci"}


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ex ample", "Alice", "10.0.0.0/99", "acme/app"])
def test_an_exemption_that_is_neither_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match="networks and names"):
        env_networks_and_names("X")
