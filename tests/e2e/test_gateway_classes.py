"""Who waits where, what nginx keeps and for whom: the gateway alone, with stubs behind it."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import unquote

import pytest

from accounts.opaque_tokens import make_opaque_token
from tests.e2e.lone_gateway import Asked, LoneGateway, Reply, answer_well, running_gateway
from tests.e2e.wire import basic
from tests.waiting import eventually

URL = "/token?service=index.test&scope=repository:acme/app:pull"
PULL = "/v2/acme/app/manifests/1.0"
NOBODY = "Basic Og=="


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneGateway]:
    """One nginx for all tests here: each asks for names of its own."""
    with running_gateway(tmp_path_factory.mktemp("gateway")) as alone:
        yield alone


@pytest.fixture(autouse=True)
def begin(alone: LoneGateway) -> None:
    """Forget the test before."""
    alone.parts.begin()


def secret(kind: str = "wbp") -> str:
    return make_opaque_token(kind).value


def bearer(signature: str = "s" * 86, payload: str = "cGF5") -> dict[str, str]:
    return {"Authorization": f"Bearer aGVhZA.{payload}.{signature}"}


def keep(seconds: int) -> dict[str, str]:
    """The headers with which the index lets nginx keep an answer."""
    return {"X-Accel-Expires": str(seconds), "Cache-Control": "no-store", "Vary": "Authorization"}


def kept_route(asked: Asked) -> Reply:
    """An index that lets every route be kept."""
    if asked.door == "/_gateway/route":
        return Reply(204, {"X-Waybill-Registry": "east", **keep(60)}, b"")
    return answer_well(asked)


# --- classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "authorization", "part", "named"),
    [
        ("GET", "", "tokens", "token"),
        ("GET", NOBODY, "tokens", "token"),
        ("HEAD", "", "tokens", "token"),
        ("GET", basic("alice", secret("wbp")), "tokens", "token"),
        ("GET", basic("alice2", secret("wbs")), "tokens", "token"),
        ("GET", basic("acme+ci", secret("wbw")), "tokens", "token"),
        ("GET", basic("", secret()), "tokens", "token"),
        ("GET", basic("alice", "a river runs"), "passwords", "password"),
        ("GET", basic("", "a river runs"), "passwords", "password"),
        ("GET", basic("alice", ""), "passwords", "password"),
        ("GET", "Basic %%%", "passwords", "password"),
        ("GET", "basic " + base64.b64encode(b"alice:river").decode(), "passwords", "password"),
        ("GET", "Bearer abc", "tokens", "token"),
        ("POST", "", "tokens", "token"),
        ("POST", basic("alice", "a river runs"), "tokens", "token"),
    ],
)
def test_a_request_for_a_token_waits_with_its_like(
    alone: LoneGateway, method: str, authorization: str, part: str, named: str
) -> None:
    lie = {"X-Waybill-Class": "lie", "X-Request-Start": "t=1.000"}
    headers = lie | ({"Authorization": authorization} if authorization else {})
    assert alone.wire.ask(method, URL, headers).status == 200
    [asked] = alone.parts.asked
    assert (asked.part, asked.headers["x-waybill-class"]) == (part, named)
    assert abs(float(asked.headers["x-request-start"].removeprefix("t=")) - time.time()) < 30


@pytest.mark.parametrize(
    ("method", "path", "authorization", "part"),
    [
        ("GET", "/", "", "web"),
        ("GET", "/v1/search?q=a", "", "web"),
        ("GET", "/v1/users/", basic("alice", "a river runs"), "passwords"),
        ("GET", "/v1/users/", basic("alice", secret()), "web"),
        ("GET", "/api/v1/user", basic("alice", "a river runs"), "passwords"),
        ("GET", "/api/v1/user", "Bearer wbp_abc", "web"),
        ("GET", "/accounts/login/", "", "web"),
        ("POST", "/accounts/login/", "", "passwords"),
        ("POST", "/accounts/reauthenticate/", "", "passwords"),
        ("POST", "/accounts/password/change/", "", "passwords"),
        ("POST", "/r/acme/app/-/star", "", "web"),
        ("GET", "/v2/", "Bearer a.b.c", "tokens"),
        ("GET", "/v2/_catalog", "", "web"),
        ("POST", "/events/east", "", "web"),
    ],
)
def test_whatever_may_hash_a_password_waits_with_passwords(
    alone: LoneGateway, method: str, path: str, authorization: str, part: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert alone.wire.ask(method, path, headers).status == 200
    assert [asked.part for asked in alone.parts.asked] == [part]


def test_a_password_in_a_body_is_handed_on_with_method_and_body(alone: LoneGateway) -> None:
    def hand_on(asked: Asked) -> Reply:
        if asked.part == "tokens":
            return Reply(200, {"X-Accel-Redirect": "@passwords"}, b"")
        return Reply(body=b"signed")

    alone.parts.begin(hand_on)
    body = b"grant_type=password&username=alice&password=river"
    answer = alone.wire.ask("POST", "/token?x=%2F", {"Content-Type": "text/plain"}, body)
    assert (answer.status, answer.body) == (200, b"signed")
    first, second = alone.parts.asked
    assert (second.part, second.method, second.target, second.body) == (
        "passwords",
        "POST",
        "/token?x=%2F",
        body,
    )
    assert (first.headers["x-waybill-class"], second.headers["x-waybill-class"]) == (
        "token",
        "password",
    )
    assert second.headers["x-waybill-gateway"] == first.headers["x-waybill-gateway"]


def test_who_is_over_the_limit_is_told_at_once_and_nobody_else_waits(alone: LoneGateway) -> None:
    """256 log-ins wait; the next is refused, and pages, tokens and docker's passwords go on."""
    go_on = threading.Event()

    def stand_still(asked: Asked) -> Reply:
        if asked.door == "/accounts/login/":
            assert go_on.wait(20)
        return answer_well(asked)

    def log_in(client: int = 0) -> int:
        source = f"127.0.1.{client // 32}"  # eight clients, each with all that it may have
        return alone.wire.ask("POST", "/accounts/login/", source=source).status

    alone.parts.begin(stand_still)
    with ThreadPoolExecutor(256) as many:
        waiting = [many.submit(log_in, client) for client in range(256)]
        eventually(lambda: len(alone.parts.asked) == 256)
        refused = alone.wire.ask("POST", "/accounts/login/")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        over = alone.wire.ask("GET", "/v1/users/", {"Authorization": basic("alice", "river")})
        assert (over.status, over.code) == (503, "UNAVAILABLE")
        assert int(over.headers["Retry-After"]) > 0
        for path, authorization in (("/", ""), (URL, ""), (URL, basic("alice", "river"))):
            headers = {"Authorization": authorization} if authorization else {}
            assert alone.wire.ask("GET", path, headers).status == 200
        go_on.set()
        assert {one.result() for one in waiting} == {200}
    assert log_in() == 200


