"""The Python client against the index itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import waybill
from waybill import Waybill, calls

from accounts.models import Visibility
from index.models import Repository
from index.roles import Role
from tests.architecture.furniture import fill_in
from tests.client.conftest import ClientOf
from tests.client.transport import (
    URL,
    InProcess,
    Interference,
    answers,
    does_and_is_overloaded,
    does_and_loses,
    loses,
)
from tests.conftest import World
from tests.factories import make_grant, make_repositories, new_repository


def test_it_knows_whose_token_it_has(alice: Waybill) -> None:
    assert alice.ask(calls.people.whoami())["username"] == "alice"


def test_nobody_sees_what_is_public(world: World, client_of: ClientOf) -> None:
    seen = client_of(None).each(calls.repositories.every())
    assert {one["name"] for one in seen} == {"alice/pub", "base"}


def test_a_list_goes_on_over_its_pages(world: World, alice: Waybill) -> None:
    make_repositories(
        *(
            new_repository(f"alice/r{number}", registry=world.east, visibility=Visibility.PUBLIC)
            for number in range(5)
        )
    )
    seen = [one["name"] for one in alice.each(calls.repositories.every(page_size=2))]
    assert sorted(seen) == sorted(map(str, Repository.objects.exclude(pk=world.app.pk)))


def test_a_page_is_fetched_when_it_is_needed(alice: Waybill, transport: InProcess) -> None:
    next(alice.each(calls.repositories.every(page_size=1)))
    assert len(transport.sent) == 1


def test_links_lead_to_no_other_server(alice: Waybill, transport: InProcess) -> None:
    link = '<https://elsewhere.example/api/v1/repositories?page_size=2>; rel="next"'
    transport.instead = [answers(200, b'{"results": []}', Link=link)]
    list(alice.each(calls.repositories.every()))
    assert {str(one.url).split("/api")[0] for one in transport.sent} == {URL}
    assert len(transport.sent) > 1


def test_what_is_made_is_there(alice: Waybill) -> None:
    alice.ask(calls.repositories.create("alice/new", description="Fresh"))
    assert alice.ask(calls.repositories.one("alice/new"))["description"] == "Fresh"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (calls.repositories.one("alice/nothing"), waybill.NotFound),
        (calls.repositories.create("alice/pub"), waybill.Forbidden),
        (calls.repositories.change("base", description="mine"), waybill.Forbidden),
        (calls.repositories.change("alice/pub", mode="frozen"), waybill.Invalid),
    ],
)
def test_a_refusal_has_its_kind(
    alice: Waybill, call: waybill.Call[object], kind: type[waybill.Refusal]
) -> None:
    with pytest.raises(kind) as refused:
        alice.ask(call)
    assert refused.value.detail


@pytest.mark.parametrize(
    ("status", "kind"),
    [(409, waybill.Conflict), (410, waybill.NotFound), (500, waybill.Unavailable)],
)
def test_a_refusal_without_words_has_its_kind_too(
    alice: Waybill, transport: InProcess, status: int, kind: type[waybill.Refusal]
) -> None:
    transport.instead = [answers(status, b"<h1>Sorry</h1>")]
    with pytest.raises(kind, match=f"the server answered {status}"):
        alice.ask(calls.repositories.one("alice/pub"))


def test_a_refusal_names_the_fields(alice: Waybill) -> None:
    with pytest.raises(waybill.Invalid) as refused:
        alice.ask(calls.repositories.change("alice/pub", mode="frozen"))
    assert list(refused.value.errors) == ["mode"]


def test_a_change_of_what_was_seen_is_made_once(alice: Waybill) -> None:
    seen = alice.see(calls.repositories.one("alice/pub"))
    assert seen.answer["name"] == "alice/pub"
    change = calls.repositories.change("alice/pub", if_match=seen.etag, description="Mine")
    changed = alice.see(change)
    with pytest.raises(waybill.Changed, match="read it again") as refused:
        alice.ask(change)
    assert (refused.value.status, refused.value.code) == (412, "precondition-failed")
    assert changed == alice.see(calls.repositories.one("alice/pub"))


def test_an_offer_that_was_taken_back_is_not_what_was_seen(alice: Waybill, world: World) -> None:
    fill_in("{transfer}", world)
    seen = alice.see(calls.names.offer("alice/pub"))
    alice.ask(calls.names.withdraw("alice/pub", if_match=seen.etag))
    with pytest.raises(waybill.Changed):
        alice.ask(calls.names.withdraw("alice/pub", if_match=seen.etag))


def test_a_change_of_what_was_seen_is_not_sent_again(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [loses]
    with pytest.raises(waybill.ServerAway):
        alice.ask(calls.names.withdraw("alice/pub", if_match='"seen"'))
    assert len(transport.sent) == 1


def test_a_wrong_token_is_told_apart(world: World) -> None:
    client = Waybill(URL, token="wbp_wrong", adapter=InProcess())
    with pytest.raises(waybill.NotLoggedIn):
        client.ask(calls.people.whoami())


def test_a_password_of_netrc_is_not_sent(
    world: World, client_of: ClientOf, transport: InProcess, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    netrc = tmp_path / "netrc"
    netrc.write_text("machine index.test login mallory password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    list(client_of(None).each(calls.repositories.every()))
    assert "Authorization" not in transport.sent[0].headers


def test_an_overloaded_server_is_asked_again(
    alice: Waybill, transport: InProcess, pauses: list[float]
) -> None:
    transport.instead = [answers(503, Retry_After="7"), answers(429, Retry_After="2")]
    assert alice.ask(calls.people.whoami())["username"] == "alice"
    assert pauses == [7, 2]


def test_pauses_grow_where_the_server_names_none(
    alice: Waybill, transport: InProcess, pauses: list[float]
) -> None:
    transport.instead = [answers(503)] * 4
    alice.ask(calls.people.whoami())
    assert [low <= pause <= 2 * low for pause, low in zip(pauses, (0.25, 0.5, 1, 2), strict=True)]


def test_a_long_wait_is_left_to_the_caller(
    alice: Waybill, transport: InProcess, pauses: list[float]
) -> None:
    transport.instead = [answers(429, Retry_After="3600")]
    with pytest.raises(waybill.TooMany) as refused:
        alice.ask(calls.people.whoami())
    assert (refused.value.retry_after, pauses) == (3600, [])


def test_what_was_made_though_its_answer_was_lost_is_made_once(
    alice: Waybill, transport: InProcess
) -> None:
    transport.instead = [does_and_loses]
    assert alice.ask(calls.repositories.create("alice/new"))["name"] == "alice/new"
    assert Repository.objects.filter(name="alice/new").count() == 1
    assert len(transport.sent) == 2


def test_each_post_has_a_key_of_its_own(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [loses]
    for name in ("one", "two"):
        alice.ask(calls.repositories.create(f"alice/{name}"))
    first, again, second = (one.headers["Idempotency-Key"] for one in transport.sent)
    assert first == again != second


def test_what_is_being_done_is_waited_for(
    alice: Waybill, transport: InProcess, pauses: list[float]
) -> None:
    transport.instead = [answers(409, Retry_After="2")]
    alice.ask(calls.repositories.create("alice/new"))
    assert pauses == [2]


def test_nobody_makes_anything_twice(client_of: ClientOf, transport: InProcess) -> None:
    transport.instead = [loses]
    with pytest.raises(waybill.ServerAway, match="the line was cut"):
        client_of(None).ask(calls.command_line.begin(machine="laptop"))
    assert len(transport.sent) == 1
    assert "Idempotency-Key" not in transport.sent[0].headers


def test_what_is_put_is_put_again(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [does_and_loses]
    alice.ask(calls.repositories.star("base"))
    assert Repository.objects.get(name="base").stars.count() == 1


@pytest.mark.parametrize("instead", [does_and_loses, does_and_is_overloaded])
def test_what_is_gone_after_a_loss_was_deleted(
    world: World, alice: Waybill, transport: InProcess, instead: Interference
) -> None:
    make_grant(world.private, world.bob, Role.READER)
    transport.instead = [instead]
    assert alice.ask(calls.access.take("alice/priv", "user", "bobby")) is None
    assert len(transport.sent) == 2


def test_what_was_never_there_was_not_deleted(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [answers(429, Retry_After="1")]
    with pytest.raises(waybill.NotFound):
        alice.ask(calls.access.take("alice/priv", "user", "bobby"))


def test_a_change_that_was_lost_is_not_sent_again(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [loses]
    with pytest.raises(waybill.ServerAway, match="the line was cut"):
        alice.ask(calls.repositories.change("alice/pub", description="x"))
    assert len(transport.sent) == 1


def test_a_server_that_stays_away_is_given_up(alice: Waybill, transport: InProcess) -> None:
    transport.instead = [loses] * 5
    with pytest.raises(waybill.ServerAway):
        alice.ask(calls.people.whoami())
    assert len(transport.sent) == 5


@pytest.mark.parametrize("page", [b"<html>Welcome to nginx!</html>", b"7"])
def test_another_kind_of_server_is_named_as_such(
    alice: Waybill, transport: InProcess, page: bytes
) -> None:
    transport.instead = [answers(200, page)]
    with pytest.raises(waybill.ServerAway, match="is that the address of a Waybill server"):
        list(alice.each(calls.repositories.every()))


@pytest.mark.parametrize(
    "name", ["", "../user", "alice/../../user", "alice/pub/-/star", "alice//x"]
)
def test_a_name_leads_to_no_other_operation(name: str) -> None:
    with pytest.raises(waybill.BadName):
        calls.repositories.one(name)


@pytest.mark.parametrize("url", ["ftp://index.test", "https://", "http://me:secret@index.test"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(waybill.WaybillError):
        Waybill(url)
