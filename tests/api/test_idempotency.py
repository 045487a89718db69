"""What comes with an `Idempotency-Key` is done once, and answered again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import EndpointEnumerator

from accounts import kept_answers
from accounts.api.idempotency import LONGEST_KEY
from accounts.api.views import Operation
from accounts.kept_answers import Claim
from accounts.limits import IDEMPOTENCY_KEYS
from accounts.models import KeptAnswer, PersonalAccessToken, User
from accounts.tasks import warn_of_expiring_credentials
from config.api_description import described
from index.models import Repository
from tests.api.test_examples import ASKS_OTHERS, OPERATIONS, SECRET, WHO, answers_to
from tests.clients import confirm
from tests.conftest import World
from tests.machines import make_token

REPOSITORIES = "/api/v1/repositories"
TEAMS = "/api/v1/organizations/acme/teams"
TOKENS = "/api/v1/user/tokens"
TOKEN = {"name": "mine", "repositories": ["*"], "expires_at": None}


def post(who: Client | str, path: str, body: Any, key: str | None = "k1") -> Any:
    """Send it as a browser that is logged in, or with a token."""
    headers = {} if key is None else {"Idempotency-Key": key}
    client = Client() if isinstance(who, str) else who
    if isinstance(who, str):
        headers["Authorization"] = f"Bearer {who}"
    return client.post(path, body, content_type="application/json", headers=headers)


def token_of(user: User, *patterns: str) -> str:
    parts = ("repositories:write", "organizations:write")
    return make_token(user, *patterns, api_parts=parts).value


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    client.force_login(world.alice)
    return confirm(client)


def later(**ago: float) -> None:
    """Let all that was asked be so old."""
    KeptAnswer.objects.update(began_at=timezone.now() - timedelta(**ago))


def test_a_request_that_is_repeated_is_done_once_and_answered_as_before(alice: Client) -> None:
    first, again = [post(alice, REPOSITORIES, {"name": "alice/new"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert Repository.objects.filter(name="alice/new").count() == 1


def test_an_answer_that_is_given_again_says_so(alice: Client) -> None:
    first, again = [post(alice, REPOSITORIES, {"name": "alice/new"}) for _ in range(2)]
    assert "Idempotency-Replayed" not in first.headers
    assert again["Idempotency-Replayed"] == "true"


def test_without_a_key_nothing_is_kept(alice: Client) -> None:
    answers = [post(alice, REPOSITORIES, {"name": "alice/new"}, key=None) for _ in range(2)]
    assert [one.json().get("code") for one in answers] == [None, "name-taken"]
    assert not KeptAnswer.objects.exists()


def test_an_answer_without_a_body_is_given_again(world: World, client: Client) -> None:
    client.force_login(world.alice)
    path = "/api/v1/user/log-out-everywhere"
    answers = [post(client, path, {}) for _ in range(2)]
    assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 2


def test_a_key_in_quotes_is_the_same_key(alice: Client) -> None:
    post(alice, REPOSITORIES, {"name": "alice/new"}, key='"k1"')
    again = post(alice, REPOSITORIES, {"name": "alice/new"}, key="k1")
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "key", ["", '""', '"k1', "k 1", "k,1", 'k"1', "k;1", "k\\1", "é", "k" * (LONGEST_KEY + 1), '"']
)
def test_what_is_no_key_is_refused(alice: Client, key: str) -> None:
    answer = post(alice, REPOSITORIES, {"name": "alice/new"}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-invalid")
    assert not Repository.objects.filter(name="alice/new").exists()


@pytest.mark.parametrize("key", ["k" * LONGEST_KEY, "0f5e-~!#$%&'()*+-./:<=>?@[]^_`{|}~"])
def test_a_key_may_be_any_visible_word(alice: Client, key: str) -> None:
    assert post(alice, REPOSITORIES, {"name": "alice/new"}, key=key).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (REPOSITORIES, {"name": "alice/other"}),
        (f"{REPOSITORIES}?", {"name": "alice/new", "description": ""}),
        ("/api/v1/organizations", {"name": "alice/new"}),
    ],
)
def test_a_key_that_came_with_another_request_is_refused(
    alice: Client, path: str, body: dict[str, str]
) -> None:
    post(alice, REPOSITORIES, {"name": "alice/new"})
    answer = post(alice, path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_a_key_of_one_tells_nobody_else_anything(world: World) -> None:
    post(token_of(world.olga), TEAMS, {"name": "builders"})
    answer = post(token_of(world.mia), TEAMS, {"name": "builders"})
    assert answer.status_code == 403
    assert "Idempotency-Replayed" not in answer.headers


def test_another_credential_of_the_same_person_gets_the_same_answer(world: World) -> None:
    first, again = [post(token_of(world.olga), TEAMS, {"name": "builders"}) for _ in range(2)]
    assert again.content == first.content


def test_a_narrower_credential_does_not_get_what_a_wider_one_was_told(world: World) -> None:
    body = {"name": "olga/new"}
    post(token_of(world.olga), REPOSITORIES, body)
    narrow = token_of(world.olga, "acme/*")
    assert post(narrow, REPOSITORIES, body).json()["code"] == "idempotency-key-reused"


def test_whoever_may_not_ask_any_more_is_told_nothing(world: World) -> None:
    token = token_of(world.olga)
    post(token, TEAMS, {"name": "builders"})
    PersonalAccessToken.objects.update(revoked_at=timezone.now())
    assert post(token, TEAMS, {"name": "builders"}).status_code == 401


def test_for_nobody_nothing_is_kept(world: World) -> None:
    body = {"kind": "spam", "text": "it is", "email": "x@example.com", "proof": "no"}
    post(Client(), f"{REPOSITORIES}/alice/pub/-/reports", body)
    assert not KeptAnswer.objects.exists()


def test_what_was_refused_is_asked_anew(alice: Client) -> None:
    refused = post(alice, "/api/v1/organizations", {"name": "acme"})
    assert refused.status_code == 409
    assert not KeptAnswer.objects.exists()


def test_a_method_that_is_none_of_the_address_takes_no_key(alice: Client) -> None:
    assert post(alice, "/api/v1/user", {}).status_code == 405
    assert not KeptAnswer.objects.exists()


def test_neither_key_nor_request_is_kept_but_digests(alice: Client) -> None:
    post(alice, REPOSITORIES, {"name": "alice/new"}, key="my-own-key")
    (kept,) = KeptAnswer.objects.values("owner", "digest", "fingerprint", "claim")
    assert "my-own-key" not in str(kept)
    assert all(re.fullmatch("[0-9a-f]{64}", kept[name]) for name in ("digest", "fingerprint"))


def test_after_a_day_a_key_is_new(alice: Client) -> None:
    post(alice, REPOSITORIES, {"name": "alice/new"})
    later(hours=25)
    assert post(alice, REPOSITORIES, {"name": "alice/other"}).status_code == 201


def test_keys_are_forgotten_after_a_day(alice: Client) -> None:
    post(alice, REPOSITORIES, {"name": "alice/new"})
    later(hours=23)
    warn_of_expiring_credentials()
    assert KeptAnswer.objects.exists()
    later(hours=25)
    warn_of_expiring_credentials()
    assert not KeptAnswer.objects.exists()


def test_an_answer_that_is_too_large_is_not_kept_and_not_done_again(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "LARGEST_BODY", 10)
    post(alice, REPOSITORIES, {"name": "alice/new"})
    answer = post(alice, REPOSITORIES, {"name": "alice/new"})
    assert (answer.status_code, answer.json()["code"]) == (409, "answer-lost")


def test_so_many_keys_are_kept_and_no_more(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.api.idempotency.IDEMPOTENCY_KEYS", type(IDEMPOTENCY_KEYS)("few", 2, 86400)
    )
    for name in ("one", "two"):
        assert post(alice, REPOSITORIES, {"name": f"alice/{name}"}, key=name).status_code == 201
    answer = post(alice, REPOSITORIES, {"name": "alice/three"}, key="three")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate-limited")
    assert not Repository.objects.filter(name="alice/three").exists()


def test_a_key_costs_three_statements_and_an_answer_again_two(world: World) -> None:
    token = token_of(world.olga)

    def statements(name: str, key: str | None) -> int:
        with CaptureQueriesContext(connection) as queries:
            post(token, TEAMS, {"name": name}, key=key)
        return len([one for one in queries.captured_queries if "keptanswer" in one["sql"]])

    post(token, TEAMS, {"name": "first"}, key=None)
    assert statements("second", None) == 0
    assert statements("third", "k") == 3
    assert statements("third", "k") == 2


def test_a_secret_is_kept_nowhere_and_its_request_not_done_again(alice: Client) -> None:
    first, again = [post(alice, TOKENS, TOKEN) for _ in range(2)]
    made = first.json()
    assert (again.status_code, again.json()["code"]) == (409, "shown-once")
    assert again["Location"] == f"/api/v1/user/tokens/{made['token']['id']}"
    assert PersonalAccessToken.objects.count() == 1
    assert KeptAnswer.objects.get().body is None


def operations() -> Iterator[tuple[str, type[Any], dict[str, Any]]]:
    """Yield each POST: its address, its view, and what is said of it."""
    paths = described()["paths"]
    enumerated: Any = EndpointEnumerator()
    for path, _, method, view in enumerated.get_api_endpoints():
        if method == "POST" and path in paths:
            yield path, view.cls, paths[path]["post"]


def fields_of(schema: Any, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the names of all fields, at whatever depth."""
    if isinstance(schema, list):
        for one in schema:
            yield from fields_of(one, seen)
    elif isinstance(schema, dict):
        if (name := schema.get("$ref", "").rpartition("/")[2]) and name not in seen:
            yield from fields_of(described()["components"]["schemas"][name], (*seen, name))
        for name, one in schema.items():
            yield from one if name == "properties" else ()
            yield from fields_of(one, seen)


