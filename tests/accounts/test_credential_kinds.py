"""The table of credentials: every kind at every door, in every way to show it (case 16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts import credential_kinds
from accounts.credential_kinds import (
    Kind,
    Use,
    check_opens,
    kind_of,
    kind_of_bearer,
    kind_of_secret,
    opens,
)
from accounts.errors import InvalidCredentials
from accounts.opaque_tokens import make_opaque_token
from accounts.principals import ANONYMOUS, Principal
from index.models import TrustedPublisher
from index.roles import Role
from search.upkeep import apply_changes
from tests.clients import ask_route, basic, confirm, get_token, token_for
from tests.command_lines import CommandLine
from tests.conftest import World
from tests.factories import EVENTS_SECRET, PASSWORD, SERVICE, make_grant, make_tag
from tests.local_issuer import LocalIssuer
from tests.machines import make_docker_credential, make_robot, make_secret, make_token
from tests.tokenauth.workloads.conftest import issuer, publisher, running  # noqa: F401 - fixtures
from tests.tokenauth.workloads.jobs import EXCHANGE, FORM, ID_TOKEN, form_of, secret_of
from tests.v1.calls import read_token
from tokenauth.models import RefreshToken

ROOT = Path(__file__).resolve().parent.parent.parent
PULL = "repository:acme/app:pull"


@dataclass
class Shown:
    """One way to show a secret."""

    header: str = ""
    cookie: str = ""
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)

    def send(
        self, method: str, path: str, body: str = "", *, more: Any = None, **query: str
    ) -> Any:
        """Ask a door, as a stranger but for the secret."""
        client = Client()
        if self.cookie:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        headers = {"Authorization": self.header} if self.header else {}
        return client.generic(
            method, path, body, "application/json", headers=headers | (more or {}),
            query_params=query | self.query,
        )  # fmt: skip


def ways(login: str, secret: str) -> dict[str, Shown]:
    """Every way in which anybody might show a secret."""
    grant = {"service": SERVICE, "scope": PULL, "access_type": "offline"}
    named = {"grant_type": "password", "username": login, "password": secret}
    kept = {"grant_type": "refresh_token", "refresh_token": secret}
    proof = {"grant_type": EXCHANGE, "subject_token": secret, "subject_token_type": ID_TOKEN}
    return {
        "basic": Shown(basic(login, secret)),
        "nameless": Shown(basic("", secret)),
        "bearer": Shown(f"Bearer {secret}"),
        "token": Shown(f"Token {secret}"),
        "cookie": Shown(cookie=secret),
        "query": Shown(query={"access_token": secret, "token": secret, "sessionid": secret}),
        "password grant": Shown(form=grant | named),
        "refresh grant": Shown(form=grant | kept),
        "exchange": Shown(form=grant | proof),
    }


def ask_token(shown: Shown) -> dict[str, Any]:
    if shown.form:
        answer = Client().post("/token", form_of(shown.form), content_type=FORM)
    else:
        answer = shown.send("GET", "/token", service=SERVICE, scope=PULL, offline_token="true")
    return dict(answer.json())


def gets_a_token(shown: Shown) -> bool:
    """Whether what it gets opens a private repository: anybody gets a token that grants nothing."""
    token = ask_token(shown).get("token", "")
    uri = "/v2/acme/app/manifests/latest"
    return bool(token) and bool(ask_route(Client(), "GET", uri, token=token).status_code == 204)


def gets_a_refresh_token(shown: Shown) -> bool:
    before = RefreshToken.objects.count()
    got = str(ask_token(shown).get("refresh_token", ""))
    is_new = RefreshToken.objects.count() > before
    return is_new and kind_of_secret(got) is Kind.MACHINE


def is_routed(shown: Shown) -> bool:
    asked = {
        "X-Waybill-Route": settings.GATEWAY_SECRET,
        "X-Original-Method": "GET",
        "X-Original-Uri": "/v2/acme/app/manifests/latest",
    }
    return bool(shown.send("GET", "/_gateway/route", more=asked).status_code == 204)


def finds(shown: Shown) -> bool:
    apply_changes()
    answer = shown.send("GET", "/v1/search", q="app")
    return "acme/app" in answer.content.decode()


def reads(method: str, path: str, body: str = "") -> Callable[[Shown], bool]:
    return lambda shown: bool(200 <= shown.send(method, path, body).status_code < 300)


DOORS: dict[Use, Callable[[Shown], bool]] = {
    Use.PAGES: reads("GET", "/settings/tokens"),
    Use.API_READ: reads("GET", "/api/v1/repositories/acme/app"),
    Use.API_WRITE: reads("PATCH", "/api/v1/repositories/acme/app", '{"description": "new"}'),
    Use.CREDENTIALS: reads("GET", "/api/v1/user/tokens"),
    Use.ADMINISTRATION: reads("GET", "/api/v1/manage/people"),
    Use.PROMOTIONS: reads("GET", "/api/v1/repositories/acme/app/-/promotions"),
    Use.DOCKER_CREDENTIALS: reads("POST", "/api/v1/credentials/docker"),
    Use.TOKEN: gets_a_token,
    Use.REFRESH_TOKEN: gets_a_refresh_token,
    Use.GATEWAY: is_routed,
    Use.V1: reads("GET", "/v1/repositories/acme/app/images"),
    Use.V1_ACCOUNT: reads("PUT", "/v1/users/rooty/", '{"email": "new@example.com"}'),
    Use.SEARCH: finds,
    Use.EVENTS: reads("POST", "/events/east", '{"events": []}'),
}

API, GRANT = {"basic", "bearer"}, {"basic", "password grant"}
# How each kind is shown where it opens a door; what is not here opens none, however it is shown.
SHOWN: dict[Kind, dict[Use, set[str]]] = {
    Kind.SESSION: {
        use: {"cookie"}
        for use in (
            Use.PAGES, Use.API_READ, Use.API_WRITE, Use.CREDENTIALS, Use.ADMINISTRATION,
            Use.PROMOTIONS,
        )
    },
    Kind.COMMAND_LINE: {
        use: {"bearer"}
        for use in (
            Use.API_READ, Use.API_WRITE, Use.CREDENTIALS, Use.ADMINISTRATION, Use.PROMOTIONS,
            Use.DOCKER_CREDENTIALS,
        )
    },
    Kind.PASSWORD: {
        Use.API_READ: {"basic"}, Use.API_WRITE: {"basic"}, Use.PROMOTIONS: {"basic"},
        Use.TOKEN: GRANT,
        Use.REFRESH_TOKEN: GRANT, Use.V1: {"basic"}, Use.V1_ACCOUNT: {"basic"},
        Use.SEARCH: {"basic"},
    },
    Kind.ACCESS_TOKEN: {
        Use.API_READ: API, Use.API_WRITE: API, Use.PROMOTIONS: API, Use.DOCKER_CREDENTIALS: API,
        Use.TOKEN: GRANT, Use.V1: {"basic"}, Use.SEARCH: {"basic"},
    },
    Kind.ROBOT_SECRET: {
        Use.API_READ: API, Use.PROMOTIONS: API, Use.DOCKER_CREDENTIALS: API, Use.TOKEN: GRANT,
        Use.V1: {"basic"}, Use.SEARCH: {"basic"},
    },
    Kind.DOCKER_CREDENTIAL: {Use.TOKEN: GRANT, Use.V1: {"basic"}, Use.SEARCH: {"basic"}},
    Kind.MACHINE: {Use.TOKEN: {"nameless", "refresh grant"}, Use.SEARCH: {"nameless"}},
    Kind.JOB_SECRET: {
        Use.PROMOTIONS: API | {"nameless"}, Use.TOKEN: GRANT | {"nameless", "refresh grant"},
        Use.SEARCH: {"basic", "nameless"},
    },
    Kind.ID_TOKEN: {Use.TOKEN: {"exchange"}},
    Kind.REGISTRY_TOKEN: {Use.GATEWAY: {"bearer"}, Use.SEARCH: {"bearer"}},
    Kind.V1_TOKEN: {Use.V1: {"token"}},
    Kind.EVENTS_SECRET: {Use.EVENTS: {"bearer"}},
}  # fmt: skip

Purse = dict[Kind, Callable[[], tuple[str, str]]]


@pytest.fixture
def purse(world: World, publisher: TrustedPublisher, issuer: LocalIssuer) -> Purse:  # noqa: F811
    """A good credential of each kind, as good as its kind gets: an administrator's, or a writer's.

    Login and secret; ID tokens and v1 tokens count once, so each is made when it is wanted.
    """
    make_tag(world.app)
    robot = make_robot("acme", by=world.olga)
    make_grant(world.app, robot, Role.WRITER)
    secret = make_secret(robot, by=world.olga).value
    parts = ["repositories:read", "repositories:write", "organizations:write", "profile:read"]
    token = make_token(world.root, api_parts=parts).value
    browser = Client()
    browser.force_login(world.root)
    session = confirm(browser).session.session_key or ""
    terminal = CommandLine(world.root)
    machine = get_token(Client(), user=world.root, offline_token="true").json()["refresh_token"]
    scopes = (PULL, "registry:catalog:search")
    job = secret_of(Client(), issuer)
    return {
        Kind.SESSION: lambda: ("rooty", session),
        Kind.COMMAND_LINE: lambda: ("rooty", terminal.secret),
        Kind.PASSWORD: lambda: ("rooty", PASSWORD),
        Kind.ACCESS_TOKEN: lambda: ("rooty", token),
        Kind.ROBOT_SECRET: lambda: ("acme+ci", secret),
        Kind.DOCKER_CREDENTIAL: lambda: ("rooty", make_docker_credential(token)),
        Kind.MACHINE: lambda: ("rooty", machine),
        Kind.JOB_SECRET: lambda: ("oidc", job),
        Kind.ID_TOKEN: lambda: ("oidc", issuer.token()),
        Kind.REGISTRY_TOKEN: lambda: ("rooty", token_for(Client(), *scopes, user=world.root)),
        Kind.V1_TOKEN: lambda: ("rooty", read_token(Client(), "acme/app", user=world.root)),
        Kind.EVENTS_SECRET: lambda: ("east", f"{EVENTS_SECRET}east"),
    }


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_opens_its_doors_as_it_should_and_no_others(purse: Purse, kind: Kind) -> None:
    found: dict[Use, set[str]] = {}
    for use, door in DOORS.items():
        for way, shown in ways(*purse[kind]()).items():
            cache.clear()  # wrong passwords are counted
            if door(shown):
                found.setdefault(use, set()).add(way)
    assert found == SHOWN[kind]
    assert found.keys() == {use for use in Use if opens(kind, use)}


def test_with_an_empty_table_no_door_opens(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each door asks the table; pages ask Django, which knows no credential but a session."""
    shown = {
        (kind, use): ways(*purse[kind]())[way]
        for kind, uses in SHOWN.items()
        for use, them in uses.items()
        for way in them
        if use is not Use.PAGES
    }
    monkeypatch.setattr(credential_kinds, "_OPENS", {})
    opened = [key for key, way in shown.items() if DOORS[key[1]](way)]
    assert opened == []