SLOW = "127.0.2.1"
QUEUES = [
    ("/x", "GET", "/", 32),
    ("/events/e", "POST", "/events/e", 32),
]


def test_one_client_that_says_no_more_closes_no_queue_to_others(alone: LoneGateway) -> None:
    """As many as one client may have begin a body and stop: its next is refused, others go on."""
    with ExitStack() as held:
        idle: list[socket.socket] = []
        for door, method, path, most in QUEUES:
            idle += [held.enter_context(begin_body(alone, door)) for _ in range(most + 3)]
            eventually(lambda m=method, p=path: alone.wire.ask(m, p, source=SLOW).status == 503)  # type: ignore[misc]
            assert alone.wire.ask(method, path).status == 200
        for connection in idle:  # cut off long before the 60 seconds of nginx, or one too many
            assert connection.recv(100)[:12] in {b"", b"HTTP/1.1 503"}
    for _, method, path, _ in QUEUES:
        assert alone.wire.ask(method, path, source=SLOW).status == 200
    assert all(asked.body == b"" for asked in alone.parts.asked)


def begin_body(alone: LoneGateway, door: str) -> socket.socket:
    """Send one byte of ten; nginx must cut this off before the socket gives up."""
    address = ("127.0.0.1", alone.wire.stack.port)
    connection = socket.create_connection(address, 30, (SLOW, 0))
    head = f"POST {door} HTTP/1.1\r\nHost: index.test\r\nContent-Length: 10\r\n\r\nx"
    connection.sendall(head.encode())
    return connection


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_who_asks_for_a_token_and_posts_nothing_has_no_body(
    alone: LoneGateway, method: str
) -> None:
    """It would be awaited in the queue of those who have none."""
    for headers in ({"Content-Length": "010"}, {"Transfer-Encoding": "chunked"}):
        assert alone.wire.ask(method, URL, headers).status == 400
    assert alone.parts.asked == []
    assert alone.wire.ask(method, URL, {"Content-Length": "0"}).status == 200


