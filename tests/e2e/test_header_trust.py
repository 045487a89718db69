"""Nobody becomes somebody by a header (case 29)."""

from __future__ import annotations

import pytest

from tests.e2e.people import Person
from tests.e2e.wire import Wire, basic

CLAIMS = {
    "X-User": "rooty",
    "X-Remote-User": "rooty",
    "Remote-User": "rooty",
    "X-Forwarded-User": "rooty",
    "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
    "X-Original-URI": "/v2/",
    "X-Original-Method": "GET",
    "X-Waybill-Registry": "east",
    "X-Waybill-Gateway": "guessed",
    "X-Waybill-Route": "guessed",
}


@pytest.fixture(params=["gateway", "web"])
def port(request: pytest.FixtureRequest, wire: Wire) -> int:
    """Through nginx, and directly to the app server."""
    return wire.stack.port if request.param == "gateway" else wire.stack.port_of("web")


def test_claims_in_headers_make_nobody_of_anyone(alice: Person, port: int, wire: Wire) -> None:
    alice.push_image("app")
    target = f"/v2/{alice.name}/app/manifests/1.0"
    assert wire.ask("GET", target, CLAIMS, port=port).status in {401, 404}
    assert wire.ask("GET", "/v2/", CLAIMS, port=port).status == 401
    assert wire.ask("GET", "/v1/users/", CLAIMS, port=port).status == 401


def test_another_host_is_refused(port: int, wire: Wire) -> None:
    for path in ("/v2/", "/token", "/healthz", "/accounts/login/"):
        assert wire.ask("GET", path, {"Host": "evil.example"}, port=port).status == 400, path


def test_the_challenge_names_the_configured_origin(port: int, wire: Wire) -> None:
    challenge = wire.ask("GET", "/v2/", CLAIMS, port=port).headers["WWW-Authenticate"]
    assert challenge == f'Bearer realm="{wire.stack.origin}/token",service="{wire.stack.host}"'


def test_the_limit_on_wrong_passwords_counts_the_real_peer(
    alice: Person, port: int, wire: Wire
) -> None:
    """A new address in every request does not help."""
    target = f"/token?service={wire.stack.host}"
    statuses = [
        wire.ask(
            "GET",
            target,
            CLAIMS
            | {
                "Authorization": basic(alice.name, "wrong"),
                "X-Forwarded-For": f"203.0.{number}.1",
                "X-Real-IP": f"203.0.{number}.1",
            },
            port=port,
        ).status
        for number in range(40)
    ]
    assert set(statuses) == {401, 429}  # exactly when is up to the unit tests


def test_the_route_is_not_there_for_clients(wire: Wire) -> None:
    for path in ("/_gateway/route", "/_gateway/malformed", "/_gateway/", "/_gateway/x"):
        assert wire.ask("GET", path, CLAIMS).status == 404, path


def test_the_route_is_closed_without_the_gateways_secret(wire: Wire) -> None:
    web = wire.stack.port_of("web")
    for secret in ("", "guessed", "\xe9"):
        answer = wire.ask("GET", "/_gateway/route", {"X-Waybill-Route": secret}, port=web)
        assert (answer.status, answer.headers.get("X-Waybill-Registry")) == (403, None)


def test_the_gateways_secret_reaches_nobody(wire: Wire) -> None:
    secret = wire.stack.secret("gateway_secret").encode()
    for path in ("/v2/", "/v2/x/y/manifests/1", "/nothing", "/v1/_ping"):
        answer = wire.ask("GET", path)
        assert secret not in answer.body + answer.headers.as_bytes()


def test_registries_answer_nobody_without_a_token_of_ours(alice: Person, wire: Wire) -> None:
    alice.push_image("app")
    for registry in ("east", "west"):
        for path in ("/v2/", "/v2/_catalog", f"/v2/{alice.name}/app/manifests/1.0"):
            answer = wire.ask("GET", path, CLAIMS, port=wire.stack.port_of(registry))
            assert answer.status == 401, (registry, path)