# Named like secrets, and none: how many there are, and what kind of key signs.
HARMLESS = {"secrets", "key_format"}
TELLING = re.compile("secret|token|password|login|codes|credential|key|otp")
OF_NO_ACCOUNT = {
    "/api/v1/command-line/logins",
    "/api/v1/command-line/sessions",
    "/api/v1/leaked-tokens",
    "/api/v1/registries/{name}/collection/begin",
    "/api/v1/registries/{name}/collection/finish",
    "/api/v1/registries/{name}/collection/renew",
    "/api/v1/signup",
}


def test_every_answer_with_a_secret_says_that_it_is_shown_once() -> None:
    telling = set()
    for path, view, operation in operations():
        answers = [one for status, one in operation["responses"].items() if status < "300"]
        found = set(fields_of([one.get("content", {}) for one in answers])) - HARMLESS
        if path not in OF_NO_ACCOUNT and any(map(TELLING.search, found)):
            telling.add(path)
            assert view.shown_once, (path, found)
    assert len(telling) >= 11


def test_what_is_shown_once_has_a_place() -> None:
    places = {re.sub("{[^}]*}", "{}", path) for path in described()["paths"]}
    for path, view, _ in operations():
        if view.shown_once:
            assert "/api/v1/" + re.sub("{[^}]*}{1,2}", "{}", view.shown_once) in places, path