def test_both_spellings_of_the_token_door_wait_with_their_like(alone: LoneGateway) -> None:
    password = {"Authorization": basic("alice", "a river runs")}
    for path in ("/token", "/token/", "/token?a=%2f", "/token/?a=//"):
        alone.parts.begin()
        assert alone.wire.ask("POST", path).status == 200
        assert alone.wire.ask("GET", path, password).status == 200
        seen = [(one.part, one.target, one.headers["x-waybill-class"]) for one in alone.parts.asked]
        assert seen == [("tokens", path, "token"), ("passwords", path, "password")]


@pytest.mark.parametrize(
    "path",
    ["/token%2f", "/%74oken", "/token//", "//token", "/token/%2e", "/x/../token", "/token/.",
     "/token%2F?a=1", "/%2ftoken", "/token#x", "/./token/"],
)  # fmt: skip
def test_no_other_spelling_of_it_is_handed_on(alone: LoneGateway, path: str) -> None:
    for method in ("GET", "POST"):
        answer = alone.wire.ask(method, path)
        assert (answer.status, answer.code) == (400, "UNSUPPORTED")
    assert alone.parts.asked == []


@pytest.mark.parametrize(
    "path", ["/token", "/token%0a", "/token;x", "/token%00", "/token%2fx", "/%2574oken"]
)
def test_what_looks_like_it_never_meets_the_index_as_token(alone: LoneGateway, path: str) -> None:
    alone.wire.ask("POST", path)
    for asked in alone.parts.asked:
        is_token = unquote(asked.door).rstrip("/") == "/token"
        assert is_token == (asked.part == "tokens"), asked


@pytest.mark.parametrize("name", ["Content-Type", "Authorization"])
@pytest.mark.parametrize(
    "path", ["/v2", "/v2/", "/v2/_catalog", "/v2/acme/app/blobs/uploads/", "/v1/users/", "/token"]
)
def test_a_header_that_the_index_could_not_read_goes_no_further(
    alone: LoneGateway, name: str, path: str
) -> None:
    for value in ("application/x-www-form-urlencoded; \xff", "Basic \xe4bc", "Basic a\tb"):
        for method in ("GET", "POST"):
            answer = alone.wire.ask(method, path, {name: value})
            assert (answer.status, answer.code) == (400, "UNSUPPORTED")
    assert alone.parts.asked == []


def test_the_first_question_of_every_client_is_answered_here(alone: LoneGateway) -> None:
    ours = {"Host": "index.test"}
    for method in ("GET", "HEAD"):
        answer = alone.wire.ask(method, "/v2/", ours)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == (
            'Bearer realm="http://index.test/token",service="index.test"'
        )
        assert answer.headers["Content-Type"] == "application/json"
    assert alone.parts.asked == []
    assert alone.wire.ask("GET", "/v2/", ours | {"Authorization": "Basic x"}).status == 200
    assert alone.wire.ask("POST", "/v2/", ours).status == 200
    assert [asked.method for asked in alone.parts.asked] == ["GET", "POST"]
    alone.parts.begin()
    assert alone.wire.ask("GET", "/v2/", {"Host": "evil.example"}).status == 200
    assert [asked.headers["host"] for asked in alone.parts.asked] == ["evil.example"]  # may refuse


