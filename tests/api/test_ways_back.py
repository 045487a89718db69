"""Undoing, over the REST API: organizations, tags that were deleted together, tokens that leaked."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from accounts.models import Organization, PersonalAccessToken, User
from index.models import TagDeletion
from tests.accounts.second_factors import set_up_app
from tests.architecture.furniture import fill_in
from tests.clients import confirm, forget_confirmation
from tests.conftest import World
from tests.contents import make_image, point
from tests.machines import make_token

JSON = "application/json"


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """The owner of acme, who typed the password a moment ago."""
    client.force_login(world.olga)
    return confirm(client)


def test_a_former_owner_has_an_organization_back(world: World, olga: Client) -> None:
    number = int(fill_in("{ending}", world))
    (listed,) = olga.get("/api/v1/trash/organizations").json()["results"]
    assert (listed["id"], listed["organization"]) == (number, "umbra")
    back = olga.post(f"/api/v1/trash/organizations/{number}/reopen")
    assert back.json() == {"organization": "umbra", "without_seat": []}
    assert Organization.objects.get(name="umbra").deleted_at is None


def test_nobody_else_has_it_back_and_no_token(world: World, olga: Client) -> None:
    path = f"/api/v1/trash/organizations/{fill_in('{ending}', world)}/reopen"
    stranger = Client()
    stranger.force_login(world.alice)
    assert stranger.post(path).status_code == 404
    token = make_token(world.olga, "*", api_parts=["organizations:write", "repositories:write"])
    headers = {"Authorization": f"Bearer {token.value}"}
    assert Client().post(path, headers=headers).status_code == 403
    assert Organization.objects.get(name="umbra").deleted_at is not None


def test_tags_that_went_together_come_back_together(world: World, olga: Client) -> None:
    image = make_image(world.app)
    for tag in ("a", "b"):
        point(world.app, tag, image)
    path = "/api/v1/repositories/acme/app/-/deleted-tags"
    olga.post(path, {"tags": ["a", "b"], "dry_run": False}, JSON)
    one = TagDeletion.objects.get(tag="a")
    back: Any = olga.post(f"{path}/{one.pk}/undo")
    assert back.status_code == 202
    assert [row["tag"] for row in back.json()["tags"]] == ["a", "b"]


def test_in_an_emergency_all_tokens_end_without_another_log_in(world: World, olga: Client) -> None:
    for name in ("one", "two"):
        make_token(world.olga, name=name)
    make_token(world.alice)
    answer = forget_confirmation(olga).post("/api/v1/user/tokens/revoke-all")
    assert answer.json() == {"revoked": 2}
    assert PersonalAccessToken.objects.usable().get().user == world.alice


def test_the_language_of_pages_and_mails_is_chosen(world: World, olga: Client) -> None:
    assert olga.patch("/api/v1/user", {"language": "de"}, JSON).json()["language"] == "de"
    assert User.objects.get(username="olga").language == "de"
    assert olga.patch("/api/v1/user", {"language": "tlh"}, JSON).status_code == 400


def test_an_app_is_set_up_by_its_first_code_and_codes_are_shown_once(
    world: World, olga: Client
) -> None:
    path = "/api/v1/user/second-factors/app"
    begun = olga.post(path).json()
    assert begun["secret"] in begun["uri"]
    assert olga.put(path, {"code": "000000"}, JSON).status_code == 400
    assert not Authenticator.objects.exists()
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(begun["secret"], counter))
    codes = olga.put(path, {"code": code}, JSON).json()["recovery_codes"]
    assert len(codes) == 10
    assert codes[0] not in olga.get("/accounts/2fa/recovery-codes/").content.decode()
    assert olga.post(path).status_code == 409


def test_new_recovery_codes_take_the_place_of_the_old(world: World, olga: Client) -> None:
    path = "/api/v1/user/second-factors/recovery-codes"
    assert olga.post(path).status_code == 409
    set_up_app(world.olga)
    first, second = (olga.post(path).json()["recovery_codes"] for _ in range(2))
    assert not set(first) & set(second)
    assert forget_confirmation(olga).post(path).status_code == 403


def test_a_security_key_is_named_by_its_owner(world: World, olga: Client) -> None:
    data = {"name": "Old", "credential": {}}
    rows = Authenticator.objects
    mine = rows.create(user=world.olga, type=Authenticator.Type.WEBAUTHN, data=data)
    path = f"/api/v1/user/second-factors/{mine.pk}"
    assert olga.patch(path, {"name": "Desk"}, JSON).json()["name"] == "Desk"
    other = Client()
    other.force_login(world.alice)
    assert confirm(other).patch(path, {"name": "Mine"}, JSON).status_code == 404


def test_the_map_says_which_registry_keeps_what(world: World, client: Client) -> None:
    client.force_login(world.root)
    drawn = client.get("/api/v1/placement/map").json()
    assert {"registry", "repositories", "size"} == set(drawn["registries"][0])
    assert "acme" in {one["namespace"] for one in drawn["namespaces"]}
