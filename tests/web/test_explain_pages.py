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
    assert "mila may pull and push</h2>" in page
    assert "A grant gives the role writer." in page
    assert "<li>writer: team devs</li>" in page
    assert "The role writer carries pull and push alone." in page


def test_it_does_not_tell_which_accounts_there_are(world: World, client: Client) -> None:
    client.force_login(world.olga)
    answers = {
        text(client, f"{PAGE}?who={name}").replace(name, "NAME")
        for name in ("bobby", "nemo", "dave", "newt")
    }
    parts = {page[page.index('id="ask"') : page.index("</main>")] for page in answers}
    assert len(parts) == 1
    assert "NAME may nothing" in parts.pop()


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("rita", 403), ("mia", 403)])
def test_only_admins_ask_about_others(world: World, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(world, who))
    assert client.get(f"{PAGE}?who=mila").status_code == status