# --- kept tokens --------------------------------------------------------------------------------


def test_a_token_for_nobody_is_asked_for_once(alone: LoneGateway) -> None:
    alone.parts.begin(lambda _: Reply(200, keep(60), b"signed"))
    url = f"{URL}&a=1"
    answers = [alone.wire.ask("GET", url) for _ in range(3)]
    assert {answer.body for answer in answers} == {b"signed"}
    assert len(alone.parts.asked) == 1
    assert answers[1].headers["Cache-Control"] == "no-store"
    assert answers[1].headers["X-Accel-Expires"] is None


def test_a_herd_asks_once(alone: LoneGateway) -> None:
    def slowly(_: Asked) -> Reply:
        time.sleep(0.2)  # an index that is busy: the others come meanwhile
        return Reply(200, keep(60), b"signed")

    alone.parts.begin(slowly)
    with ThreadPoolExecutor(40) as herd:
        answers = list(herd.map(lambda _: alone.wire.ask("GET", f"{URL}&a=herd"), range(40)))
    assert {answer.body for answer in answers} == {b"signed"}
    assert len(alone.parts.asked) == 1


@pytest.mark.parametrize(
    "headers", [{"Authorization": NOBODY}, {"Authorization": basic("alice", secret())}]
)
def test_nobody_gets_anothers_token(alone: LoneGateway, headers: dict[str, str]) -> None:
    alone.parts.begin(lambda asked: Reply(200, keep(60), asked.headers["x-waybill-class"].encode()))
    url = f"{URL}&a={headers['Authorization']}".replace(" ", "")
    for _ in range(2):
        alone.wire.ask("GET", url, headers)
    assert len(alone.parts.asked) == 2
    assert alone.wire.ask("GET", url).body == b"token"
    alone.wire.ask("GET", url, headers)
    assert len(alone.parts.asked) == 4


def test_what_the_index_does_not_let_it_keep_is_not_kept(alone: LoneGateway) -> None:
    alone.parts.begin(lambda _: Reply(200, {"Cache-Control": "max-age=60"}, b"signed"))
    for _ in range(2):
        alone.wire.ask("GET", f"{URL}&a=2")
        alone.wire.ask("POST", f"{URL}&a=2")
    assert len(alone.parts.asked) == 4


# --- kept routes --------------------------------------------------------------------------------


def pull(alone: LoneGateway, headers: dict[str, str], method: str = "GET", path: str = PULL) -> int:
    return alone.wire.ask(method, path, headers).status


def test_a_route_is_asked_for_once_and_the_registry_each_time(alone: LoneGateway) -> None:
    alone.parts.begin(kept_route)
    for _ in range(3):
        assert pull(alone, bearer("a" * 86)) == 200
    assert len(alone.parts.routes()) == 1
    at_registry = [asked for asked in alone.parts.asked if asked.part == "east"]
    assert [asked.headers["authorization"] for asked in at_registry] == [
        bearer("a" * 86)["Authorization"]
    ] * 3


