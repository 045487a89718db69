"""The examples of the description are tried, and answered as it says.

`WAYBILL_WRITE_EXAMPLES=1` writes down what is answered, with no secret of the test in it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import transaction
from django.test import Client, TestCase
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.flows.command_line import approve, begin
from accounts.models import User
from accounts.principals import Principal
from config.api_description import EXAMPLES, described
from index.models import (
    Move,
    MoveState,
    PlacementRule,
    Promotion,
    PromotionState,
    Registry,
    RegistryState,
    Repository,
    SecretFinding,
)
from index.roles import Role
from tests.accounts.second_factors import set_up_app
from tests.accounts.test_pictures import picture_file
from tests.api.test_described_answers import FORMATS
from tests.api.test_own_credentials import mailed_code
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.clients import confirm
from tests.conftest import World
from tests.contents import make_image, point
from tests.factories import make_grant, make_repository
from tests.machines import make_token

WRITING = ("post", "put", "patch")
DOORS = {"/" + re.sub(r"<\w+:(\w+)>", r"{\1}", door): door for door in ADDRESSES}
OPERATIONS = {
    told["operationId"]: (path, method, told)
    for path, methods in described()["paths"].items()
    for method, told in methods.items()
    if method in WRITING
}
KNOWN: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
SECRET = re.compile(r"\b(wb[a-z]_|whsec_)?(?:(?<=_)[\w/+=-]{12,}|[A-Z2-7]{32}\b)")
# What has to be there first, and what of the example is of the moment: fields, or the address.
Ready: TypeAlias = Callable[[World, Client], dict[str, Any]]


def _promotable(world: World, _client: Client) -> dict[str, Any]:
    point(world.app, "1.0", make_image(world.app))
    make_repository("acme/release", registry=world.east)
    return {}


def _dry_run(world: World, client: Client) -> dict[str, Any]:
    path = "/api/v1/repositories/acme/app/-/retention-rules/dry-run"
    limits = {"pattern": "nightly-*", "newest": 5, "pushed_days": 30}
    client.force_login(world.olga)
    return {"seen": client.post(path, limits, "application/json").json()["seen"]}


def _another_address(world: World, _client: Client) -> dict[str, Any]:
    rows: Any = EmailAddress.objects
    made = rows.create(user=world.olga, email="olga@work.example.com", verified=True)
    return {"": f"/api/v1/user/addresses/{made.pk}/primary"}


def _mailed_code(world: World, client: Client) -> dict[str, Any]:
    log_in(client, world.olga)
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post("/api/v1/user/addresses", {"email": "o@example.org"}, "application/json")
    return {"code": mailed_code("o@example.org")}


def _app(world: World, client: Client) -> dict[str, Any]:
    log_in(client, world.olga)
    secret = client.post("/api/v1/user/second-factors/app").json()["secret"]
    counter = next(iter(yield_hotp_counters_from_time()))
    return {"code": format_hotp_value(hotp_value(secret, counter))}


def _approved(world: World, client: Client) -> dict[str, Any]:
    begun = begin(machine="laptop", address="192.0.2.7")
    log_in(client, world.olga)
    approve(begun.login, user=world.olga, browser=client.session)
    return {"device_code": begun.device_code}


def _key(world: World, _client: Client) -> dict[str, Any]:
    data = {"name": "Key", "credential": {}}
    made = Authenticator.objects.create(user=world.olga, type="webauthn", data=data)
    return {"": f"/api/v1/user/second-factors/{made.pk}"}


def _has_app(world: World, _client: Client) -> dict[str, Any]:
    set_up_app(world.olga)
    return {}


def _no_owner(world: World, _client: Client) -> dict[str, Any]:
    User.objects.filter(pk=world.olga.pk).update(is_active=False)
    return {}


def _retirable(world: World, _client: Client) -> dict[str, Any]:
    PlacementRule.objects.filter(registry=world.west).delete()
    Repository.objects.filter(registry=world.west).delete()
    Registry.objects.filter(pk=world.west.pk).update(state=RegistryState.DRAINING)
    return {"": "/api/v1/registries/west/retire"}


def _moved(world: World, _client: Client) -> dict[str, Any]:
    number = fill_in("{move}", world)
    Move.objects.filter(pk=number).update(state=MoveState.FLIPPED)
    return {}


def _promotion(world: World, **changes: Any) -> dict[str, Any]:
    Promotion.objects.filter(pk=fill_in("{promotion}", world)).update(**changes)
    return {}


def _asked_by_mia(world: World, _client: Client) -> dict[str, Any]:
    make_grant(world.private, world.mia, Role.READER)
    return _promotion(
        world, requested_by=Principal(world.mia).subject, requested_by_name=world.mia.username
    )


def _failed(world: World, _client: Client) -> dict[str, Any]:
    return _promotion(world, state=PromotionState.FAILED)


def _dismissed(world: World, _client: Client) -> dict[str, Any]:
    found = SecretFinding.objects.filter(fingerprint=fill_in("{secret}", world))
    found.update(dismissed_at=timezone.now(), dismissal="harmless")
    return {}


def _administers(world: World, _client: Client) -> dict[str, Any]:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True)
    return {}


def _shows_a_token(world: World, client: Client) -> dict[str, Any]:
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(world.olga).value}"
    return {}


# What asks programs that are not here; their own tests have them.
ASKS_OTHERS = {
    "organizations_domains_check_create": "a DNS server",
    "repositories_tags_restore": "a registry",
}
READY: dict[str, Ready] = {
    "credentials_docker_create": _shows_a_token,
    "registries_retire_create": _retirable,
    "moves_end_copy_create": _moved,
    "repositories_promotions_approve_create": _asked_by_mia,
    "repositories_promotions_retry_create": _failed,
    "repositories_secrets_reopen_create": _dismissed,
    "manage_people_dismiss_create": _administers,
    "repositories_promotions_ask": _promotable,
    "repositories_retention_rules_create": _dry_run,
    "command_line_sessions_create": _approved,
    "user_addresses_primary_create": _another_address,
    "user_addresses_verify_create": _mailed_code,
    "user_second_factors_app_update": _app,
    "user_second_factors_partial_update": _key,
    "user_second_factors_recovery_codes_create": _has_app,
    "manage_organizations_owner_create": _no_owner,
}
WHO = ("olga", "root", "alice", "mia", "bob", "anonymous")


class Undo(Exception):
    """Takes back what an example changed."""


def log_in(client: Client, user: User) -> None:
    """As one who has just proven who is there."""
    client.force_login(user)
    confirm(client)


def answer_to(world: World, name: str, who: str) -> Any:
    """Ask what the example does as somebody, and take back what that changed."""
    return answers_to(world, name, who, {})[0]


def answers_to(
    world: World, name: str, who: str, headers: dict[str, str], *, times: int = 1
) -> list[Any]:
    """Ask it so many times, one after the other, and take back what that changed."""
    path, method, told = OPERATIONS[name]
    client = Client()
    answers: list[Any] = []
    cache.clear()
    try:
        with transaction.atomic():
            moment = READY[name](world, client) if name in READY else {}
            if person := world.person(who):
                log_in(client, person)
            address = moment.pop("", "") or fill_in(ADDRESSES[DOORS[path]], world)
            body: Any = KNOWN.get(name, {}).get("request")
            if moment:
                body = {**body, **moment}
            sent, kind = b"" if body is None else json.dumps(body).encode(), "application/json"
            if "image/*" in told.get("requestBody", {}).get("content", {}):
                sent, kind = picture_file(), "image/png"
            ask = partial(client.generic, method.upper(), address, sent, kind, headers=headers)
            answers.extend(ask() for _ in range(times))
            raise Undo
    except Undo:
        return answers


def check(schema: dict[str, Any], value: Any) -> str:
    """Return what is wrong with a value, if anything."""
    whole = {**schema, "components": described()["components"]}
    found = Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value)
    return "; ".join(f"{list(one.path)}: {one.message}"[:200] for one in found)


def test_every_operation_that_is_sent_something_has_an_example() -> None:
    sent_json = {
        name
        for name, (_, _, told) in OPERATIONS.items()
        if "application/json" in told.get("requestBody", {}).get("content", {})
    }
    assert {name for name, known in KNOWN.items() if "request" in known} == sent_json
    assert set(KNOWN) - set(OPERATIONS) == set()


def test_every_example_is_answered_as_described(world: World) -> None:
    wrong, written = [], {}
    for name, (_, _, told) in OPERATIONS.items():
        if name in ASKS_OTHERS or told["security"] == [{"registrySecret": []}]:
            continue
        answer = next(
            (got for who in WHO if (got := answer_to(world, name, who)).status_code < 300), None
        )
        if answer is None:
            wrong.append(f"{name}: nobody may, {answer_to(world, name, 'olga').content[:200]!r}")
            continue
        if problem := problem_with(told, answer):
            wrong.append(f"{name}: {problem}")
        body = masked(answer) if answer.content and "json" in answer["Content-Type"] else None
        if body is not None:
            written[name] = {str(answer.status_code): body}
    if os.environ.get("WAYBILL_WRITE_EXAMPLES"):
        write(written)
    assert not wrong, "\n".join(wrong)
    assert {name: set(known) for name, known in written.items()} == {
        name: set(known["responses"]) for name, known in KNOWN.items() if "responses" in known
    }


def problem_with(told: dict[str, Any], answer: Any) -> str:
    """Return how the answer is other than the description says."""
    said = told["responses"].get(str(answer.status_code))
    if said is None:
        return f"status {answer.status_code} is not described"
    content = said.get("content", {})
    if not answer.content:
        return "no body" if content else ""
    if "application/json" not in content:
        return "a body that is not described"
    return check(content["application/json"]["schema"], answer.json())


def test_what_is_shown_is_what_the_schemas_allow() -> None:
    for name, known in KNOWN.items():
        _, _, told = OPERATIONS[name]
        if "request" in known:
            schema = told["requestBody"]["content"]["application/json"]["schema"]
            assert not check(schema, known["request"]), name
        for status, body in known.get("responses", {}).items():
            schema = told["responses"][status]["content"]["application/json"]["schema"]
            assert not check(schema, body), name


def masked(answer: Any) -> Any:
    """Return the answer, with three dots in place of secrets, and lists with their first row."""
    body = json.loads(SECRET.sub(r"\1…", answer.content.decode()))
    return (
        {
            key: value[:1]
            if isinstance(value, list) and value and isinstance(value[0], dict)
            else value
            for key, value in body.items()
        }
        if isinstance(body, dict)
        else body
    )


def write(answers: dict[str, Any]) -> None:
    """Put the answers beside what was asked."""
    names = sorted({*answers, *(name for name, known in KNOWN.items() if "request" in known)})
    whole = {
        name: {
            **{key: KNOWN[name][key] for key in ("request",) if key in KNOWN.get(name, {})},
            **({"responses": answers[name]} if name in answers else {}),
        }
        for name in names
    }
    KNOWN.clear()
    KNOWN.update(whole)
    EXAMPLES.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
