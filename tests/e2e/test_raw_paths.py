"""Spellings of a path that two readers could take for two repositories (case 30)."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.e2e.people import People, Person
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire, basic

# MINE is alice's repository, whose token comes along; BOBS is private to bob.
STEPS_ASIDE = [
    "/v2/MINE/../../BOBS/manifests/1.0",
    "/v2/BOBS/../../MINE/manifests/1.0",
    "/v2/BOBS/%2e%2e/%2e%2e/MINE/manifests/1.0",
    "/v2/BOBS/manifests/1.0/../../../../MINE/manifests/1.0",
    "/v2/MINE/./manifests/1.0",
    "/v2/MINE/%2e%2e/%2e%2e/BOBS/manifests/1.0",
    "/v2/MINE/..%2f..%2fBOBS/manifests/1.0",
    "/v2/MINE%2fmanifests/1.0",
    "/v2/MINE/%2E%2E/app/manifests/1.0",
    "/v2//MINE/manifests/1.0",
    "//v2/BOBS/manifests/1.0",
    "/v2/MINE//manifests/1.0",
    "/v2/MINE/manifests/1.0/",
    "/v2/MINE/manifests/1.0;x",
    "/v2/MINE;x/manifests/1.0",
    "/v2/MINE/manifests/1.0%00",
    "/v2/MINE/manifests/1.0%0a",
    "/v2/MINE/manifests/1.0%23",
    "/v2/MINE/manifests/sha256%3a00",
    "/v2/MINE/manifests/1.0#/../BOBS",
    "/v2/MINE/manifests/\xe9",
    "/v2/MINE/manifests/1.0\\..\\BOBS",
    "/v2/./BOBS/manifests/1.0",
    "/v2/../v2/BOBS/manifests/1.0",
    "/v2/%2e/BOBS/manifests/1.0",
    "/x/../v2/BOBS/manifests/1.0",
    "/v2%2fBOBS/manifests/1.0",
    "/%76%32/BOBS/manifests/1.0",
    "/V2/BOBS/manifests/1.0",
    "/v2/MINE/manifests/1.0/../../../BOBS/manifests/1.0",
    "/v2/MINE/blobs/uploads/../../../../BOBS/manifests/1.0",
]
CATALOGS = [
    "/v2/_catalog/",
    "/v2//_catalog",
    "/v2/./_catalog",
    "/v2/%5fcatalog",
    "/v2/%5fcatalog?n=100",
    "/v2/_catalog;x",
    "/v2/_Catalog",
    "/V2/_catalog",
    "/v2/MINE/../../_catalog",
]


@pytest.fixture(scope="module")
def private(people: People) -> tuple[Person, Person]:
    """alice and bob, each with a private image on east."""
    alice, bob = people.make("alice"), people.make("bobby")
    for person in (alice, bob):
        person.login()
        person.push_image("app")
    return alice, bob


@pytest.fixture(scope="module")
def secret_digest(private: tuple[Person, Person]) -> str:
    """What bob has and alice must not get."""
    _, bob = private
    return bob.docker.digest_of(bob.reference("app"))


def spell(target: str, private: tuple[Person, Person]) -> str:
    alice, bob = private
    return target.replace("MINE", f"{alice.name}/app").replace("BOBS", f"{bob.name}/app")


def assert_gives_nothing_away(
    answer: Answer, target: str, secret_digest: str, *, is_head: bool = False
) -> None:
    assert 400 <= answer.status < 500, answer
    assert answer.headers.get("Docker-Content-Digest") is None
    assert secret_digest.encode() not in answer.body
    if target.startswith("/v2/"):
        assert answer.headers["Content-Type"] == "application/json"
        assert is_head or answer.code


@pytest.fixture(scope="module")
def alices_token(private: tuple[Person, Person], wire: Wire) -> dict[str, str]:
    alice, _ = private
    scope = f"repository:{alice.name}/app:pull,push,delete"
    return wire.bearer(alice, scope) | {"Accept": MANIFEST_TYPES}


@pytest.mark.parametrize("target", STEPS_ASIDE + CATALOGS)
def test_no_spelling_leads_alice_to_what_is_bobs(
    target: str,
    private: tuple[Person, Person],
    secret_digest: str,
    alices_token: dict[str, str],
    wire: Wire,
) -> None:
    spelt = spell(target, private)
    for method in ("GET", "HEAD", "DELETE"):
        answer = wire.ask(method, spelt, alices_token)
        assert_gives_nothing_away(answer, spelt, secret_digest, is_head=method == "HEAD")


@pytest.mark.parametrize("target", STEPS_ASIDE + CATALOGS)
def test_no_spelling_opens_anything_to_anyone(
    target: str, private: tuple[Person, Person], secret_digest: str, wire: Wire
) -> None:
    spelt = spell(target, private)
    assert_gives_nothing_away(wire.ask("GET", spelt), spelt, secret_digest)


def test_the_catalog_is_the_callers_own_and_no_registrys(
    private: tuple[Person, Person], root: Person, wire: Wire
) -> None:
    """As crane and regctl ask: they follow the challenge and go on with the token they get."""
    alice, bob = private
    challenge = wire.ask("GET", "/v2/_catalog")
    assert challenge.status == 401
    assert 'scope="registry:catalog:*"' in challenge.headers["WWW-Authenticate"]
    seen = wire.ask("GET", "/v2/_catalog?n=1000", wire.bearer(alice, "registry:catalog:*"))
    assert f"{alice.name}/app" in seen.json["repositories"]
    assert f"{bob.name}/app" not in seen.json["repositories"]
    everything = wire.bearer(root, "registry:catalog:*")
    page = wire.ask("GET", f"/v2/_catalog?n=1&last={alice.name}/ap", everything)
    assert page.json == {"repositories": [f"{alice.name}/app"]}
    follow = page.headers["Link"].partition("<")[2].partition(">")[0]
    assert wire.ask("GET", follow, everything).status == 200
    for spelling in ("/v2//_catalog", "/v2/_catalog/", "/v2/%5fcatalog", "/v2/./_catalog"):
        assert wire.ask("GET", spelling, everything).status in {400, 404}, spelling


def test_a_private_image_takes_a_token_by_tag_and_by_digest(
    private: tuple[Person, Person], secret_digest: str, wire: Wire
) -> None:
    _, bob = private
    for reference in ("1.0", secret_digest):
        answer = wire.ask("GET", f"/v2/{bob.name}/app/manifests/{reference}")
        assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
        assert 'scope="repository:' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "form", ["http://HOST/v2/BOBS/manifests/1.0", "http://evil.example/v2/BOBS/manifests/1.0"]
)
def test_an_absolute_address_gets_no_further(
    form: str,
    private: tuple[Person, Person],
    secret_digest: str,
    alices_token: dict[str, str],
    wire: Wire,
) -> None:
    target = spell(form, private).replace("HOST", wire.stack.host)
    answer = wire.ask("GET", target, alices_token)
    assert_gives_nothing_away(answer, target, secret_digest)


def test_the_source_of_a_mount_must_be_readable(
    private: tuple[Person, Person], secret_digest: str, alices_token: dict[str, str], wire: Wire
) -> None:
    alice, bob = private
    sources = [f"{bob.name}/app", f"{bob.name}%2fapp", f"{alice.name}/app&from={bob.name}/app"]
    for source in sources:
        target = f"/v2/{alice.name}/app/blobs/uploads/?mount={secret_digest}&from={source}"
        answer = wire.ask("POST", target, alices_token)
        assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("parameter", ["", "; charset=utf-8", "; \xff", "; charset=\xe9"])
def test_a_mount_hides_in_no_form(
    private: tuple[Person, Person],
    secret_digest: str,
    alices_token: dict[str, str],
    wire: Wire,
    parameter: str,
) -> None:
    """A registry reads parameters from a form as well, and its type though it is not ASCII."""
    alice, bob = private
    form = urlencode({"mount": secret_digest, "from": f"{bob.name}/app"}).encode()
    headers = alices_token | {"Content-Type": f"application/x-www-form-urlencoded{parameter}"}
    answer = wire.ask("POST", f"/v2/{alice.name}/app/blobs/uploads/", headers, form)
    assert 400 <= answer.status < 500, answer
    assert answer.code


@pytest.mark.parametrize("byte", ["\xff", "\xe9", "\x80", "\t"])
def test_a_credential_that_cannot_be_read_is_not_nobodys(
    private: tuple[Person, Person], wire: Wire, byte: str
) -> None:
    """The app server hands such a header on as empty: nobody's token would be the answer."""
    alice, _ = private
    target = f"/token?service={wire.stack.host}"
    whole = basic(alice.name, alice.password)
    for value in (f"{whole}{byte}x", f"{byte}{whole}", f"Basic{byte}{whole[6:]}", f"x{byte}"):
        for method in ("GET", "POST"):
            answer = wire.ask(method, target, {"Authorization": value})
            assert answer.status in {400, 401}, answer
            assert b"token" not in answer.body.partition(b'"errors"')[0]


def test_upper_case_is_no_repository(
    private: tuple[Person, Person], alices_token: dict[str, str], wire: Wire
) -> None:
    alice, _ = private
    answer = wire.ask("GET", f"/v2/{alice.name.upper()}/app/manifests/1.0", alices_token)
    assert (answer.status, answer.code) == (400, "NAME_INVALID")


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "get"])
def test_other_methods_get_nothing(
    method: str, private: tuple[Person, Person], alices_token: dict[str, str], wire: Wire
) -> None:
    alice, _ = private
    answer = wire.ask(method, f"/v2/{alice.name}/app/manifests/1.0", alices_token)
    assert 400 <= answer.status < 500, answer


def test_a_request_line_that_is_too_long_is_refused_in_json(wire: Wire) -> None:
    answer = wire.ask("GET", "/v2/" + "a" * 40_000)
    assert answer.status in {400, 414}
    assert answer.code