def test_every_post_of_an_account_takes_a_key() -> None:
    without = {
        path
        for path, view, operation in operations()
        if "Idempotency-Key" not in [one["name"] for one in operation.get("parameters", ())]
        or not issubclass(view, Operation)
        or not {"409", "422"} <= operation["responses"].keys()
    }
    assert without == OF_NO_ACCOUNT


def test_every_operation_is_done_once_and_keeps_no_secret(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is looked at as it is: an example of an operation that is new is tried, too."""
    bodies: list[str | None] = []
    keep = Claim.keep

    def look(self: Claim, status: int, *, location: str = "", body: str | None) -> None:
        bodies.append(body)
        keep(self, status, location=location, body=body)

    monkeypatch.setattr(Claim, "keep", look)
    wrong = [
        f"{name}: {fault}"
        for name, (path, method, _) in OPERATIONS.items()
        if method == "post" and path not in OF_NO_ACCOUNT and name not in {*ASKS_OTHERS, *ENDS_IT}
        if (fault := fault_of(name, world))
    ]
    assert not wrong, "\n".join(wrong)
    assert not [body for body in bodies if body and SECRET.search(body)]
    assert len(bodies) > 50


# Whoever asked is nobody afterwards.
ENDS_IT = {"user_close_create"}


def fault_of(name: str, world: World) -> str:
    """Return what is wrong when the example comes twice with one key."""
    for who in WHO[:-1]:
        first, again = answers_to(world, name, who, {"Idempotency-Key": "k"}, times=2)
        if first.status_code < 300:
            break
    else:
        return "nobody may"
    if again.status_code == 409 and again.json()["code"] == "shown-once":
        return "" if again["Location"].startswith("/api/v1/") else "no place"
    same = (again.status_code, again.content) == (first.status_code, first.content)
    return "" if same and "Idempotency-Replayed" in again.headers else f"{again.content[:200]!r}"
