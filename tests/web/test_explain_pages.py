"""The pages that say why: of a repository for its admins, and about oneself."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import World

PAGE = "/r/acme/app/-/access/explain"


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_somebody_may_and_why(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = text(client, f"{PAGE}?who=mila")
    assert "mila may pull and push, but not delete</h2>" in page
    assert "A grant gives the role writer." in page
    assert "<li>writer: team devs</li>" in page
    assert "The role writer carries pull and push alone." in page


def test_it_does_not_tell_which_accounts_there_are(world: World, client: Client) -> None:
    client.force_login(world.olga)
    answers = {
        text(client, f"{PAGE}?who={name}").replace(name, "NAME")
        for name in ("bobby", "nemo", "dave", "newt", "rooty")
    }
    parts = {page[page.index('id="ask"') : page.index("</main>")] for page in answers}
    assert len(parts) == 1
    assert "NAME may not pull, push or delete" in parts.pop()
    assert "The account is in use." in text(client, f"{PAGE}?who=olga")


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("rita", 403), ("mia", 403)])
def test_only_admins_ask_about_others(world: World, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(world, who))
    assert client.get(f"{PAGE}?who=mila").status_code == status


def test_supposing_shows_what_would_be(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = text(client, f"{PAGE}?who=bobby&role=writer&visibility=public&mode=archived")
    assert "bobby could pull, but not push or delete</h2>" in page
    assert "If a grant gave the role writer and the repository were public" in page
    assert world.app.grants.count() == 2


def test_what_makes_no_sense_is_an_error_and_no_answer(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = text(client, f"{PAGE}?who=&tag=a%20b")
    assert "<title>Error: Explain access" in page
    assert 'id="answer"' not in page
    client.force_login(world.rita)
    page = text(client, "/settings/explain?repository=Acme/App")
    assert "<title>Error: Why can&#x27;t I" in page or "<title>Error: Why can't I" in page
    assert 'id="answer"' not in page


def test_one_asks_about_oneself_under_any_name(world: World, client: Client) -> None:
    client.force_login(world.rita)
    assert "rita may pull, but not push or delete" in text(client, "/settings/explain/acme/app")
    hidden = text(client, "/settings/explain/alice/priv")
    absent = text(client, "/settings/explain/alice/none")
    part = slice(hidden.index('id="answer"'), None)
    assert hidden[part].replace("priv", "none")[:2000] == absent[part][:2000]
    assert 'name="who"' not in hidden
    other = text(client, "/settings/explain?repository=acme/app&who=mila")
    assert "rita may pull" in other


def test_administrators_of_the_site_ask_about_anybody(world: World, client: Client) -> None:
    client.force_login(world.root)
    page = text(client, "/settings/explain?repository=alice/priv&who=bobby&action=pull")
    assert "bobby may not pull</h2>" in page
    page = text(client, "/settings/explain?repository=alice/priv&who=dave")
    assert "The account is disabled." in page
