"""The gateway's configuration, as it is generated (the e2e tests run it)."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from index.gateway.nginx import AppServers, Certificate, render_nginx
from tests.conftest import World


def render(world: World, certificate: Certificate | None = None) -> str:
    """Return the configuration for both registries and app servers on two hosts."""
    return render_nginx(
        [world.east, world.west],
        listen="443",
        servers=AppServers(
            tokens=["10.0.0.11:8001", "10.0.0.12:8001"],
            passwords=["10.0.0.11:8002"],
            web=["10.0.0.12:8003"],
        ),
        certificate=certificate,
    )


def test_registries_are_reached_by_name_and_nothing_else_is(world: World) -> None:
    world.west.upstream_url = "https://west.internal"
    text = render(world)
    assert 'east "http://registry_east";' in text
    assert 'west "https://registry_west";' in text
    assert "upstream registry_west { server west.internal:443;" in text
    assert 'default "";' in text


def test_an_ipv6_address_keeps_its_brackets(world: World) -> None:
    world.west.upstream_url = "http://[fd00::7]:5000"
    text = render_nginx([world.west], listen="80", servers=AppServers(["a:1"], ["a:1"], ["a:1"]))
    assert "upstream registry_west { server [fd00::7]:5000; keepalive" in text


def test_every_app_server_is_asked(world: World) -> None:
    text = render(world)
    assert "upstream tokens { server 10.0.0.11:8001; server 10.0.0.12:8001; keepalive" in text
    assert "upstream passwords { server 10.0.0.11:8002; keepalive" in text
    assert "upstream web { server 10.0.0.12:8003; keepalive" in text


def test_one_app_server_may_be_all_three(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("gateway_config", "--listen", "443", "--web", "10.0.0.11:8001")
    text = capsys.readouterr().out
    for name in ("tokens", "passwords", "web"):
        assert f"upstream {name} {{ server 10.0.0.11:8001; keepalive" in text


def test_app_servers_can_be_named_each(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    named = ("--tokens", "a:1", "--tokens", "b:1", "--passwords", "c:2", "--web", "d:3")
    call_command("gateway_config", "--listen", "443", *named)
    text = capsys.readouterr().out
    assert "upstream tokens { server a:1; server b:1;" in text
    assert "upstream passwords { server c:2;" in text
    assert "upstream web { server d:3;" in text


def test_the_challenge_is_the_one_that_the_index_gives(world: World, client: Client) -> None:
    own = client.get("/v2/")
    assert own.status_code == 401
    text = render(world)
    assert f"WWW-Authenticate '{own.headers['WWW-Authenticate']}' always;" in text
    assert f"return 401 '{own.content.decode()}';" in text


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:"),
        ("2001:db8:1:2::5", "2001:db8:1:2:"),
        ("2001:db8:1::5", "2001:db8:1::"),
        ("2001:db8::", "2001:db8::"),
        ("::1", "::"),
    ],
)
def test_one_client_is_an_address_or_a_network_of_ipv6(
    world: World, address: str, client: str
) -> None:
    """No address is an empty key, which nginx would not count."""
    chosen = render(world).partition("map $remote_addr $client {")[2].partition("\n  }")[0]
    patterns = re.findall(r'"~(.+)" \$(\w+);', chosen)
    found = address
    for pattern, name in patterns:
        if match := re.search(pattern.replace("(?<", "(?P<"), address):
            found = match[name]
            break
    assert len(patterns) == 3
    assert found == client


def test_a_certificate_turns_tls_on(world: World) -> None:
    text = render(world, Certificate("/etc/tls/chain.pem", "/etc/tls/key.pem"))
    assert "listen 443 ssl backlog=4096;" in text
    assert "ssl_certificate_key /etc/tls/key.pem;" in text
    assert "ssl" not in render(world)


@pytest.mark.parametrize("arguments", [["--certificate", "/x"], ["--key", "/x"]])
def test_a_certificate_without_its_key_is_refused(world: World, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="both"):
        call_command("gateway_config", "--listen", "443", "--web", "a:1", *arguments)


def test_an_unknown_registry_has_no_configuration(world: World) -> None:
    with pytest.raises(CommandError, match="no registry north"):
        call_command("registry_config", "north", "--listen", ":5000", "--storage", "/x",
                     "--events-secret-file", "/x")  # fmt: skip


def test_a_registry_s_secret_can_be_handed_over_without_a_file(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("wbe_handed_over\n"))
    call_command("registry_config", "east", "--listen", ":5000", "--storage", "/x",
                 "--events-secret-file", "-")  # fmt: skip
    assert "wbe_handed_over" in capsys.readouterr().out


def test_requests_are_logged_only_where_that_is_wanted(world: World) -> None:
    assert "  access_log off;\n" in render(world)


def test_the_access_log_has_the_number_and_of_the_address_the_first_part(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("gateway_config", "--listen", "80", "--web", "a:1", "--access-log", "/log/w.json")
    text = capsys.readouterr().out
    logged = text.partition("log_format waybill")[2].partition(";")[0]
    assert '"request": "$request_id"' in logged
    assert '"door": "$door"' in logged
    assert not re.search(
        r"\$(request_uri|uri|args|request|http_referer|http_authorization)\b", logged
    )
    assert "access_log /log/w.json waybill;" in text
