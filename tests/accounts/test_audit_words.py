"""How the audit is read on its pages: actions, details and credentials in words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from accounts.audit import AuditAction, record
from accounts.audit_details import NAMES as DETAILS
from accounts.audit_details import lines_of
from accounts.audit_words import NAMES, name_of
from accounts.principals import Principal
from tests.conftest import World
from tests.machines import make_token


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_action_has_a_name_of_its_own_in_every_language(language: str) -> None:
    with translation.override(language):
        names = {str(NAMES[action]) for action in AuditAction}
    assert len(names) == len(AuditAction)
    assert not {name for name in names if ":" in name}


def test_an_action_of_another_version_stays_a_code() -> None:
    assert name_of("tape:rewound") == "tape:rewound"


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "member joined"), ("de", "Mitglied beigetreten"), ("fr", "membre arrivé")],
)
def test_the_audit_says_an_action_in_the_language_of_the_page_and_its_code(
    world: World, client: Client, language: str, name: str
) -> None:
    record(AuditAction.MEMBER_JOINED, by=Principal(world.olga), namespace=world.acme.namespace)
    client.force_login(world.olga)
    client.cookies["language"] = language
    page = client.get("/o/acme/-/audit").content.decode()
    row = page[page.index("<tbody>") :]
    assert name in row
    assert '<code class="soft small">organization:<wbr>member:<wbr>joined</code>' in row


def test_a_detail_with_an_old_value_is_told_as_one_change() -> None:
    details = {"visibility": "public", "old_visibility": "private", "reason": ""}
    assert lines_of(details) == ["visibility: private → public"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", ["Sichtbarkeit: privat → öffentlich", "Rolle: Leser", "darf anlegen: nein"]),
        (
            "fr",
            ["visibilité\u00a0: privé → public", "rôle\u00a0: lecteur", "peut créer\u00a0: non"],
        ),
    ],
)
def test_details_are_told_in_the_language_of_the_page(language: str, told: list[str]) -> None:
    details = {
        "visibility": "public",
        "old_visibility": "private",
        "role": "reader",
        "may_create": False,
    }
    with translation.override(language):
        assert lines_of(details) == told


def test_what_people_wrote_is_no_word_of_ours() -> None:
    with translation.override("de"):
        assert lines_of({"label": "private", "topics": ["public"]}) == [
            "Bezeichnung: private",
            "Themen: public",
        ]


def test_a_detail_of_another_version_stays_as_it_is_stored() -> None:
    assert lines_of({"tape_side": "b"}) == ["tape side: b"]


def test_every_detail_that_is_written_down_has_a_name() -> None:
    calls = [
        call
        for app in ("accounts", "index", "tokenauth")
        for path in Path(app).rglob("flows/*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"record", "record_by_operator"}
    ]
    said = {
        keyword.arg.removeprefix("old_")
        for call in calls
        for keyword in call.keywords
        if keyword.arg
    }
    assert {"reason", "role"} <= said
    assert said - {"by", "namespace", "user", "target", "action"} <= DETAILS.keys()


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
