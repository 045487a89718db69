"""Refusals have a code that stays the same, and lead to the guide where it explains them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from rest_framework import serializers

from accounts import errors as account_errors
from accounts.api.errors import answer_to, refused_credential
from accounts.api.idempotency import AnswerLost, KeyInUse, KeyInvalid, KeyReused
from accounts.api.problem_details import handle
from accounts.api.recent import Administrators, ConfirmedLately, ConfirmedToMake
from accounts.errors import AccountError
from accounts.problems import CODES, code_of, code_of_status
from index import errors as index_errors
from index.errors import IndexRefusal
from search.asked import QueryRefused
from tests.clients import forget_confirmation
from tests.conftest import World
from tests.factories import PASSWORD

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "api.md"
# Whoever renames a class, or adds one: programs out there compare these words.
LISTED = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)


def refusals() -> Iterator[type[Exception]]:
    for module, base in ((account_errors, AccountError), (index_errors, IndexRefusal)):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, base) and kind is not base:
                yield kind


def test_all_codes_are_listed_in_the_documentation() -> None:
    assert dict(LISTED) == CODES


def test_every_refusal_of_a_flow_has_a_code() -> None:
    assert {code_of(kind) for kind in refusals()} - set(CODES) == set()


def test_no_code_is_of_nothing() -> None:
    flows = {code_of(kind) for kind in refusals()} | {code_of(QueryRefused)}
    views = {
        "confirmation-needed",
        "session-needed",
        "token-lacks-part",
        "refused",
        "conflict",
        "precondition-failed",
        "precondition-unsupported",
    }
    keys = {kind.default_code for kind in (AnswerLost, KeyInUse, KeyInvalid, KeyReused)}
    elsewhere = {"maintenance", "second-factor-missing", "shown-once"} | keys
    framework = {
        "invalid", "malformed", "wrong-credential", "not-authenticated", "denied", "not-found", "rate-limited",
        "method-not-allowed", "not-acceptable", "unsupported-media-type", "unavailable",
    }  # fmt: skip
    by_status = {code_of_status(status) for status in (400, 403, 404, 405, 413, 429, 500, 503)}
    assert set(CODES) == flows | views | elsewhere | framework | by_status


def test_nobody_learns_why_a_credential_is_wrong() -> None:
    kinds = [kind for kind in refusals() if issubclass(kind, account_errors.InvalidCredentials)]
    assert {code_of(kind) for kind in kinds} == {"wrong-credential"}


def test_what_is_hidden_is_called_as_what_is_not_there(world: World, client: Client) -> None:
    client.force_login(world.rita)
    found = [
        client.get(f"/api/v1/repositories/{name}").json() for name in ("alice/priv", "alice/no")
    ]
    assert found[0] == found[1]
    assert found[0]["code"] == "not-found"
    assert found[0]["detail"] == "Not found."  # and no name of a class


def test_a_field_has_a_code_beside_its_sentence(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post("/api/v1/repositories", {}, content_type="application/json").json()
    assert (answer["code"], answer["type"]) == ("invalid", "about:blank")
    assert answer["errors"] == {"name": ["This field is required."]}
    assert answer["codes"] == {"name": ["required"]}


def test_a_flow_says_what_it_refused(world: World, client: Client) -> None:
    client.force_login(world.alice)
    body = {"name": "alice/pub"}
    answer = client.post("/api/v1/repositories", body, content_type="application/json").json()
    assert answer["code"] == "name-taken"


def test_what_the_guide_explains_leads_there() -> None:
    answer = handle(account_errors.QuotaExceeded("no room"), {})
    assert answer is not None
    assert (answer.data["code"], answer.data["type"]) == ("quota-exceeded", "/docs/errors/#plan")


def test_a_confirmation_that_is_old_has_a_code(world: World, client: Client) -> None:
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    forget_confirmation(client)
    answer = client.post("/api/v1/user/tokens", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation-needed")


@pytest.mark.parametrize(
    ("header", "path", "code"),
    [
        ("", "/api/v1/user", "not-authenticated"),
        ("Bearer wbp_no_no", "/api/v1/user", "wrong-credential"),
        ("", "/api/v1/nothing", "not-found"),
    ],
)
def test_who_is_nobody_is_told_by_a_code(
    world: World, client: Client, header: str, path: str, code: str
) -> None:
    headers = {"Authorization": header} if header else {}
    assert client.get(path, headers=headers).json()["code"] == code


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (account_errors.AccountDisabled("no"), 403, "account-disabled"),
        (account_errors.TooManyAttempts(5), 429, "rate-limited"),
        (account_errors.PasswordsBusy(), 503, "passwords-busy"),
        (account_errors.OtherAccount("no"), 401, "wrong-credential"),
    ],
)
def test_a_credential_that_opens_nothing_says_what_kind_of_no_it_is(
    error: AccountError, status: int, code: str
) -> None:
    answer = refused_credential(error)
    assert (answer.status_code, answer.detail.code) == (status, code)  # type: ignore[union-attr]


def test_a_limit_of_a_flow_says_when_to_come_back() -> None:
    answer = handle(account_errors.LimitReached("too many exports", 7), {})
    assert answer is not None
    assert (answer["Retry-After"], answer.data["code"]) == ("7", "rate-limited")


def test_permissions_are_called_by_what_is_missing() -> None:
    assert ConfirmedLately.code == ConfirmedToMake.code == "confirmation-needed"
    assert not hasattr(Administrators, "code")  # denied, as any other
    assert answer_to(account_errors.MachineRefused("x")).get_codes() == "machine-refused"


def test_the_codes_of_fields_are_these() -> None:
    """Those of the framework for all kinds of fields that are there, and what validators say."""
    kinds: list[Any] = [
        serializers.BooleanField, serializers.CharField, serializers.ChoiceField,
        serializers.DateField, serializers.DateTimeField, serializers.IntegerField,
        serializers.IPAddressField, serializers.ListField, serializers.Serializer,
    ]  # fmt: skip
    said = {code for kind in kinds for one in kind.__mro__
            for code in getattr(one, "default_error_messages", {})}  # fmt: skip
    assert sorted(said) == [
        "blank", "date", "datetime", "empty", "invalid", "invalid_choice", "make_aware", "max_length",
        "max_string_length", "max_value", "min_length", "min_value", "not_a_list", "null", "overflow", "required",
    ]  # fmt: skip
