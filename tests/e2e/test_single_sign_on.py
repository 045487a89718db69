"""A company's provider and directory, with a browser, docker, podman and skopeo.

slapd and glewlwyd are real; what happens after minutes is made to happen by ageing what is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from accounts.directory.answers import FRESH_SECONDS, GOOD_SECONDS
from tests.directory.slapd import GROUPS, MANAGER, MANAGER_PASSWORD, PEOPLE, Slapd, running_slapd
from tests.directory.slapd import PASSWORD as DIRECTORY_PASSWORD
from tests.e2e.backstage import Backstage, running_backstage
from tests.e2e.browser import Look, Window
from tests.e2e.engine import Docker, Engine
from tests.e2e.looks import inspect
from tests.e2e.people import People, Person
from tests.e2e.programs import Program
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack, running_stack
from tests.openid.glewlwyd import CLIENT_ID, CLIENT_SECRET, Glewlwyd, running_glewlwyd
from tests.openid.glewlwyd import PASSWORD as PROVIDER_PASSWORD

_FOUND = """
from accounts.flows.organizations import create_organization
from accounts.flows.teams import create_team
from accounts.flows.follow_group import follow_group
from accounts.models import User
from accounts.principals import Principal
from index.models import AccessGrant, Repository
from index.names import parse_repository_name
from index.flows.create_repository import create_repository
owner = Principal(User.objects.get(username=name))
organization = create_organization(company, owner=owner.user)
team = create_team(organization, by=owner, name="builders")
User.objects.filter(username=name).update(is_superuser=True)
follow_group(team, by=Principal(User.objects.get(username=name)), group=group)
User.objects.filter(username=name).update(is_superuser=False)
repository = create_repository(parse_repository_name(f"{company}/app"), by=owner)
AccessGrant.objects.create(repository=repository, team=team, role="reader")
"""
# The last answer of the directory, as if it had come so many seconds earlier.
_AGE = """
from django.core.cache import cache
from accounts.changes import stamp
stamp.renew()  # a decision is remembered for three seconds of real time
from accounts.directory import answers
key = answers._key("good", name, password)
kept = cache.get(key)
answer = kept is not None
if kept and seconds < answers.GOOD_SECONDS:
    cache.set(key, [kept[0], kept[1] - seconds], answers.GOOD_SECONDS - seconds)
else:
    cache.delete(key)
cache.delete("directory-away")
"""
# Ten seconds after a question that got no answer.
_ASK_AGAIN = """
from django.core.cache import cache
cache.delete("directory-away")
"""
_SWEEP = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import DirectoryAccount
from accounts.tasks import check_directory
DirectoryAccount.objects.filter(user__username=name).update(
    checked_at=timezone.now() - timedelta(minutes=16)
)
check_directory()
"""
# Whom a group that is followed makes due; else the worker asks in the very minute in which we count.
_SWEEP_ALL = """
from accounts.tasks import check_directory
check_directory()
"""


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    with running_slapd() as slapd:
        yield slapd


@pytest.fixture(scope="module")
def provider() -> Iterator[Glewlwyd]:
    with running_glewlwyd("http://127.0.0.1:1/nowhere/yet") as provider:
        yield provider


@pytest.fixture(scope="module")
def told(slapd: Slapd, provider: Glewlwyd) -> dict[str, str]:
    """What an administrator sets."""
    return {
        "WAYBILL_OIDC_ISSUER": provider.issuer,
        "WAYBILL_OIDC_NAME": "Example ID",
        "WAYBILL_OIDC_CLIENT_ID": CLIENT_ID,
        "WAYBILL_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "WAYBILL_LDAP_URL": f"ldap://127.0.0.1:{slapd.port}",
        "WAYBILL_LDAP_TLS": "off",
        "WAYBILL_LDAP_BIND_DN": MANAGER,
        "WAYBILL_LDAP_BIND_PASSWORD": MANAGER_PASSWORD,
        "WAYBILL_LDAP_USER_BASE": PEOPLE,
        "WAYBILL_LDAP_GROUP_BASE": GROUPS,
    }


@pytest.fixture(scope="module")
def stack(told: dict[str, str], provider: Glewlwyd) -> Iterator[Stack]:
    """An instance that knows both."""
    with running_stack(**told) as stack:
        provider.come_back_to(f"{stack.origin}/accounts/sso/callback")
        yield stack


