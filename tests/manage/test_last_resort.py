"""Django's admin: behind two factors, for administrators, to look at."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEvent
from config.last_resort import is_secret, shown_fields
from config.last_resort_models import last_resort
from index.models import Notification
from tests.accounts.second_factors import set_up_app
from tests.clients import confirm
from tests.conftest import World
from tests.manage.conftest import show_factor

PAGES = ["/admin/", "/admin/accounts/", "/admin/accounts/user/", "/admin/index/repository/"]


@pytest.mark.parametrize("path", PAGES)
def test_there_is_no_such_page_for_others(world: World, client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
    client.force_login(world.olga)
    set_up_app(world.olga)
    show_factor(client)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_it_is_refused_without_a_recent_second_factor(
    world: World, root: Client, path: str
) -> None:
    assert root.get(path).headers["Location"] == "/accounts/2fa/"  # none is set up
    set_up_app(world.root)
    confirm(root)  # the password alone
    assert root.get(path).headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    show_factor(root, seconds_ago=3600)
    assert root.get(path).headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    show_factor(root)
    assert root.get(path).status_code == 200


@pytest.mark.parametrize("path", ["login/", "logout/", "password_change/", "jsi18n/../login/"])
def test_it_has_no_way_in_of_its_own(world: World, strong: Client, path: str) -> None:
    assert strong.get(f"/admin/{path}").status_code == 404
    assert strong.post(f"/admin/{path}").status_code in {404, 405}


@pytest.mark.parametrize("model", list(last_resort._registry), ids=lambda model: model.__name__)
def test_every_list_and_row_opens_and_none_can_be_changed(
    world: World, strong: Client, model: type
) -> None:
    options = model._meta  # type: ignore[attr-defined]
    path = f"/admin/{options.app_label}/{options.model_name}/"
    assert strong.get(f"{path}?q=alice").status_code == 200
    row = model.objects.first()  # type: ignore[attr-defined]
    if row is None or model is Notification:
        return
    page = strong.get(f"{path}{row.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    assert strong.post(f"{path}{row.pk}/change/", {}).status_code == 403
    assert strong.get(f"{path}add/").status_code == 404
    assert strong.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 404


def test_no_secret_is_among_the_columns() -> None:
    for model in last_resort._registry:
        names = shown_fields(model)
        held = {"password", "events_secret_digest", "encrypted_secret", "token", "secret_digest"}
        assert not held & set(names), model
        assert not [name for name in names if is_secret(name)]


def test_a_password_is_on_no_page(world: World, strong: Client) -> None:
    page = strong.get(f"/admin/accounts/user/{world.alice.pk}/change/").content.decode()
    assert world.alice.password not in page
    assert "md5" not in page


@pytest.mark.parametrize("column", ["password__startswith", "username", "is_active__exact"])
def test_no_filter_in_the_address_tells_of_a_column(
    world: World, strong: Client, column: str
) -> None:
    """Else a hash is read letter by letter, by which list is empty."""
    assert strong.get(f"/admin/accounts/user/?{column}=a").status_code == 400


def test_what_is_in_quarantine_can_be_dropped_and_that_is_written_down(
    world: World, strong: Client
) -> None:
    row = Notification.objects.create(
        registry=world.east, body=b"\xff<script>", state="quarantined", problem="no JSON"
    )
    page = strong.get(f"/admin/index/notification/{row.pk}/change/").content.decode()
    assert "<script>" not in page.partition("readonly")[2].partition("</form>")[0]
    strong.post(f"/admin/index/notification/{row.pk}/delete/", {"post": "yes"})
    assert not Notification.objects.exists()
    event = AuditEvent.objects.get(action="registry:notification:dropped")
    assert event.details == {"registry": "east", "problem": "no JSON"}


def test_what_waits_to_be_applied_cannot_be_dropped(world: World, strong: Client) -> None:
    row = Notification.objects.create(registry=world.east, body=b"{}")
    assert strong.get(f"/admin/index/notification/{row.pk}/change/").status_code == 302
    strong.post(f"/admin/index/notification/{row.pk}/delete/", {"post": "yes"})
    assert Notification.objects.exists()
