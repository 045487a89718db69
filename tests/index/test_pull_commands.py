"""The lines that fetch an image: what each program wants, and that the choice is remembered."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from django.test import Client

from index.pull_commands import CLIENTS, pull_command, pull_lines
from tests.conftest import World
from tests.factories import make_tag

DIGEST = "sha256:" + "ab" * 32
CHOOSE = "/client"


def lines(**image: str) -> dict[str, Any]:
    """Return the lines by the program."""
    return {one.key: one for one in pull_lines("acme/app", **image)}


def test_every_program_has_lines_in_the_order_of_the_list() -> None:
    assert tuple(lines(tag="1.0")) == CLIENTS


def test_each_program_is_called_as_it_wants(settings: Any) -> None:
    settings.IS_HTTPS = True
    assert {key: one.by_tag for key, one in lines(tag="1.0").items()} == {
        "docker": "docker pull index.test/acme/app:1.0",
        "podman": "podman pull index.test/acme/app:1.0",
        "nerdctl": "nerdctl pull index.test/acme/app:1.0",
        "ctr": "ctr images pull index.test/acme/app:1.0",
        "kubernetes": "image: index.test/acme/app:1.0",
        "reference": "index.test/acme/app:1.0",
    }


def test_a_digest_stands_for_the_tag() -> None:
    found = lines(digest=DIGEST)
    assert found["docker"].by_tag == ""
    assert found["docker"].by_digest == f"docker pull index.test/acme/app@{DIGEST}"
    assert found["kubernetes"].by_digest == f"image: index.test/acme/app@{DIGEST}"


def test_without_a_certificate_programs_are_told_so(settings: Any) -> None:
    settings.IS_HTTPS = False
    found = lines(tag="1.0")
    assert found["podman"].by_tag == "podman pull --tls-verify=false index.test/acme/app:1.0"
    assert found["nerdctl"].by_tag == "nerdctl --insecure-registry pull index.test/acme/app:1.0"
    assert found["ctr"].by_tag == "ctr images pull --plain-http index.test/acme/app:1.0"


@pytest.mark.parametrize("client", CLIENTS)
def test_no_line_has_a_prompt_and_every_one_names_the_host(client: str) -> None:
    one = lines(tag="1.0", digest=DIGEST)[client]
    for text in filter(None, (one.by_tag, one.by_digest, one.login)):
        assert not text.startswith(("$", "#", ">"))
        assert "index.test" in text
        assert "\n" not in text
        assert shlex.split(text)


def test_an_unknown_program_is_docker() -> None:
    assert pull_command("wget", "a/b", tag="1") == "docker pull index.test/a/b:1"


def test_the_program_is_remembered_and_only_shown_first(world: World, client: Client) -> None:
    make_tag(world.public)
    answer = client.post(CHOOSE, {"client": "podman", "next": "/r/alice/pub"})
    assert answer["Location"] == "/r/alice/pub#pull"
    page = client.get("/r/alice/pub").content.decode()
    assert '<div data-client="podman">' in page
    assert '<div data-client="docker" hidden>' in page


def test_tags_are_listed_for_the_program_that_was_chosen(world: World, client: Client) -> None:
    make_tag(world.public)
    client.cookies["client"] = "kubernetes"
    page = client.get("/r/alice/pub/-/tags").content.decode()
    assert "image: index.test/<wbr>alice/<wbr>pub:latest" in page


@pytest.mark.parametrize("odd", ["", "wget", "<script>"])
def test_an_unknown_choice_is_not_remembered(client: Client, odd: str) -> None:
    assert "client" not in client.post(CHOOSE, {"client": odd, "next": "/"}).cookies


@pytest.mark.parametrize("away", ["https://evil.test/", "//evil.test", "javascript:alert(1)"])
@pytest.mark.usefixtures("db")
def test_the_choice_leads_to_no_other_site(client: Client, away: str) -> None:
    assert client.post(CHOOSE, {"client": "ctr", "next": away})["Location"] == "/"


def test_a_private_image_shows_how_to_log_in(world: World, client: Client) -> None:
    make_tag(world.app)
    client.force_login(world.rita)
    page = client.get("/r/acme/app").content.decode()
    assert "It is not public: log in first" in page
