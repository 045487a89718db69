"""No secret stays behind: in no row, cache, log or task, and in no mail that is not its link (case 36).

Every kind of secret is made by the door that people and machines use, and then looked for. The seed
of an authenticator app cannot be kept as a digest: it is there, encrypted.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from celery.signals import task_prerun
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from index.models import TrustedPublisher
from tests.accounts.second_factors import code_of
from tests.clients import basic, confirm
from tests.command_lines import CommandLine
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE
from tests.local_issuer import LocalIssuer
from tests.machines import make_docker_credential
from tests.tokenauth.workloads.conftest import issuer, running  # noqa: F401 - fixtures
from tests.tokenauth.workloads.jobs import exchange
from tests.v1.calls import read_token

pytestmark = pytest.mark.django_db(transaction=True)
NEW_PASSWORD = "canary of the second river"
WRONG_PASSWORD = "canary of no river at all"
OPAQUE = re.compile(r"wb[a-z]_[0-9a-f]{16}_([0-9a-f]{64})_[0-9a-f]{8}")


@dataclass
class Aviary:
    """The secrets that were handed out, and whatever they must not be found in."""

    secrets: dict[str, str] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)

    def keep(self, kind: str, text: str) -> str:
        """Remember a secret; of an opaque one, the part that is one."""
        found = OPAQUE.search(text)
        self.secrets[kind] = found[1] if found else text
        assert len(self.secrets[kind]) > 7, kind
        return found[0] if found else text

    def found_in(self, text: str) -> set[str]:
        """Return the kinds whose secret is in the text."""
        return {kind for kind, secret in self.secrets.items() if secret in text}


@pytest.fixture
def aviary() -> Iterator[Aviary]:
    """Listens to the tasks that are started."""
    aviary = Aviary()

    def hear(args: Any, kwargs: Any, **_: Any) -> None:
        aviary.tasks.append(repr((args, kwargs)))

    task_prerun.connect(hear, weak=False)
    yield aviary
    task_prerun.disconnect(hear)


# An index over words: what it was made of is in `search_entry_a` and `b`.
_HAS_NO_ROWS = re.compile(r"search_full_.(.|own)")


def rows() -> str:
    """Return every row of every table; sessions as they are read, for they are packed."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if _HAS_NO_ROWS.fullmatch(table):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            kept += [repr(row) for row in cursor.fetchall()]
    kept += [repr(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(kept)


def cached() -> str:
    """Return what the cache of the tests holds, as bytes that are read like text."""
    held: dict[str, bytes] = cache._cache  # type: ignore[attr-defined]  # of the tests: a dictionary
    return "\n".join(key + value.decode("latin-1") for key, value in held.items())


def log_in(client: Client, login: str, password: str) -> None:
    client.post("/accounts/login/", {"login": login, "password": password})


def text_of(response: Any) -> str:
    return str(response.content.decode().replace("<wbr>", ""))


def link_in_mail(path: str) -> str:
    found = re.search(rf"(/{path}\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def passwords(aviary: Aviary, world: World) -> None:
    """Log in, wrongly and rightly, by page, docker and API; reset the password by mail."""
    client = Client()
    aviary.keep("wrong password", WRONG_PASSWORD)
    log_in(client, "rita", WRONG_PASSWORD)
    header = {"Authorization": basic("rita", WRONG_PASSWORD)}
    client.get("/token", {"service": SERVICE}, headers=header)
    client.get("/api/v1/user", headers=header)
    client.post("/accounts/password/reset/", {"email": "rita@example.com"})
    link = link_in_mail("accounts/password/reset/key/")
    key = link.rstrip("/").rpartition("/")[2]
    aviary.keep("reset link", key.partition("-")[2])
    form = client.get(link, follow=True)
    aviary.keep("password", NEW_PASSWORD)
    words = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(form.request["PATH_INFO"], words)
    assert Client().get(link).status_code == 200  # and no redirect to the form: it is used up
    world.rita.refresh_from_db()
    assert world.rita.check_password(NEW_PASSWORD)


def machines(aviary: Aviary, olga: Client) -> None:
    """A token, a robot's secret and their successors, by page and by API."""
    wish = {"name": "x", "expiry": "90", "level": "push", "repositories": "acme/*"}
    token = aviary.keep("access token", text_of(olga.post("/settings/tokens/new", wish)))
    olga.post("/o/acme/-/robots/new", {"name": "ci"})
    made = olga.post("/robots/acme+ci/secrets", {"expiry": "90"})
    secret = aviary.keep("robot's secret", text_of(made))
    body = {"name": "y", "repositories": ["*"], "expires_at": None, "api_parts": ["profile:read"]}
    made = olga.post("/api/v1/user/tokens", body, content_type="application/json")
    by_api = aviary.keep("access token by API", made.json()["secret"])
    short = aviary.keep("docker credential", make_docker_credential(token))
    for login, value in (
        ("olga", token), ("acme+ci", secret), ("olga", by_api), ("olga", short),
    ):  # fmt: skip
        header = {"Authorization": basic(login, value)}
        assert olga.get("/token", {"service": SERVICE}, headers=header).status_code == 200
        Client().get("/api/v1/user", headers={"Authorization": f"Bearer {value}"})
        Client().get("/api/v1/user", {"access_token": value})


def command_lines(aviary: Aviary, world: World) -> None:
    """What a command line polls with, what it gets, and what its docker gets of that."""
    terminal = CommandLine(world.alice)
    aviary.keep("device code", terminal.asked["device_code"])
    secret = aviary.keep("session of a command line", terminal.secret)
    aviary.keep("docker credential of a session", make_docker_credential(secret))
    assert terminal.call("GET", "user").status_code == 200


def docker(aviary: Aviary, world: World) -> None:
    """`docker login`, and the protocol of 2013."""
    header = {"Authorization": basic("alice")}
    query = {"service": SERVICE, "offline_token": "true", "scope": "repository:alice/priv:pull"}
    answer = Client().get("/token", query, headers=header).json()
    aviary.keep("identity token", answer["refresh_token"])
    aviary.keep("registry token", answer["token"])
    token = read_token(Client(), "alice/priv", user=world.alice)
    found = re.search(r"signature=([^,]+)", token)
    aviary.keep("v1 token", found[1] if found else token)


def jobs(aviary: Aviary, world: World, issuer: LocalIssuer) -> None:  # noqa: F811 - the fixture
    """What a CI job brings, and what it gets."""
    TrustedPublisher.objects.create(
        repository=world.app, issuer=issuer.url, source_repository="acme/web"
    )
    id_token = aviary.keep("ID token", issuer.token())
    answer = exchange(Client(), id_token, access_type="offline").json()
    aviary.keep("secret of a job", answer["refresh_token"])
    refused = aviary.keep("refused ID token", issuer.token(aud="https://other.example"))
    assert exchange(Client(), refused).status_code == 400


def invitations(aviary: Aviary, olga: Client) -> None:
    olga.post("/o/acme/-/invitations", {"invitee": "bobby", "role": "member"})
    link = aviary.keep("invitation", link_in_mail("invites/"))
    Client().get(f"/invites/{link}")


def second_factors(aviary: Aviary, world: World) -> None:
    """Set up an app, see the codes, log in with one of them."""
    client = Client()
    client.force_login(world.mia)
    confirm(client)
    page = text_of(client.get("/accounts/2fa/totp/activate/"))
    found = re.search(r'id="totp-secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert found
    seed = aviary.keep("seed of the app", found[1].replace(" ", ""))
    shown = text_of(
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(seed)}, follow=True)
    )
    codes = re.search(r'id="recovery-codes"[^>]*>([^<]+)<', shown)
    assert codes
    first, second = codes[1].split()[:2]
    aviary.keep("used recovery code", first)
    aviary.keep("recovery code", second)
    browser = Client()
    log_in(browser, "mila", PASSWORD)
    browser.post("/accounts/2fa/authenticate/", {"code": first})
    assert Authenticator.objects.filter(user=world.mia).count() == 2


def test_no_secret_stays_behind(
    world: World,
    aviary: Aviary,
    issuer: LocalIssuer,  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    olga = Client()
    olga.force_login(world.olga)
    confirm(olga)
    passwords(aviary, world)
    machines(aviary, olga)
    command_lines(aviary, world)
    docker(aviary, world)
    jobs(aviary, world, issuer)
    invitations(aviary, olga)
    second_factors(aviary, world)
    assert len(aviary.secrets) >= 20
    mails = "".join(f"{message.subject} {message.body}" for message in mail.outbox)
    assert {
        # allauth leaves the link in the session of the browser that used it; it opens nothing any more
        "rows": aviary.found_in(rows()) - {"reset link"},
        "cache": aviary.found_in(cached()),
        "logs": aviary.found_in(caplog.text),
        "tasks": aviary.found_in("".join(aviary.tasks)),
        "mails": aviary.found_in(mails) - {"reset link", "invitation"},
    } == {"rows": set(), "cache": set(), "logs": set(), "tasks": set(), "mails": set()}


def test_the_search_itself_finds_what_is_there(world: World, aviary: Aviary) -> None:
    """What this looks for is what these places hold: else it would find nothing anywhere."""
    aviary.keep("digest", world.alice.password)
    aviary.keep("cached", "a canary in the cache")
    cache.set("x", "a canary in the cache")
    client = Client()
    session = client.session
    session["x"] = aviary.keep("in a session", "a canary in a session")
    session.save()
    assert aviary.found_in(rows()) == {"digest", "in a session"}
    assert aviary.found_in(cached()) == {"cached"}
