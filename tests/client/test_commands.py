"""The command line against the index itself: what it prints, and the number it ends with."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from waybill.commands.main import main
from waybill.commands.state import State
from waybill.logins.book import Book

from accounts.models import User, Visibility
from index.models import AccessGrant, Repository
from tests.client.conftest import PARTS, Run
from tests.client.transport import URL, InProcess, answer_of_django, answers, loses
from tests.conftest import World
from tests.factories import make_tag
from tests.machines import make_token


@pytest.fixture
def as_alice(run: Run, world: World) -> Run:
    """The same, logged in."""
    return logged_in(run, world.alice)


def logged_in(run: Run, user: User) -> Run:
    secret = make_token(user, api_parts=PARTS).value
    assert run("login", URL, "--token-stdin", stdin=secret).exit_code == 0
    return run


def lines_of(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_login_says_whose_it_is(run: Run, world: World) -> None:
    secret = make_token(world.alice, api_parts=PARTS).value
    result = run("login", URL, "--token-stdin", stdin=f"{secret}\n")
    assert result.stdout == f"Logged in to {URL} as alice.\n"


def test_a_login_without_a_keyring_says_where_the_token_lies(
    run: Run, world: World, book: Book
) -> None:
    result = run(
        "login", URL, "--token-stdin", stdin=make_token(world.alice, api_parts=PARTS).value
    )
    path = book.folder / "tokens.json"
    assert str(path) in result.stderr
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_list_of_logins_has_no_secret(as_alice: Run, book: Book) -> None:
    assert "wbp_" not in book.path.read_text()


def test_a_wrong_token_is_not_kept(run: Run, world: World, book: Book) -> None:
    result = run("login", URL, "--token-stdin", stdin="wbp_wrong")
    assert (result.exit_code, book.servers) == (4, [])
    assert "does not take this token" in result.stderr


def test_a_token_that_does_not_open_the_profile_wants_a_name(
    run: Run, world: World, book: Book
) -> None:
    secret = make_token(world.alice).value
    assert run("login", URL, "--token-stdin", stdin=secret).exit_code == 2
    assert run("login", URL, "-u", "alice", "--token-stdin", stdin=secret).exit_code == 0
    login = book.find(URL)
    assert login
    assert login.username == "alice"


def test_a_logout_forgets_the_token(as_alice: Run, book: Book) -> None:
    assert as_alice("logout").exit_code == 0
    assert book.servers == []
    assert "wbp_" not in (book.folder / "tokens.json").read_text()
    assert as_alice("whoami").exit_code == 4


def test_the_first_server_stays_the_one_that_is_meant(
    as_alice: Run, world: World, book: Book
) -> None:
    for url in ("http://other.test", URL):
        secret = make_token(world.alice, api_parts=PARTS).value
        assert as_alice("login", url, "--token-stdin", stdin=secret).exit_code == 0
    assert (book.default, book.servers) == (URL, ["http://other.test", URL])


def test_a_server_is_named_by_its_host_as_well(as_alice: Run) -> None:
    told = lines_of(as_alice("whoami", "--server", "index.test", "--json"))[0]
    assert told["server"] == URL


def test_whoami_names_the_account_and_the_server(as_alice: Run) -> None:
    told = as_alice("whoami").stdout
    assert "alice" in told
    assert URL in told


def test_a_token_of_the_environment_comes_first(
    as_alice: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYBILL_TOKEN", make_token(world.olga, api_parts=PARTS).value)
    assert lines_of(as_alice("whoami", "--json"))[0]["username"] == "olga"


def test_a_list_is_a_table_for_people(as_alice: Run) -> None:
    heading, *rows = as_alice("repos", "list", "alice").stdout.splitlines()
    assert heading.split() == ["NAME", "VISIBILITY", "STARS", "PULLS", "PUSHED"]
    assert sorted(row.split()[:2] for row in rows) == [
        ["alice/priv", "private"],
        ["alice/pub", "public"],
    ]


def test_a_list_is_a_line_of_json_for_each_for_programs(as_alice: Run) -> None:
    names = {one["name"] for one in lines_of(as_alice("repos", "list", "--json"))}
    assert names == {"alice/priv", "alice/pub", "base"}


def test_a_quiet_list_has_names_alone(as_alice: Run) -> None:
    assert as_alice("repos", "list", "alice", "-q", "-n", "1").stdout.count("\n") == 1


def test_a_repository_is_made_changed_and_shown(as_alice: Run) -> None:
    assert as_alice("repos", "create", "alice/new").exit_code == 0
    assert as_alice("repos", "edit", "alice/new", "-d", "Fresh", "--topic", "db").exit_code == 0
    shown = as_alice("repos", "show", "alice/new").stdout
    assert "Fresh" in shown
    assert "docker pull index.test/alice/new" in shown
    assert lines_of(as_alice("repos", "show", "alice/new", "--json"))[0]["topics"] == ["db"]


def test_an_edit_of_what_was_changed_meanwhile_is_refused(
    as_alice: Run, transport: InProcess, world: World
) -> None:
    def somebody_is_faster(request: requests.PreparedRequest) -> requests.Response:
        Repository.objects.filter(pk=world.public.pk).update(description="Hers")
        return answer_of_django(request)

    for words in (("edit", "alice/pub", "-d", "Mine"), ("visibility", "alice/pub", "private")):
        Repository.objects.filter(pk=world.public.pk).update(description="")
        transport.instead = [answer_of_django, somebody_is_faster]
        result = as_alice("repos", *words)
        assert (result.exit_code, "look at it again" in result.stderr) == (8, True), words
    world.public.refresh_from_db()
    assert (world.public.description, world.public.visibility) == ("Hers", Visibility.PUBLIC)


def test_a_script_edits_what_it_was_shown(as_alice: Run) -> None:
    etag = lines_of(as_alice("repos", "show", "alice/pub", "--json"))[0]["etag"]
    edit = ("repos", "edit", "alice/pub", "--if-match", etag, "-d")
    assert [as_alice(*edit, text).exit_code for text in ("one", "two")] == [0, 8]


def test_an_edit_of_nothing_says_what_can_be_edited(as_alice: Run) -> None:
    result = as_alice("repos", "edit", "alice/pub")
    assert result.exit_code == 2
    assert "--description" in result.stderr


def test_a_script_makes_nothing_public_and_deletes_nothing_without_yes(
    as_alice: Run, world: World
) -> None:
    for words in (
        ("repos", "visibility", "alice/priv", "public"),
        ("repos", "delete", "alice/priv"),
        ("tags", "delete", "alice/priv", "1.0"),
        ("grants", "take", "alice/priv", "user", "olga"),
        ("rename", "alice/priv", "other"),
    ):
        result = as_alice(*words)
        assert (result.exit_code, "--yes" in result.stderr) == (2, True), words
    world.private.refresh_from_db()
    assert world.private.visibility == Visibility.PRIVATE


def test_a_deletion_says_how_it_is_undone(as_alice: Run) -> None:
    deleted = as_alice("repos", "delete", "alice/priv", "--yes")
    assert "waybill repos undo" in deleted.stdout
    assert as_alice("repos", "show", "alice/priv").exit_code == 3


def test_a_deleted_tag_comes_back(as_alice: Run, world: World) -> None:
    make_tag(world.public, "1.0")
    assert as_alice("tags", "delete", "alice/pub", "1.0", "--yes").exit_code == 0
    result = as_alice("tags", "undo", "alice/pub", "1.0")
    assert (result.exit_code, result.stdout) == (0, "alice/pub:1.0 comes back.\n")
    assert as_alice("tags", "undo", "alice/pub", "2.0").exit_code == 3


def test_tags_are_listed_as_docker_lists_images(as_alice: Run, world: World) -> None:
    tag = make_tag(world.public, "1.0")
    heading, row = as_alice("tags", "list", "alice/pub").stdout.splitlines()
    assert heading.split()[:2] == ["TAG", "DIGEST"]
    assert row.split()[:2] == ["1.0", tag.manifest.digest.removeprefix("sha256:")[:12]]


def test_a_dry_run_says_what_becomes_of_tags(as_alice: Run, world: World) -> None:
    make_tag(world.public, "1.0")
    told = lines_of(as_alice("tags", "delete", "alice/pub", "1.0", "--dry-run", "--json"))
    assert [one["name"] for one in told] == ["1.0"]
    assert world.public.tags.count() == 1


def test_grants_are_given_listed_and_taken(as_alice: Run, world: World) -> None:
    assert as_alice("grants", "give", "alice/priv", "user", "olga", "writer").exit_code == 0
    assert "olga" in as_alice("grants", "list", "alice/priv").stdout
    assert as_alice("grants", "take", "alice/priv", "user", "olga", "--yes").exit_code == 0
    assert not AccessGrant.objects.filter(repository=world.private).exists()


def test_a_refusal_of_rights_is_explained(as_alice: Run) -> None:
    told = as_alice("explain", "base", "push").stdout
    assert "push" in told
    assert " no " in told


def test_an_owner_asks_about_others(as_alice: Run) -> None:
    told = lines_of(as_alice("explain", "alice/priv", "pull", "--who", "bobby", "--json"))[0]
    assert (told["name"], told["allowed"]) == ("bobby", False)


def test_a_rename_says_first_what_changes(as_alice: Run, world: World) -> None:
    told = as_alice("rename", "alice/priv", "other", "--dry-run").stdout
    assert "alice/priv would become alice/other." in told
    assert as_alice("rename", "alice/priv", "other", "--yes").exit_code == 0
    world.private.refresh_from_db()
    assert str(world.private) == "alice/other"


@pytest.mark.parametrize("mark", ["stars", "watches"])
def test_marks_come_and_go(as_alice: Run, mark: str) -> None:
    assert as_alice(mark, "add", "base").exit_code == 0
    assert as_alice(mark, "list", "-q").stdout == "base\n"
    assert as_alice(mark, "remove", "base").exit_code == 0
    assert as_alice(mark, "list", "-q").stdout == ""


def test_the_audit_has_the_latest_last(run: Run, world: World) -> None:
    logged_in(run, world.olga)
    for text in ("one", "two"):
        run("repos", "edit", "acme/app", "-d", text)
    for name in ("acme", "acme/app"):
        told = lines_of(run("audit", "tail", name, "--json", "-n", "2"))
        assert told[0]["at"] < told[1]["at"]


@pytest.mark.parametrize(
    "words",
    [
        ("tokens", "list"),
        ("robots", "list", "acme"),
        ("registries", "list"),
        ("moves", "list"),
        ("trash", "list"),
        ("repos", "undo", "alice/priv"),
    ],
)
def test_what_only_sessions_open_is_said_to_whoever_has_a_token(
    as_alice: Run, words: tuple[str, ...]
) -> None:
    result = as_alice(*words)
    assert (result.exit_code, f"waybill login {URL}" in result.stderr) == (3, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("repos", "show", "alice/nothing"), 3, "there is no such thing, or you may not see it"),
        (("repos", "edit", "base", "-d", "mine"), 3, "base"),
        (("repos", "create", "alice/pub"), 3, "there is a repository alice/pub already"),
        (("repos", "show", "../user"), 2, "is no name"),
        (("promote", "alice/pub", "alice/priv"), 2, "add a tag or digest"),
        (("repos", "show", "alice/pub", "--server", "ftp://x"), 2, "is no address of a server"),
    ],
)
def test_an_error_is_a_sentence_and_a_number(
    as_alice: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    result = as_alice(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_a_server_that_is_away_is_said_so(as_alice: Run, transport: InProcess) -> None:
    transport.instead = [loses] * 5
    result = as_alice("repos", "list")
    assert result.exit_code == 6
    assert "no answer from index.test" in result.stderr


def test_without_a_server_one_is_told_to_log_in(run: Run) -> None:
    result = run("repos", "list")
    assert result.exit_code == 4
    assert "waybill login" in result.stderr


def test_a_fault_of_our_own_shows_no_traceback(
    as_alice: Run, transport: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYBILL_DEBUG", raising=False)
    transport.instead = [answers(200, b'{"results": [{}]}')]
    result = as_alice("repos", "list")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_names_of_others_do_not_reach_into_the_terminal(as_alice: Run, world: World) -> None:
    Repository.objects.filter(pk=world.public.pk).update(description="a\x1b[2Jb\u202ec")
    told = as_alice("repos", "list", "alice").stdout
    assert "\x1b" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_learn_to_complete(run: Run, shell: str) -> None:
    assert "_WAYBILL_COMPLETE" in run("completion", shell).stdout


def test_names_are_completed_from_the_server(
    as_alice: Run, book: Book, transport: InProcess
) -> None:
    typed = {"COMP_WORDS": "waybill repos show alice/p", "COMP_CWORD": "3"}
    environment = {"_WAYBILL_COMPLETE": "bash_complete", **typed}
    transport.instead = [answers(200, b'{"results": [{"name": "alice/pub"}, {"name": "base"}]}')]
    state = State(book=book, adapter=transport)
    result = CliRunner().invoke(main, prog_name="waybill", env=environment, obj=state)
    assert set(result.stdout.split()) == {"plain,alice/pub"}


def test_a_completion_that_fails_completes_nothing(book: Book, transport: InProcess) -> None:
    typed = {"COMP_WORDS": "waybill repos show a", "COMP_CWORD": "3", "WAYBILL_SERVER": URL}
    environment = {"_WAYBILL_COMPLETE": "bash_complete", **typed}
    transport.instead = [loses]
    state = State(book=book, adapter=transport)
    result = CliRunner().invoke(main, prog_name="waybill", env=environment, obj=state)
    assert (result.exit_code, result.output.strip()) == (0, "")