def test_a_kept_route_is_of_one_method_address_and_signature(alone: LoneGateway) -> None:
    alone.parts.begin(kept_route)
    mine = bearer("b" * 86)
    assert pull(alone, mine) == 200
    pull(alone, mine, "HEAD")
    pull(alone, mine, path=f"{PULL}?x=1")
    pull(alone, mine, path="/v2/acme/other/manifests/1.0")
    pull(alone, bearer("c" * 86))
    assert len(alone.parts.routes()) == 5
    pull(alone, mine | {"Range": "bytes=0-0"})
    pull(alone, mine, "HEAD")
    assert len(alone.parts.routes()) == 5


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        f"bearer aGVhZA.cGF5.{'d' * 86}",
        f"Bearer  aGVhZA.cGF5.{'d' * 86}",
        "Bearer aGVhZA.cGF5.",
        "Bearer aGVhZA.cGF5",
        "Bearer aGVhZA.cGF5.short",
        f"Bearer aGVhZA.cGF5.x.{'d' * 86}",
        f"Bearer aGVhZA..{'d' * 86}",
        f"Bearer aGVhZA.cGF5.{'d' * 86}, Bearer aGVhZA.cGF5.{'d' * 86}",
        f"Basic aGVhZA.cGF5.{'d' * 86}",
    ],
)
def test_a_route_without_a_whole_bearer_token_is_never_kept(
    alone: LoneGateway, authorization: str | None
) -> None:
    alone.parts.begin(kept_route)
    headers = {"Authorization": authorization} if authorization else {}
    for _ in range(2):
        pull(alone, headers)
    assert len(alone.parts.routes()) == 2


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_a_route_of_a_write_is_never_kept(alone: LoneGateway, method: str) -> None:
    alone.parts.begin(kept_route)
    mine = bearer("e" * 86)
    for _ in range(2):
        pull(alone, mine, method, "/v2/acme/app/manifests/2.0")
    assert len(alone.parts.routes()) == 2


def test_a_refusal_is_never_kept_although_the_index_said_so(alone: LoneGateway) -> None:
    def refuse(_: Asked) -> Reply:
        return Reply(403, {"X-Waybill-Refusal-Status": "401", "X-Waybill-Refusal-Body": "{}"})

    alone.parts.begin(refuse)
    mine = bearer("f" * 86)
    assert [pull(alone, mine) for _ in range(2)] == [401, 401]
    assert len(alone.parts.routes()) == 2


def test_of_two_authorizations_index_and_registry_see_the_same_one(alone: LoneGateway) -> None:
    """Else one would be judged by a token and served by another; nginx 1.22 refuses both."""
    alone.parts.begin(kept_route)
    one, other = bearer("g" * 86)["Authorization"], bearer("h" * 86)["Authorization"]
    pull(alone, {"Authorization": one, "authorization": other})
    seen = {asked.headers.get("authorization") for asked in alone.parts.asked}
    assert len(seen) <= 1
    alone.parts.begin(kept_route)
    pull(alone, {"Authorization": other})
    assert len(alone.parts.routes()) == 1


def test_no_token_lies_in_a_file_and_nobody_else_may_look(alone: LoneGateway) -> None:
    alone.parts.begin(kept_route)
    mine = bearer("i" * 86, payload="c2VjcmV0LXBheWxvYWQ")
    pull(alone, mine)
    folder = alone.folder / "temp" / "kept-routes"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    text = b"".join(path.read_bytes() for path in files)
    assert b"i" * 86 in text
    assert b"c2VjcmV0LXBheWxvYWQ" not in text
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_without_the_index_what_was_seen_goes_on_for_a_moment_and_nothing_else(
    alone: LoneGateway,
) -> None:
    def briefly(asked: Asked) -> Reply:
        if asked.door == "/_gateway/route":
            return Reply(204, {"X-Waybill-Registry": "east", **keep(1)}, b"")
        return answer_well(asked)

    def away(asked: Asked) -> Reply:
        return Reply(502) if asked.part == "tokens" else answer_well(asked)

    alone.parts.begin(briefly)
    mine = bearer("j" * 86)
    assert pull(alone, mine) == 200
    alone.parts.begin(away)
    assert pull(alone, mine) == 200
    assert pull(alone, mine, path="/v2/acme/unseen/manifests/1.0") == 503
    eventually(lambda: pull(alone, mine) != 200, within=5)
    refused = alone.wire.ask("GET", PULL, mine)
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (
        503,
        "UNAVAILABLE",
        "5",
    )
