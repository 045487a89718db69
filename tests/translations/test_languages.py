"""Which language a door answers in."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.mails import send_after_commit
from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def test_a_page_speaks_the_language_of_the_browser(client: Client) -> None:
    """Without having to choose."""
    answer = client.get("/accounts/login/", headers=GERMAN)
    assert '<html lang="de" dir="ltr"' in answer.content.decode()
    assert "Anmelden" in answer.content.decode()
    assert answer["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in answer["Vary"].split(",")}


def test_a_language_that_is_not_there_is_english(client: Client) -> None:
    """Rather than an error."""
    answer = client.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="tlh")
    assert '<html lang="en"' in answer.content.decode()


def test_what_was_chosen_counts_more(client: Client) -> None:
    """Than what the browser says."""
    chosen = client.post("/language", {"language": "fr", "next": "/explore"})
    assert chosen["Location"] == "/explore"
    assert '<html lang="fr"' in client.get("/accounts/login/", headers=GERMAN).content.decode()


@pytest.mark.parametrize("language", ["tlh", "", "../de"])
def test_what_is_no_language_is_not_remembered(client: Client, language: str) -> None:
    """Nor does it break anything."""
    client.post("/language", {"language": language})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_the_way_back_stays_on_this_site(client: Client) -> None:
    """No open redirect."""
    answer = client.post("/language", {"language": "de", "next": "//evil.example/"})
    assert answer["Location"] == "/"


def test_the_choice_is_kept_with_the_account(client: Client) -> None:
    """Another browser of the same person speaks it too."""
    person = make_user("alice")
    client.force_login(person)
    client.post("/language", {"language": "de"})
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(pk=person.pk))
    assert '<html lang="de"' in elsewhere.get("/explore").content.decode()


@pytest.mark.parametrize("path", ["/api/v1/", "/v2/", "/v1/search?q=a", "/healthz"])
def test_programs_are_answered_in_english(client: Client, path: str) -> None:
    """The same bytes, whatever they ask for."""
    asked, plain = client.get(path, headers=GERMAN), Client().get(path)
    assert asked.status_code == plain.status_code
    assert "Content-Language" not in asked


def test_nothing_stays_for_the_next_request(client: Client) -> None:
    """A thread answers many."""
    client.get("/accounts/login/", headers=GERMAN)
    assert translation.get_language() == settings.LANGUAGE_CODE


def test_a_mail_speaks_the_language_of_who_gets_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    """Not of whoever caused it."""
    person = make_user("alice")
    User.objects.filter(pk=person.pk).update(language="de")
    person.refresh_from_db()
    with translation.override("fr"), django_capture_on_commit_callbacks(execute=True):
        send_after_commit("account_enabled", to=[person])
    assert mail.outbox[-1].subject == "[Waybill] Ihr Konto funktioniert wieder"
