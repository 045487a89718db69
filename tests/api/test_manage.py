"""Administration over the REST API: people, organizations, announcements, reports, how the site is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Announcement, Membership, Namespace, User
from index.models import Hiding, Report, Repository
from tests.accounts.second_factors import set_up_app
from tests.architecture.furniture import fill_in
from tests.clients import confirm, forget_confirmation
from tests.conftest import World
from tests.factories import PASSWORD
from tests.machines import make_token
from tests.manage.conftest import show_factor

JSON = "application/json"
WHY = {"reason": "a court says so"}
STEPS = [
    "people/alice/disable",
    "people/alice/log-out",
    "people/newt/verify",
    "organizations/acme/freeze",
    "organizations/acme/unfreeze",
    "reports/{report}/decide",
    "hidden-repositories/{hiding}/show",
]


@pytest.fixture
def root(world: World, client: Client) -> Client:
    """The administrator, who typed the password a moment ago."""
    client.force_login(world.root)
    return confirm(client)


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    """Send JSON below /api/v1/manage/."""
    return client.post(f"/api/v1/manage/{path}", body, JSON)


@pytest.mark.parametrize("step", STEPS)
def test_where_a_factor_is_set_up_the_password_is_not_enough(
    world: World, root: Client, step: str
) -> None:
    path, body = fill_in(step, world), WHY | {"decision": "dismissed"}
    set_up_app(world.root)
    refused = post(root, path, body)
    assert refused.status_code == 403
    assert "/accounts/2fa/reauthenticate/" in refused.json()["detail"]
    assert post(show_factor(root), path, body).status_code in {200, 204}


@pytest.mark.parametrize("step", STEPS)
def test_who_has_no_factor_is_asked_for_the_password(world: World, root: Client, step: str) -> None:
    path = fill_in(step, world)
    assert post(forget_confirmation(root), path, WHY).status_code == 403


def test_an_account_is_shown_with_what_it_has(world: World, root: Client) -> None:
    make_token(world.olga)
    shown = root.get("/api/v1/manage/people/olga").json()
    assert shown["memberships"] == [{"organization": "acme", "role": "owner"}]
    assert shown["addresses"][0]["verified"]
    assert {"kind": "Access tokens", "count": 1} in shown["owned"]
    assert "password" not in shown


def test_logging_somebody_out_ends_their_sessions(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    browser.get("/")
    with django_capture_on_commit_callbacks(execute=True):
        assert post(root, "people/alice/log-out", WHY).status_code == 204
    assert browser.get("/api/v1/user").status_code == 401
    assert [one.subject for one in mail.outbox] == ["[Waybill] You are logged out everywhere"]


def test_an_address_is_counted_as_proven(world: World, root: Client) -> None:
    assert post(root, "people/newt/verify", WHY).status_code == 204
    assert User.objects.get(username="newt").is_verified


def test_organizations_are_found_frozen_and_let_go(world: World, root: Client) -> None:
    assert post(root, "organizations/acme/freeze", WHY).status_code == 204
    (found,) = root.get("/api/v1/manage/organizations?q=ACM&show=frozen").json()["results"]
    assert (found["name"], found["owners"], found["frozen_reason"]) == (
        "acme", ["olga"], WHY["reason"],
    )  # fmt: skip
    assert post(root, "organizations/acme/unfreeze", WHY).status_code == 204
    assert Namespace.objects.get(name="acme").frozen_at is None
    assert root.get("/api/v1/manage/organizations/acme").json()["has_owner"]
    assert root.get("/api/v1/manage/organizations?show=odd").status_code == 400


def test_an_organization_without_an_owner_is_given_one(world: World, root: Client) -> None:
    wish = WHY | {"owner": "mila"}
    assert post(root, "organizations/acme/owner", wish).status_code == 403
    User.objects.filter(username="olga").update(is_active=False)
    assert post(root, "organizations/acme/owner", wish | {"owner": "who"}).status_code == 400
    assert post(root, "organizations/acme/owner", wish).status_code == 204
    assert Membership.objects.get(user__username="mila", organization=world.acme).role == "owner"


def test_announcements_are_made_changed_and_ended(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    made = post(root, "announcements", {"text": "Work on\n Sunday.", "level": "warning"})
    assert made.status_code == 201
    assert (made.json()["text"], made.json()["state"]) == ("Work on Sunday.", "shown")
    path = f"/api/v1/manage/announcements/{made.json()['id']}"
    changed = root.patch(path, {"text": "Work on Monday."}, JSON).json()
    assert (changed["text"], changed["level"]) == ("Work on Monday.", "warning")
    (banner,) = Client().get("/api/v1/announcements").json()["announcements"]
    assert banner["text"] == "Work on Monday."
    with django_capture_on_commit_callbacks(execute=True):
        assert root.delete(path).status_code == 204
    assert Client().get("/api/v1/announcements").json() == {"announcements": []}


def test_what_is_for_administrators_is_announced_to_them_alone(world: World, root: Client) -> None:
    post(root, "announcements", {"text": "Disk.", "audience": "administrators"})
    assert len(root.get("/api/v1/announcements").json()["announcements"]) == 1
    assert Client().get("/api/v1/announcements").json() == {"announcements": []}


def test_nothing_is_announced_by_others(world: World, client: Client) -> None:
    client.force_login(world.olga)
    assert post(confirm(client), "announcements", {"text": "Buy!"}).status_code == 403
    assert not Announcement.objects.exists()


def test_anybody_who_sees_a_repository_reports_it(world: World, client: Client) -> None:
    path = "/api/v1/repositories/alice/pub/-/reports"
    said = {"kind": "spam", "text": "Links.", "email": "eve@example.com"}
    assert client.post(path, said, JSON).status_code == 201
    client.force_login(world.bob)
    assert client.post(path, said, JSON).status_code == 201
    assert sorted(Report.objects.values_list("reporter__username", "email"), key=str) == [
        ("bobby", ""), (None, "eve@example.com"),
    ]  # fmt: skip


def test_who_is_not_logged_in_works_for_a_report_where_the_site_asks(
    world: World, client: Client, settings: Any
) -> None:
    settings.SIGNUP_CAPTCHA = True
    path = "/api/v1/repositories/alice/pub/-/reports"
    refused = client.post(path, {"kind": "spam", "text": "Links."}, JSON)
    assert refused.status_code == 400
    assert "parameters" in client.get("/api/v1/challenge").json()["challenge"]
    assert not Report.objects.exists()


def test_what_one_may_not_see_one_cannot_report(world: World, client: Client) -> None:
    said = {"kind": "spam", "text": "Links."}
    client.force_login(world.bob)
    for name in ("alice/priv", "alice/nope"):
        path = f"/api/v1/repositories/{name}/-/reports"
        assert client.post(path, said, JSON).status_code == 404


def test_a_report_is_decided_and_the_hiding_ended(world: World, root: Client) -> None:
    number = fill_in("{report}", world)
    (waiting,) = root.get("/api/v1/manage/reports").json()["results"]
    assert (waiting["id"], waiting["reporter"]) == (int(number), "bobby")
    decided = post(root, f"reports/{number}/decide", WHY | {"decision": "hidden"})
    assert decided.json() == {"decided": 1}
    assert post(root, f"reports/{number}/decide", WHY | {"decision": "hidden"}).status_code == 409
    assert root.get("/api/v1/manage/reports?show=decided").json()["results"][0]["state"] == "hidden"
    assert Repository.objects.get(pk=world.public.pk).visibility == "private"
    (hidden,) = root.get("/api/v1/manage/hidden-repositories").json()["results"]
    assert post(root, f"hidden-repositories/{hidden['id']}/show", WHY).status_code == 204
    assert not Hiding.objects.exists()


def test_an_administrator_sees_how_the_site_is(world: World, root: Client) -> None:
    assert root.get("/api/v1/manage/standing").json()["at"] is None
    looked = root.post("/api/v1/manage/standing").json()
    assert {line["state"] for area in looked["areas"] for line in area["lines"]}
    assert root.get("/api/v1/manage/standing").json()["at"] == looked["at"]


def test_settings_in_force_say_no_secret(world: World, root: Client) -> None:
    rows = root.get("/api/v1/manage/settings").json()["settings"]
    assert all(row["value"] == "" for row in rows if row["is_secret"])
    assert any(row["name"] == "WAYBILL_SECRET_KEY" and row["is_secret"] for row in rows)


def test_a_token_of_an_administrator_administers_nothing(world: World) -> None:
    parts = [
        "profile:read", "repositories:read", "repositories:write", "organizations:read",
        "organizations:write",
    ]  # fmt: skip
    made = make_token(world.root, "*", api_parts=parts)
    headers = {"Authorization": f"Bearer {made.value}"}
    for path in ("people/olga", "organizations", "announcements", "reports", "standing"):
        assert Client().get(f"/api/v1/manage/{path}", headers=headers).status_code == 403, path
    assert Client().get("/api/v1/placement/map", headers=headers).status_code == 403