@pytest.fixture(scope="module")
def backstage(stack: Stack, told: dict[str, str]) -> Iterator[Backstage]:
    with running_backstage(stack, **told) as backstage:
        yield backstage


@pytest.fixture(scope="module")
def people(stack: Stack, backstage: Backstage, engine: Engine, homes: Iterator[Path]) -> People:
    return People(stack, backstage, lambda: Docker(engine, next(homes)))


@pytest.fixture
def olga(people: People) -> Person:
    """With a password here, and with docker."""
    olga = people.make("olga")
    olga.login()
    return olga


@pytest.fixture
def company(olga: Person, backstage: Backstage) -> str:
    """olga's organization, whose team builders, filled by a group of that name, may pull."""
    name = f"acme{secrets.token_hex(4)}"
    backstage.run(_FOUND, name=olga.name, company=name, group=f"{name} builders")
    return name


@pytest.fixture
def dora(people: People, slapd: Slapd, company: str) -> Person:
    """Someone of the directory and of the group."""
    dora = replace(people.newcomer("dora"), password=DIRECTORY_PASSWORD)
    slapd.add_person(dora.name)
    slapd.add_group(f"{company} builders", dora.name)
    return dora


@pytest.fixture
def image(olga: Person, company: str) -> str:
    """A private image of the organization."""
    image = f"{olga.host}/{company}/app:1.0"
    olga.docker("tag", olga.make_image("app"), image)
    olga.docker("push", image)
    olga.forget(image)
    return image


@contextmanager
def outage(slapd: Slapd, backstage: Backstage) -> Iterator[None]:
    slapd.stop()
    try:
        yield
    finally:
        slapd.start()
        backstage.run(_ASK_AGAIN)


# The provider.


@contextmanager
def browser_of(browser: Browser, stack: Stack) -> Iterator[Window]:
    window = Window(browser, stack.origin, Look())
    yield window
    ours = [text for text in window.complaints if stack.origin in text]
    window.close()
    assert ours == []


def press_the_button(window: Window) -> Page:
    page = window.open("/accounts/login/")
    page.get_by_role("button", name="Log in with Example ID").click()
    return page


def log_in_there(page: Page, name: str) -> None:
    """Fill in the provider's own pages; it asks for consent at the first time."""
    page.locator("#username").fill(name)
    page.locator("#password").fill(PROVIDER_PASSWORD)
    page.locator("#password").press("Enter")
    page.get_by_role("button", name="Continue").wait_for()
    boxes = page.locator("input[type=checkbox]:not(:disabled)")
    for number in range(boxes.count()):
        boxes.nth(number).check()
    grant = page.get_by_role("button", name="Grant access")
    if grant.count():
        grant.click()
    page.get_by_role("button", name="Continue").click()


def test_the_button_leads_to_the_provider_and_back_into_the_right_team(
    browser: Browser, stack: Stack, provider: Glewlwyd, company: str
) -> None:
    name = f"georg{secrets.token_hex(4)}"
    provider.add_person(name, groups=(f"{company} builders", "others"))
    with browser_of(browser, stack) as window:
        page = press_the_button(window)
        log_in_there(page, name)
        page.get_by_role("heading", name=f"Hello, {name}").wait_for()
        window.open(f"/o/{company}/-/teams/builders")
        assert page.get_by_role("row").filter(has_text=name).count() == 1
        window.open(f"/r/{company}/app")

    provider.change_person(name, groups=["others"])
    with browser_of(browser, stack) as window:
        page = press_the_button(window)
        log_in_there(page, name)
        page.get_by_role("heading", name=f"Hello, {name}").wait_for()
        window.open(f"/o/{company}/-/teams/builders", status=404)
        window.open(f"/r/{company}/app", status=404)


def test_a_name_that_is_none_here_is_asked_for(
    browser: Browser, stack: Stack, provider: Glewlwyd
) -> None:
    name = f"hanna{secrets.token_hex(4)}"
    provider.add_person(f"{name}.example")
    with browser_of(browser, stack) as window:
        page = press_the_button(window)
        log_in_there(page, f"{name}.example")
        page.get_by_role("heading", name="Choose a user name").wait_for()
        page.get_by_label("User name").fill(name)
        page.get_by_role("button", name="Create the account").click()
        page.get_by_role("heading", name=f"Hello, {name}").wait_for()


