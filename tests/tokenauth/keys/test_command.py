"""`manage.py keys`, as operators use it."""

from __future__ import annotations

import datetime
import json
import os
import re
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from index.models import Registry
from tests.clients import ask_route, token_for
from tests.conftest import World
from tests.factories import SERVICE, make_registry
from tests.tokenauth.keys.conftest import Gate
from tokenauth.signing.key_folder import SigningKeyMissing
from tokenauth.signing.keys import SigningKeys, signing_keys
from tokenauth.signing.tokens import AccessTokenInvalid, check_access_token, sign_access_token

Gates = dict[str, Gate]
pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """Return what `manage.py keys …` prints."""
    output = StringIO()
    call_command("keys", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    return str(error.value)


def later(**time: int) -> time_machine.travel:
    return time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(**time))


def token() -> str:
    return sign_access_token(subject="", service=SERVICE, access=[])


def verifies(signed: str) -> bool:
    try:
        check_access_token(signed, service=SERVICE)
    except AccessTokenInvalid:
        return False
    return True


# list


def test_the_list_says_who_signs_and_who_takes_the_next_key(
    keys: SigningKeys, gates: Gates
) -> None:
    first = keys.current().kid
    gates["west"].start_with(keys)
    refused("rotate")
    text = run("list")
    assert re.search(rf"^signs    {first}  until \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    assert "the next key takes over from" in text
    upcoming = keys.contents().next
    assert upcoming is not None
    assert f"next     {upcoming.kid}" in text
    assert f"libtrust {upcoming.libtrust_kid}" in text
    assert "east: accepted" in text
    assert "west: refused" in text


def test_the_list_fits_a_terminal(keys: SigningKeys, gates: Gates) -> None:
    run("rotate")
    run("prepare")
    rows = [line for line in run("list").splitlines() if str(keys.directory) not in line]
    assert max(map(len, rows)) <= 80


def test_the_list_says_what_became_of_old_keys(keys: SigningKeys, gates: Gates) -> None:
    old = keys.current().kid
    run("rotate")
    assert f"valid    {old}" in run("list")
    run("retire", old, "--now")
    assert f"retired  {old}" in run("list")


# create


def test_the_root_can_be_elsewhere_from_the_beginning(tmp_path: Path, keys: SigningKeys) -> None:
    keys._directory = tmp_path / "new"
    stick = tmp_path / "stick.pem"
    assert "its private key is not here" in run("create", "--root", str(stick))
    assert not (keys.directory / "root.pem").exists()
    assert stick.stat().st_mode & 0o777 == 0o600
    assert "--root FILE" in refused("rotate")
    run("rotate", "--root", str(stick))


def test_creating_where_the_root_key_was_taken_away_makes_no_other_root(
    keys: SigningKeys,
) -> None:
    (keys.directory / "root.pem").unlink()
    before = keys.root_certificate.read_bytes()
    run("create")
    assert keys.root_certificate.read_bytes() == before


def test_a_missing_key_is_made_anew_only_when_told_so(keys: SigningKeys, gates: Gates) -> None:
    (keys.directory / "current").unlink()
    assert "keys rotate" in refused("create")
    assert "no signing key" in refused("list")
    run("rotate")
    assert verifies(token())


# prepare


def test_keys_can_be_made_for_a_year_ahead(keys: SigningKeys) -> None:
    run("prepare", "--ahead", "6")
    ends = [key.ends_at for key in keys.contents().leaves]
    assert ends == sorted(ends)
    assert ends[-1] - ends[0] > datetime.timedelta(days=355)
    assert "1 to 12" in refused("prepare", "--ahead", "13")


def test_another_root_is_refused(keys: SigningKeys, tmp_path: Path) -> None:
    stranger = SigningKeys(tmp_path / "other")
    stranger.create("test")
    assert "another root" in refused("prepare", "--root", str(stranger.directory / "root.pem"))
    assert keys.contents().following == ()


# rotate


def test_a_premature_switch_is_refused_by_the_command(keys: SigningKeys, gates: Gates) -> None:
    before = keys.current().kid
    gates["west"].start_with(keys)
    report = refused("rotate")
    assert "west: refused" in report
    assert "rotate again" in report
    assert keys.current().kid == before
    run("rotate", "--skip", "west")
    assert keys.current().kid != before


def test_only_registries_that_there_are_can_be_skipped(keys: SigningKeys) -> None:
    assert refused("rotate", "--skip", "wset") == "There is no registry wset"


# probe


def test_probing_changes_nothing_and_fails_where_a_registry_does(
    keys: SigningKeys, gates: Gates
) -> None:
    before = keys.current().kid
    assert "which signs:\n  east: accepted\n  west: accepted" in run("probe")
    gates["west"].start_with(keys)
    run("prepare")
    assert "not every registry" in refused("probe").lower()
    assert "which signs next:\n  east: accepted" in run("probe", "east")
    assert keys.current().kid == before


def test_a_registry_that_asks_for_no_token_is_pointed_out(keys: SigningKeys, gates: Gates) -> None:
    gates["east"].status = 200
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("keys", "probe", stdout=output)
    assert "east: asks for no token at all" in output.getvalue()


# retire


def test_the_key_that_signs_is_not_retired(keys: SigningKeys) -> None:
    kid = keys.current().kid
    assert "rotate to another key first" in refused("retire", kid, "--now")
    assert keys.current().kid == kid


def test_tokens_of_the_key_before_live_to_their_end_then_never(
    keys: SigningKeys, gates: Gates
) -> None:
    signed, old = token(), keys.current().kid
    run("rotate")
    assert verifies(signed)
    assert "live until" in refused("retire", old)
    with later(minutes=7):
        assert not verifies(signed)
        assert "verifies no more" in run("retire", old)
    assert not verifies(signed)  # not even at a time when the token lives
    assert old not in {key.kid for key in keys.all()}


def test_a_key_that_leaked_is_retired_at_once(keys: SigningKeys, gates: Gates) -> None:
    other = SigningKeys(keys.directory)
    signed, old = token(), keys.current()
    run("rotate")
    assert other.by_kid(old.kid) is not None
    assert "tokens it signed live until" in run("retire", old.kid[:8], "--now")
    assert not verifies(signed)
    assert other.by_kid(old.kid) is other.by_kid(old.libtrust_kid) is None
    assert b"PRIVATE" not in b"".join(
        path.read_bytes() for path in keys.directory.glob(f"*{old.kid}*")
    )


def test_a_retired_key_stays_retired_when_a_backup_brings_its_file_back(
    keys: SigningKeys, gates: Gates
) -> None:
    old = keys.current()
    path = keys.directory / f"leaf-{old.kid}.pem"
    backup = path.read_bytes()
    run("rotate")
    run("retire", old.kid, "--now")
    path.write_bytes(backup)
    fresh = SigningKeys(keys.directory)
    assert fresh.by_kid(old.kid) is None
    assert old.kid not in {key.kid for key in fresh.all()}


def test_the_gateway_lets_no_token_of_a_retired_key_in(
    keys: SigningKeys, world: World, client: Client
) -> None:
    """At once, though it remembers what it decided a moment ago."""
    Registry.objects.all().update(upstream_url="http://127.0.0.1:9")
    signed = token_for(client, "repository:alice/priv:pull", user=world.alice)

    def status() -> int:
        uri = "/v2/alice/priv/manifests/latest"
        return int(ask_route(client, "GET", uri, token=signed).status_code)

    old = keys.current().kid
    run("rotate", "--skip", "east", "--skip", "west")
    assert status() == status() == 204
    run("retire", old, "--now")
    assert status() == 403


def test_an_unknown_or_unclear_id_is_refused(keys: SigningKeys) -> None:
    assert "no keys begin with" in refused("retire", "nonsense").lower()
    run("prepare")
    assert "2 keys begin with" in refused("retire", "")


# broken files


def test_a_broken_key_is_named(keys: SigningKeys) -> None:
    path = keys.directory / f"leaf-{keys.current().kid}.pem"
    path.write_text("nonsense")
    os.utime(keys.directory / "current", ns=(1, 1))
    with pytest.raises(SigningKeyMissing, match=re.escape(str(path))):
        signing_keys.current()
    assert str(path) in refused("list")


def test_a_broken_key_that_does_not_sign_keeps_processes_from_starting_until_it_is_retired(
    keys: SigningKeys, gates: Gates
) -> None:
    old = keys.current().kid
    run("rotate")
    path = keys.directory / f"leaf-{old}.pem"
    path.write_text("nonsense")
    fresh = SigningKeys(keys.directory)
    assert fresh.current().kid == keys.current().kid  # what runs goes on
    with pytest.raises(SigningKeyMissing, match=re.escape(str(path))):
        fresh.check()
    os.utime(keys.directory / "current", ns=(1, 1))
    assert f"BROKEN   {path}" in run("list")
    run("retire", old, "--now")
    fresh.check()


# export and formats


def test_snippets_say_what_the_format_of_the_service_needs(keys: SigningKeys) -> None:
    make_registry("east")
    assert "rootcertbundle: /etc/waybill/root.crt" in run("export", "distribution-2")
    call_command("registries", "key-format", "libtrust", stdout=StringIO())
    assert "rootcertbundle: /etc/waybill/keys.pem" in run("export", "distribution-2")
    assert "jwks: /etc/waybill/keys.json" in run("export", "distribution-3")
    call_command("registries", "key-format", "thumbprint", stdout=StringIO())
    assert "jwks: /etc/waybill/keys.json" in run("export", "distribution-3")
    assert "knows no thumbprints" in refused("export", "distribution-2")


def test_the_exported_jwks_names_keys_as_tokens_do(keys: SigningKeys) -> None:
    run("prepare")
    leaves = keys.all()
    exported = json.loads(run("export", "jwks"))["keys"]
    assert [key["kid"] for key in exported] == [key.kid for key in leaves]
    make_registry("east")
    call_command("registries", "key-format", "libtrust", stdout=StringIO())
    exported = json.loads(run("export", "jwks"))["keys"]
    assert [key["kid"] for key in exported] == [key.libtrust_kid for key in leaves]
    assert all("d" not in key for key in exported)


def test_exported_certificates_are_of_every_key_that_verifies(
    keys: SigningKeys, gates: Gates
) -> None:
    old = keys.current()
    run("rotate")
    run("prepare")
    run("retire", old.kid, "--now")
    exported = x509.load_pem_x509_certificates(run("export", "certificates").encode())
    assert exported == [key.certificate for key in keys.all()]
    assert len(exported) == 2


def test_zot_is_told_the_key_whose_turn_is_next(keys: SigningKeys) -> None:
    run("prepare")
    upcoming = keys.contents().next
    assert upcoming is not None
    exported = x509.load_pem_x509_certificate(run("export", "certificate").encode())
    assert exported == upcoming.certificate
    assert '"cert": "/etc/waybill/signing-key.crt"' in run("export", "zot")


def test_registries_of_one_service_agree_how_keys_are_named(db: None) -> None:
    def set_west(*more: str) -> None:
        call_command("registries", "set", "west", "http://west:5000", *more, stdout=StringIO())

    make_registry("east")
    with pytest.raises(CommandError, match=r"west shares the service .* with east"):
        set_west("--key-format", "libtrust")
    assert not Registry.objects.filter(name="west").exists()
    set_west("--key-format", "libtrust", "--service", "west.test")
    set_west()  # back to the gateway's
    assert Registry.objects.get(name="west").key_format == "x5c"
    call_command("registries", "key-format", "thumbprint", stdout=StringIO())
    assert set(Registry.objects.values_list("key_format", flat=True)) == {"thumbprint"}
    with pytest.raises(CommandError, match="No registry has the service"):
        call_command("registries", "key-format", "x5c", "--service", "nowhere")
