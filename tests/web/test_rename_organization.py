"""The page that gives an organization another name."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Organization, User
from tests.clients import basic, confirm
from tests.conftest import World

PAGE = "/o/acme/-/rename"
RIGHT = {"old_name": "acme", "new_name": "globex"}


def log_in(client: Client, username: str) -> None:
    """Log in, and type the password a moment ago."""
    client.force_login(User.objects.get(username=username))
    confirm(client)


def test_an_owner_renames_and_reads_that_the_old_name_goes_on(world: World, client: Client) -> None:
    log_in(client, "olga")
    response = client.post(PAGE, RIGHT, follow=True)
    assert response.redirect_chain == [("/o/globex/-/settings", 302)]
    assert "references with it keep working" in response.content.decode()
    assert Organization.objects.get(pk=world.acme.pk).name == "globex"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (RIGHT | {"old_name": "Acme"}, "This is not the name."),
        (RIGHT | {"new_name": "alice"}, "The name alice is taken."),
        (RIGHT | {"new_name": "a b"}, "An organization name is"),
        (RIGHT | {"new_name": "acme"}, "acme is its name already."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    world: World, client: Client, form: dict[str, str], sentence: str
) -> None:
    log_in(client, "olga")
    response = client.post(PAGE, form)
    assert sentence in response.content.decode()
    assert "<title>Error:" in response.content.decode()
    assert Organization.objects.get(pk=world.acme.pk).name == "acme"


def test_an_old_login_is_confirmed_first(world: World, client: Client) -> None:
    client.force_login(world.olga)  # without a password: nothing was confirmed
    response = client.post(PAGE, RIGHT)
    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == "/accounts/reauthenticate/"
    assert Organization.objects.get(pk=world.acme.pk).name == "acme"


@pytest.mark.parametrize(("who", "status"), [("mila", 403), ("bobby", 404)])
def test_nobody_else_renames(world: World, client: Client, who: str, status: int) -> None:
    log_in(client, who)
    assert client.post(PAGE, RIGHT).status_code == status
    assert Organization.objects.get(pk=world.acme.pk).name == "acme"


def test_settings_show_what_the_plan_leaves(world: World, client: Client) -> None:
    log_in(client, "olga")
    page = client.get("/o/acme/-/settings").content.decode()
    assert "1 private repository, no limit" in page
    assert PAGE in page


def test_the_api_renames_for_a_session_that_was_just_confirmed(
    world: World, client: Client
) -> None:
    client.force_login(world.olga)
    address, body = "/api/v1/organizations/acme/rename", {"name": "globex"}
    assert client.post(address, body, content_type="application/json").status_code == 403
    confirm(client)
    answer = client.post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"name": "globex"})


def test_the_api_renames_for_no_credential_of_a_machine(world: World, client: Client) -> None:
    headers = {"Authorization": basic("olga")}
    address, body = "/api/v1/organizations/acme/rename", {"name": "globex"}
    answer = client.post(address, body, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert Organization.objects.get(pk=world.acme.pk).name == "acme"
