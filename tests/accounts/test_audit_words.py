"""How the audit is read on its pages: actions, details and credentials in words."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.audit import AuditAction, record
from accounts.audit_search import lines_of, words_of
from accounts.principals import Principal
from tests.conftest import World
from tests.machines import make_token


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (AuditAction.REPOSITORY_CREATED, "repository created"),
        (AuditAction.MEMBER_JOINED, "member joined"),
        (AuditAction.SITE_INVITATION_SENT, "site invitation sent"),
        (AuditAction.LOGGED_IN, "logged in"),
    ],
)
def test_an_action_is_said_as_people_say_it(action: AuditAction, words: str) -> None:
    assert words_of(action) == words


def test_no_two_actions_are_said_alike() -> None:
    assert len({words_of(action) for action in AuditAction}) == len(AuditAction)


def test_a_detail_with_an_old_value_is_told_as_one_change() -> None:
    details = {"visibility": "public", "old_visibility": "private", "reason": ""}
    assert lines_of(details) == ["visibility: private → public"]


def test_lists_and_answers_are_told_without_brackets() -> None:
    details = {"repositories": ["acme/*", "*"], "networks": [], "may_create": False}
    assert lines_of(details) == ["repositories: acme/*, *", "may create: no"]


def test_a_moment_is_told_without_its_seconds() -> None:
    assert lines_of({"until": "2026-12-01T21:24:02+00:00"}) == ["until: 2026-12-01 21:24"]


def test_the_history_names_an_access_token_and_not_its_number(world: World, client: Client) -> None:
    token = make_token(world.alice).token
    by = Principal(world.alice, credential=f"token:{token.pk}")
    record(AuditAction.PROFILE_CHANGED, by=by, user=world.alice)
    client.force_login(world.alice)
    page = client.get("/settings/history").content.decode()
    assert f"with access token wbp_{token.selector}" in page
    assert f"token:{token.pk}" not in page
