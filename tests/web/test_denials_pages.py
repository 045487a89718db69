"""Who was denied what, as admins and owners see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PersonalAccessToken
from index.models import Denial, Door, Repository
from tests.conftest import World


def make_denial(repository: Repository, subject: str, name: str, **fields: str) -> Denial:
    now = timezone.now()
    given = {"door": Door.TOKEN, "asked": "pull,push", "granted": "pull", "reason": "role"}
    return Denial.objects.create(
        repository=repository, subject=subject, name=name, last_at=now,
        first_at=now - timedelta(hours=3), count=7, **(given | fields),
    )  # fmt: skip


@pytest.fixture
def denied(world: World) -> World:
    """Rita, Mia's token, and somebody without a log-in were denied things."""
    token = PersonalAccessToken.objects.create(
        user=world.mia, name="x", selector="0123456789abcdef", secret_digest="",
        patterns=["*"], actions=[],
    )  # fmt: skip
    make_denial(world.app, f"user:{world.rita.pk}", "rita")
    make_denial(world.app, f"user:{world.mia.pk}", "mila", credential=f"token:{token.pk}")
    make_denial(world.app, "", "anonymous", network="203.0.113.0/24", granted="", asked="pull")
    make_denial(world.private, f"user:{world.bob.pk}", "bobby", reason="no-role", granted="")
    return world


def test_admins_see_the_denials_of_their_repository(denied: World, client: Client) -> None:
    client.force_login(denied.olga)
    for path in ("/r/acme/app/-/denials", "/r/acme/app/-/access", "/o/acme/-/denials"):
        page = client.get(path).content.decode()
        assert "the role does not allow it" in page
        assert "access token wbp_0123456789abcdef" in page
        assert "anonymous from 203.0.113.0/<wbr>24" in page
        assert "/r/acme/app/-/access/explain?who=wbp_0123456789abcdef&amp;action=push" in page
        assert "7 times" in page
        assert "bobby" not in page


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("rita", 403), ("mia", 403)])
def test_nobody_else_sees_them(denied: World, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(denied, who))
    for path in (
        "/r/acme/app/-/denials",
        "/o/acme/-/denials",
        "/api/v1/repositories/acme/app/-/denials",
        "/api/v1/organizations/acme/denials",
    ):
        assert client.get(path).status_code == status


def test_the_api_lists_them_with_a_link_that_explains(denied: World, client: Client) -> None:
    client.force_login(denied.olga)
    for path in ("repositories/acme/app/-/denials", "organizations/acme/denials"):
        rows = client.get(f"/api/v1/{path}").json()["results"]
        row = next(row for row in rows if row["name"] == "rita")
        assert (row["asked"], row["granted"], row["code"]) == (["pull", "push"], ["pull"], "role")
        assert row["credential"] == "password"
        assert len(rows) == 3
        assert client.get(row["explain_url"]).status_code == 200


def test_more_denials_take_no_more_queries(denied: World, client: Client) -> None:
    client.force_login(denied.olga)
    make_denial(denied.app, "robot:7", "acme+ci", credential="secret:7")
    client.get("/o/acme/-/denials")
    counts = set()
    for number in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get("/o/acme/-/denials")
        counts.add(len(seen))
        make_denial(denied.app, f"user:{number}", "x", credential=f"secret:{number}")
    assert len(counts) == 1