def test_a_kind_that_nobody_put_into_the_table_opens_nothing() -> None:
    new = "the newest kind of credential"
    assert not any(opens(new, use) for use in Use)  # type: ignore[arg-type]  # that is the point
    assert not any(opens(None, use) for use in Use)
    with pytest.raises(InvalidCredentials):
        check_opens(None, Use.V1)


def test_a_secret_with_a_new_beginning_is_of_no_kind_and_no_password() -> None:
    secret = make_opaque_token("wbz").value
    assert kind_of_secret(secret) is kind_of_secret(secret, login="acme+ci") is None
    assert kind_of_bearer(secret) is None


def test_what_is_proven_by_something_new_is_of_no_kind(world: World) -> None:
    assert kind_of(Principal(world.alice, credential="paper:1")) is None
    assert kind_of(ANONYMOUS) is None


def test_a_new_kind_of_secret_opens_no_door(world: World) -> None:
    secret = make_opaque_token("wbz").value
    world.root.set_password(secret)  # whoever took it for a password would let it in
    world.root.save()
    for shown in ways("rooty", secret).values():
        cache.clear()
        assert [use for use in DOORS if DOORS[use](shown)] == []


def test_every_beginning_of_a_secret_is_known_to_the_table() -> None:
    """Links of invitations and what command lines poll with prove nobody: they are of no kind."""
    prefix = re.compile(r"PREFIX\b[^=\n]*= \"(wb[a-z])\"")
    apps = ("accounts", "index", "tokenauth", "search")
    code = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    used = {found for path in code for found in prefix.findall(path.read_text())}
    assert {one for one in used if kind_of_secret(f"{one}_0") is None} == {"wbd", "wbi"}
    assert len(used) > 5


def test_the_page_on_security_shows_the_table() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in rows]
    uses = next(row for row in cells if row[0] == "credential")
    assert uses[1:] == list(Use)
    shown = {
        (row[0], use): bool(cell)
        for row in cells
        if row[0] in list(Kind) and len(row) == len(uses)
        for use, cell in zip(uses[1:], row[1:], strict=True)
    }
    assert shown == {(kind, use): opens(kind, use) for kind in Kind for use in Use}
