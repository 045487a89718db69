"""Administrators set plans; the limits hold for what is new."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.errors import (
    NameInvalid,
    NameTaken,
    NotAllowed,
    PlanInUse,
    PlanRefused,
    QuotaExceeded,
)
from accounts.flows.plans import (
    Limits,
    assign_plan,
    change_plan,
    create_plan,
    delete_plan,
    make_default,
)
from accounts.models import AuditEvent, Namespace, Plan, PlanDefault, Visibility
from accounts.plans import check_members, plan_of
from accounts.principals import Principal
from index.errors import OverQuota
from index.flows.change_repository import change_visibility
from index.flows.create_repository import create_repository
from index.flows.quotas import recount_storage
from index.models import BlobLink, Repository
from index.names import parse_repository_name
from tests.accounts.test_races import at_once
from tests.clients import ask_route, token_for
from tests.conftest import World
from tests.factories import (
    make_digest,
    make_plan,
    make_registry,
    make_repository,
    make_rule,
    make_user,
)

UPLOAD = "/v2/{}/blobs/uploads/"


def create(name: str, world: World, **how: Any) -> Repository:
    """Create a repository, by bob."""
    return create_repository(parse_repository_name(name), by=Principal(world.bob), **how)


def hide(repository: Repository, by: Principal) -> None:
    """Make it private, or raise what `at_once` counts as a refusal."""
    try:
        change_visibility(repository, by=by, visibility=Visibility.PRIVATE)
    except OverQuota as refusal:
        raise QuotaExceeded(str(refusal)) from refusal


# --- which plan holds ---------------------------------------------------------------------------


def test_everybody_begins_with_the_plan_of_their_kind(world: World) -> None:
    assert str(plan_of(world.bob.namespace)) == "free"
    assert str(plan_of(world.acme.namespace)) == "organization"
    assert plan_of(world.root.namespace) is None
    assert plan_of(world.base.namespace) is None


def test_a_plan_that_was_given_wins_also_for_administrators(world: World) -> None:
    assign_plan(world.root.namespace, plan=make_plan("small"), by=Principal(world.root))
    assert str(plan_of(Namespace.objects.get(user=world.root))) == "small"


# --- private repositories -----------------------------------------------------------------------


def test_the_second_private_repository_is_refused_with_a_sentence(world: World) -> None:
    create("bobby/one", world)
    with pytest.raises(OverQuota) as refusal:
        create("bobby/two", world)
    sentence = str(refusal.value)
    assert sentence == (
        "bobby (plan free): 1 of 1 private repositories used. Make one public, delete one, "
        "or ask an administrator: http://index.test/settings/namespace"
    )
    assert sentence.isascii()
    assert len(sentence) <= 200


def test_public_ones_are_not_limited_and_internal_ones_are(world: World) -> None:
    create("bobby/one", world, visibility=Visibility.INTERNAL)
    create("bobby/open", world, visibility=Visibility.PUBLIC)
    with pytest.raises(OverQuota):
        create("bobby/two", world)


def test_making_one_private_needs_room_and_private_to_internal_needs_none(world: World) -> None:
    one = create("bobby/one", world)
    other = create("bobby/open", world, visibility=Visibility.PUBLIC)
    change_visibility(one, by=Principal(world.bob), visibility=Visibility.INTERNAL)
    with pytest.raises(OverQuota):
        change_visibility(other, by=Principal(world.bob), visibility=Visibility.PRIVATE)
    other.refresh_from_db()
    assert other.visibility == Visibility.PUBLIC


def test_a_smaller_plan_keeps_what_is_there(world: World) -> None:
    for name in ("bobby/one", "bobby/two"):
        make_repository(name)
    with pytest.raises(OverQuota, match="2 of 1"):
        create("bobby/three", world)
    assert world.bob.namespace.repositories.count() == 2


def test_a_push_that_would_create_too_much_is_denied(world: World, client: Client) -> None:
    create("bobby/one", world)
    token = token_for(client, "repository:bobby/two:pull,push", user=world.bob)
    response = ask_route(client, "POST", UPLOAD.format("bobby/two"), token=token)
    error = json.loads(response["X-Waybill-Refusal-Body"])["errors"][0]
    assert (response["X-Waybill-Refusal-Status"], error["code"]) == ("403", "DENIED")
    assert "1 of 1 private repositories used" in error["message"]
    assert not Repository.objects.filter(name="bobby/two").exists()


def test_forms_say_why_and_create_nothing(world: World, client: Client) -> None:
    create("bobby/one", world)
    client.force_login(world.bob)
    assert "1 of 1 private repositories used" in client.get("/new").content.decode()
    form = {"namespace": "bobby", "name": "two", "visibility": "private", "description": ""}
    assert "ask an administrator" in client.post("/new", form).content.decode()
    assert not Repository.objects.filter(name="bobby/two").exists()


def test_settings_show_how_much_is_used(world: World, client: Client) -> None:
    client.force_login(world.bob)
    page = client.get("/settings/namespace").content.decode()
    assert "0 of 1 private repositories" in page
    assert "0 GB storage, no limit" in page


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_the_same_moment_one_gets_the_last_place() -> None:
    make_rule("*", make_registry())
    make_plan("free", private_repositories=1, default_for=PlanDefault.USERS)
    principal = Principal(make_user("carol"))
    outcomes: list[str] = []

    def push(number: int) -> None:
        try:
            create_repository(parse_repository_name(f"carol/app{number}"), by=principal)
            outcomes.append("created")
        except OverQuota:
            outcomes.append("refused")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=push, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created"] + ["refused"] * 9
    assert Repository.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_made_private_at_the_same_moment_one_gets_the_last_place() -> None:
    make_rule("*", make_registry())
    make_plan("free", private_repositories=1, default_for=PlanDefault.USERS)
    by = Principal(make_user("carol"))
    shown = [make_repository(f"carol/app{n}", visibility=Visibility.PUBLIC) for n in range(4)]
    made = [partial(hide, repository, by) for repository in shown]
    assert at_once(*made) == 1
    assert Repository.objects.exclude(visibility=Visibility.PUBLIC).count() == 1


# --- members and storage ------------------------------------------------------------------------


def test_members_are_limited(world: World) -> None:
    assign_plan(world.acme.namespace, plan=make_plan("small", members=4), by=Principal(world.root))
    check_members(world.acme)  # olga, mila and rita are there
    with pytest.raises(QuotaExceeded, match="room for 4 members, and there are 3"):
        check_members(world.acme, adding=2)


def test_storage_counts_each_digest_once(world: World) -> None:
    other = make_repository("acme/other")
    for repository in (world.app, other):
        BlobLink.objects.create(repository=repository, digest=make_digest("base"), size=70)
    BlobLink.objects.create(repository=other, digest=make_digest("own"), size=30)
    BlobLink.objects.create(repository=world.public, digest=make_digest("own"), size=30)
    recount_storage(world.app.namespace_id)
    assert Namespace.objects.get(name="acme").storage_used == 100


@pytest.mark.parametrize(("used", "status"), [(99, 204), (100, 403)])
def test_an_upload_begins_only_below_the_limit(
    world: World, client: Client, used: int, status: int
) -> None:
    assign_plan(
        world.acme.namespace, plan=make_plan("small", storage_bytes=100), by=Principal(world.root)
    )
    Namespace.objects.filter(name="acme").update(storage_used=used)
    for name in ("acme/app", "acme/new"):
        token = token_for(client, f"repository:{name}:pull,push", user=world.olga)
        assert ask_route(client, "POST", UPLOAD.format(name), token=token).status_code == status
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    assert ask_route(client, "GET", "/v2/acme/app/tags/list", token=token).status_code == 204


def test_the_limit_of_storage_costs_one_query_where_an_upload_begins(
    world: World, client: Client
) -> None:
    def count(method: str) -> int:
        token = token_for(client, "repository:acme/app:pull,push", user=world.mia)
        with CaptureQueriesContext(connection) as queries:
            ask_route(client, method, UPLOAD.format("acme/app") + "x", token=token)
        return len(queries)

    without = count("POST")
    make_plan("organization", storage_bytes=10**9, default_for=PlanDefault.ORGANIZATIONS)
    assert count("POST") == without == count("PATCH") + 1


# --- who sets plans -------------------------------------------------------------------------------


def test_plans_are_made_changed_given_and_deleted_and_all_is_written_down(world: World) -> None:
    by = Principal(world.root)
    plan = create_plan("team", limits=Limits(private_repositories=5), by=by)
    change_plan(plan, name="large-team", limits=Limits(), by=by)
    assign_plan(world.bob.namespace, plan=plan, by=by)
    with pytest.raises(PlanInUse):
        delete_plan(plan, by=by)
    assign_plan(world.bob.namespace, plan=None, by=by)
    delete_plan(plan, by=by)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "plan:created", "plan:changed", "namespace:plan:assigned", "namespace:plan:assigned",
        "plan:deleted",
    ]  # fmt: skip


def test_there_is_one_default_for_each_kind(world: World) -> None:
    by, plan = Principal(world.root), create_plan("team", limits=Limits(), by=Principal(world.root))
    make_default(plan, kind=PlanDefault.USERS, by=by)
    assert Plan.objects.get(name="free").default_for is None
    with pytest.raises(PlanRefused):
        make_default(plan, kind=PlanDefault.ORGANIZATIONS, by=by)
    with pytest.raises(PlanInUse):
        delete_plan(plan, by=by)


@pytest.mark.parametrize(
    ("name", "limits", "error"),
    [
        ("free", Limits(), NameTaken),
        ("Größe", Limits(), NameInvalid),
        ("", Limits(), NameInvalid),
        ("team", Limits(members=-1), PlanRefused),
        ("team", Limits(storage_bytes=2**63), PlanRefused),
    ],
)
def test_what_cannot_be_a_plan_is_refused(
    world: World, name: str, limits: Limits, error: type[Exception]
) -> None:
    with pytest.raises(error):
        create_plan(name, limits=limits, by=Principal(world.root))
    assert Plan.objects.count() == 3


def test_owners_do_not_change_plans(world: World) -> None:
    by = Principal(world.olga)
    with pytest.raises(NotAllowed):
        assign_plan(world.acme.namespace, plan=Plan.objects.get(name="unlimited"), by=by)
    with pytest.raises(NotAllowed):
        create_plan("mine", limits=Limits(), by=by)


# --- pages and API --------------------------------------------------------------------------------


def test_administrators_set_plans_on_a_page(world: World, client: Client) -> None:
    client.force_login(world.root)
    client.post(
        "/manage/plans/new", {"name": "team", "private_repositories": "5", "storage": "1.5"}
    )
    plan = Plan.objects.get(name="team")
    assert (plan.private_repositories, plan.members, plan.storage_bytes) == (5, None, 1_500_000_000)
    client.post("/manage/plans/assign", {"namespace": "bobby", "plan": "team"})
    assert Namespace.objects.get(name="bobby").plan == plan
    page = client.get(f"/manage/plans/{plan.pk}").content.decode()
    assert "bobby" in page
    assert 'value="1.5"' in page
    assert client.post(f"/manage/plans/{plan.pk}/delete").status_code == 302
    assert Plan.objects.filter(pk=plan.pk).exists()


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/manage/plans/new", {"name": "Bad Name"}),
        ("/manage/plans/assign", {"namespace": "nobody", "plan": "free"}),
        ("/manage/plans/assign", {"namespace": "bobby", "plan": "none-such"}),
    ],
)
def test_a_page_says_what_is_wrong(
    world: World, client: Client, address: str, form: dict[str, str]
) -> None:
    client.force_login(world.root)
    assert "<title>Error: Plans" in client.post(address, form).content.decode()


def test_nobody_else_sees_plans(world: World, client: Client) -> None:
    client.force_login(world.olga)
    free = Plan.objects.get(name="free")
    assert client.get("/manage/plans").status_code == 404
    assert client.post(f"/manage/plans/{free.pk}/change", {"name": "free"}).status_code == 404
    assert client.get("/api/v1/plans").status_code == 403
    assert Plan.objects.get(name="free").private_repositories == 1


def test_the_api_sets_plans(world: World, client: Client) -> None:
    client.force_login(world.root)

    def send(method: str, address: str, body: object) -> Any:
        return client.generic(method, address, json.dumps(body), content_type="application/json")

    made = send("POST", "/api/v1/plans", {"name": "team", "members": 3, "storage_bytes": None})
    address = f"/api/v1/plans/{made.json()['id']}"
    assert made.status_code == 201
    assert send("PATCH", address, {"private_repositories": 7}).json()["members"] == 3
    assert send("PUT", "/api/v1/namespaces/bobby/plan", {"plan": "team"}).status_code == 204
    assert client.delete(address).status_code == 409
    assert send("PUT", "/api/v1/namespaces/bobby/plan", {"plan": None}).status_code == 204
    assert client.delete(address).status_code == 204
    assert len(client.get("/api/v1/plans").json()["results"]) == 3