def test_pages_of_single_sign_on(
    browser: Browser,
    stack: Stack,
    provider: Glewlwyd,
    backstage: Backstage,
    people: People,
) -> None:
    person = people.newcomer("ines")
    name = person.name
    provider.add_person(f"{name}.example")
    with browser_of(browser, stack) as window:
        inspect(window, "/accounts/login/", "log-in-by-button")
        inspect(window, "/accounts/sso/callback?state=x", "log-in-refused", 401)
        page = press_the_button(window)
        log_in_there(page, f"{name}.example")
        page.get_by_role("heading", name="Choose a user name").wait_for()
        inspect(window, "/accounts/sso/name", "choose-a-name")
        page.get_by_label("User name").fill(name)
        page.get_by_role("button", name="Create the account").click()
        page.get_by_role("heading", name=f"Hello, {name}").wait_for()
        inspect(window, "/settings/connections", "connected")
        founder = {"name": name, "company": f"{name}s", "group": f"{name} group"}
        backstage.run(_FOUND, **founder)
        people.promote(person, administrator=True)
        for path in ("teams/builders", "teams/builders/group", "members"):
            inspect(window, f"/o/{name}s/-/{path}", path.replace("/", "-"))
        people.promote(person, administrator=False)


# The directory.


def test_docker_logs_in_with_the_directorys_password_and_pulls_by_a_group(
    dora: Person, image: str, slapd: Slapd, company: str, backstage: Backstage
) -> None:
    assert "Login Succeeded" in dora.login()
    dora.docker("pull", image)
    slapd.leave(f"{company} builders", dora.name)
    backstage.run(_SWEEP, name=dora.name)
    dora.forget(image)
    assert f"'{dora.name}' may not see it" in dora.docker.fails("pull", image)


def test_docker_logs_in_while_the_directory_is_away_until_the_kept_answer_ends(
    dora: Person, image: str, slapd: Slapd, backstage: Backstage
) -> None:
    dora.login()

    def age(seconds: int) -> None:
        person = {"name": dora.name, "password": dora.password}
        assert backstage.run(_AGE, **person, seconds=seconds)

    with outage(slapd, backstage):
        age(FRESH_SECONDS + 1)  # so that it is asked, and gives no answer
        assert "Login Succeeded" in dora.login()
        dora.docker("pull", image)
        age(GOOD_SECONDS)
        refused = dora.docker.fails(*dora.login_words, stdin=dora.password.encode())
        assert "503 Service Unavailable" in refused  # docker shows no sentence of a 5xx
        dora.forget(image)
        dora.docker("pull", image)  # its identity token was given before


def test_clients_that_keep_the_password_pull_while_the_directory_is_away_until_it_ends(
    dora: Person, image: str, slapd: Slapd, backstage: Backstage, skopeo: Program, podman: Program
) -> None:
    credentials = ("--creds", f"{dora.name}:{dora.password}", "--tls-verify=false")
    skopeo("inspect", *credentials, f"docker://{image}")
    with outage(slapd, backstage):
        backstage.run(_AGE, name=dora.name, password=dora.password, seconds=FRESH_SECONDS + 1)
        skopeo("inspect", *credentials, f"docker://{image}")
        podman("pull", *credentials, image)
        backstage.run(_AGE, name=dora.name, password=dora.password, seconds=GOOD_SECONDS)
        for client, words in ((skopeo, ("inspect",)), (podman, ("pull",))):
            place = f"docker://{image}" if client is skopeo else image
            assert "unavailable" in client.fails(*words, *credentials, place).lower()
    skopeo("inspect", *credentials, f"docker://{image}")


def test_public_pulls_never_touch_the_directory(
    olga: Person, people: People, slapd: Slapd, backstage: Backstage
) -> None:
    public = olga.push_image("public")
    Setup(backstage).publish(f"{olga.name}/public")
    olga.forget(public)
    anyone = people.make_docker()
    backstage.run(_SWEEP_ALL)
    before = slapd.connections()
    anyone("pull", public)
    assert slapd.connections() == before
    olga.forget(public)
    with outage(slapd, backstage):
        anyone("pull", public)


def test_docker_of_who_is_gone_from_the_directory_gets_nothing(
    dora: Person, image: str, slapd: Slapd, backstage: Backstage
) -> None:
    dora.login()
    dora.docker("pull", image)
    dora.forget(image)
    slapd.remove_person(dora.name)
    backstage.run(_SWEEP, name=dora.name)
    assert "this login has ended" in dora.docker.fails("pull", image)
    assert "unauthorized" in dora.docker.fails(*dora.login_words, stdin=dora.password.encode())
