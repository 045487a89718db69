"""Logging in with a password of the directory, at every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.errors import InvalidCredentials
from accounts.flows.authenticate import authenticate_password
from accounts.models import DirectoryAccount, Namespace, User
from tests.clients import basic
from tests.conftest import World
from tests.directory.slapd import PASSWORD, Slapd
from tests.factories import PASSWORD as LOCAL_PASSWORD
from tests.factories import SERVICE, make_user

pytestmark = pytest.mark.django_db


def log_in(login: str, password: str = PASSWORD) -> User:
    return authenticate_password(login=login, password=password, address="192.0.2.7")


def ask_for_token(client: Client, login: str, password: str = PASSWORD) -> Any:
    headers = {"Authorization": basic(login, password)}
    return client.get("/token", {"service": SERVICE}, headers=headers)


def test_the_first_login_makes_the_account(slapd: Slapd) -> None:
    slapd.add_person("firstone")
    user = log_in("firstone")
    assert Namespace.objects.get(name="firstone").user == user
    assert user.is_verified
    assert user.display_name == "Firstone Example"
    assert not user.has_usable_password()


def test_the_second_login_finds_it(slapd: Slapd) -> None:
    slapd.add_person("secondly")
    assert log_in("secondly") == log_in("secondly")
    assert User.objects.filter(username="secondly").count() == 1


def test_a_name_in_capitals_is_the_same_person(slapd: Slapd) -> None:
    slapd.add_person("shouter")
    assert log_in("SHOUTER") == log_in("shouter")


def test_an_email_address_works_once_it_is_known(slapd: Slapd) -> None:
    slapd.add_person("mailer")
    assert log_in("mailer") == log_in("mailer@example.com")


def test_docker_gets_a_token_with_it(slapd: Slapd, client: Client) -> None:
    slapd.add_person("docking")
    assert ask_for_token(client, "docking").status_code == 200


def test_the_login_page_takes_it(slapd: Slapd, client: Client) -> None:
    slapd.add_person("pager")
    form = {"login": "pager", "password": PASSWORD}
    response = client.post("/accounts/login/", form, follow=True)
    assert response.context["user"].username == "pager"


def test_v1_and_the_api_take_it(slapd: Slapd, client: Client) -> None:
    slapd.add_person("oldie")
    headers = {"Authorization": basic("oldie", PASSWORD)}
    assert client.get("/v1/users/", headers=headers).status_code == 200
    assert client.get("/v1/search", {"q": "x"}, headers=headers).status_code == 200
    assert client.get("/api/v1/user", headers=headers).status_code == 200


@pytest.mark.parametrize("password", ["wrong", "", " ", PASSWORD + " "])
def test_a_wrong_password_makes_nothing(slapd: Slapd, password: str) -> None:
    slapd.add_person(f"wrong{len(password)}")
    with pytest.raises(InvalidCredentials):
        log_in(f"wrong{len(password)}", password)
    assert not User.objects.exists()


@pytest.mark.parametrize("login", ["*", "fil*", "*)(uid=filter", "filter)(cn=*", "filter\\", "(|"])
def test_a_filter_typed_as_a_name_reaches_no_directory(
    slapd: Slapd, client: Client, login: str
) -> None:
    before = slapd.connections()
    assert ask_for_token(client, login).status_code == 401
    form = {"login": login, "password": PASSWORD}
    assert not client.post("/accounts/login/", form).wsgi_request.user.is_authenticated
    assert slapd.connections() == before


def test_nobody_of_that_name_reads_like_a_wrong_password(slapd: Slapd, client: Client) -> None:
    slapd.add_person("reader")
    wrong = ask_for_token(client, "reader", "wrong")
    unknown = ask_for_token(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content.replace(b"reader", b"nobody") == unknown.content


def test_a_local_account_never_goes_to_the_directory(slapd: Slapd, world: World) -> None:
    slapd.add_person("alice")
    assert log_in("alice", LOCAL_PASSWORD) == world.alice
    with pytest.raises(InvalidCredentials):
        log_in("alice")
    assert slapd.binds_of("alice") == 0


def test_no_spelling_of_a_name_takes_over_a_local_account(slapd: Slapd, world: World) -> None:
    slapd.add_person("bobby")
    for spelling in ("BOBBY", "Bobby"):
        with pytest.raises(Exception, match="is taken"):
            log_in(spelling)
    assert not DirectoryAccount.objects.filter(user=world.bob).exists()


def test_an_address_of_somebody_takes_over_nothing(slapd: Slapd, world: World) -> None:
    slapd.add_person("intruder", mail="alice@example.com")
    with pytest.raises(Exception, match="belongs to an account already"):
        log_in("intruder")
    assert not User.objects.filter(username="intruder").exists()


@pytest.mark.parametrize("name", ["jo", "admin", "john.doe"])
def test_a_name_that_is_none_here_is_refused_and_not_repaired(
    slapd: Slapd, client: Client, name: str
) -> None:
    slapd.add_person(name)
    said = ask_for_token(client, name).json()["details"]
    assert said.startswith(f"the directory knows you as '{name}', and no account here")
    assert not User.objects.exists()


def test_a_person_of_the_directory_whose_name_went_to_another_stays_theirs(slapd: Slapd) -> None:
    slapd.add_person("leaver", mail="leaver1@example.com")
    log_in("leaver")
    slapd.remove_person("leaver")
    slapd.add_person("leaver", userPassword="of the newcomer")
    with pytest.raises(InvalidCredentials):
        log_in("leaver", "of the newcomer")


def test_a_disabled_account_stays_disabled(slapd: Slapd) -> None:
    slapd.add_person("banned")
    User.objects.filter(pk=log_in("banned").pk).update(is_active=False)
    with pytest.raises(Exception, match="is disabled"):
        log_in("banned")
    assert not User.objects.get(username="banned").is_active


def test_failures_are_limited_like_those_of_local_accounts(slapd: Slapd, client: Client) -> None:
    slapd.add_person("target")
    statuses = [ask_for_token(client, "target", f"guess {n}").status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
    assert slapd.binds_of("target") == 10


def test_other_spellings_of_a_name_do_not_get_guesses_of_their_own(
    slapd: Slapd, client: Client
) -> None:
    slapd.add_person("spelled")
    spellings = ["spelled", "SPELLED", " spelled", "spelled ", "\uff33PELLED", "Spelled"] * 3
    for number, spelling in enumerate(spellings):
        ask_for_token(client, spelling, f"guess {number}")
    assert slapd.binds_of("spelled") == 9  # those in ASCII, without spaces


def test_without_a_directory_nothing_changes(slapd: Slapd, settings: Any) -> None:
    slapd.add_person("offline")
    settings.DIRECTORY = None
    with pytest.raises(InvalidCredentials):
        log_in("offline")


def test_an_administrator_made_here_keeps_the_password_here(slapd: Slapd) -> None:
    make_user("keeper", administrator=True)
    assert log_in("keeper", LOCAL_PASSWORD).is_superuser


@pytest.mark.parametrize("page", ["change", "set"])
def test_the_password_pages_say_where_the_password_lives(
    slapd: Slapd, client: Client, page: str
) -> None:
    slapd.add_person(f"curious{page}")
    client.force_login(log_in(f"curious{page}"))
    answer = client.post(
        f"/accounts/password/{page}/", {"password1": "x" * 12, "password2": "x" * 12}
    )
    assert b"kept in your company" in answer.content
    assert not User.objects.get().has_usable_password()


def test_a_password_made_here_by_some_other_way_opens_nothing(slapd: Slapd) -> None:
    slapd.add_person("resetter")
    user = log_in("resetter")
    user.set_password("made by a link in a mail")
    user.save()
    with pytest.raises(InvalidCredentials):
        log_in("resetter", "made by a link in a mail")
