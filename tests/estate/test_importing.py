"""What an import does with what is there, what is wrong, and what is somebody else's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import AccountError
from accounts.models import AuditEvent, Namespace, Organization, RobotSecret, User, Visibility
from accounts.names import check_user_name
from accounts.opaque_tokens import digest_of
from config.estate.file import Header, read, write
from config.estate.records import LeftBehind, Record
from config.estate.records.people import AccessToken, Address, Member, Person, Robot
from config.estate.records.people import Organization as OrganizationRecord
from config.estate.records.people import RobotSecret as RobotSecretRecord
from config.estate.records.repositories import Grant, Registry, Star
from config.estate.records.repositories import Repository as RepositoryRecord
from config.estate.report import Outcome
from index.models import AccessGrant, Repository
from index.roles import Role
from tests.conftest import World
from tests.estate.estate import refusals, take_in
from tests.factories import make_user

ANNA = Person(
    username="anna", addresses=(Address(email="anna@example.com", verified=True, primary=True),)
)
SHOP = OrganizationRecord(name="corner")


def written(path: Path, *records: Record) -> Path:
    file = path / "in.jsonl"
    write(file, Header(source="harbor", written_at=datetime.now(UTC)), iter(records))
    return file


def test_a_name_that_breaks_the_grammar_is_refused_with_one_that_fits(
    db: None, tmp_path: Path
) -> None:
    report = take_in(written(tmp_path, Person(username="Anna.Meier")))
    assert refusals(report)[0].endswith(
        "A user name is 4 to 30 lowercase letters and digits. annameier would do."
    )
    assert not User.objects.exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=35))
def test_no_name_comes_in_but_those_that_could_sign_up(db: None, tmp_path: Path, name: str) -> None:
    report = take_in(written(tmp_path, Person(username=name)))
    try:
        check_user_name(name)
    except AccountError:
        assert report.count(Outcome.REFUSED) == 1
    else:
        assert report.count(Outcome.REFUSED) == 0


def test_what_is_there_and_differs_is_left_alone_until_overwriting_is_asked_for(
    db: None, tmp_path: Path
) -> None:
    take_in(written(tmp_path, SHOP))
    told = written(tmp_path, replace(SHOP, display_name="The corner shop"))
    assert "another display_name" in refusals(take_in(told))[0]
    assert take_in(told, overwrite=True).count(Outcome.CHANGED) == 1
    assert Organization.objects.get(name="corner").display_name == "The corner shop"


def test_nothing_is_given_to_somebody_else_of_the_same_name(world: World, tmp_path: Path) -> None:
    stranger = make_user("anna")
    EmailAddress.objects.filter(user=stranger).update(email="other@example.com")
    grant = Grant(repository="acme/app", person="anna", role=Role.ADMIN)
    report = take_in(written(tmp_path, ANNA, grant))
    assert "somebody else has that name" in refusals(report)[0]
    assert "anna is somebody else here than in the file" in refusals(report)[1]
    assert not AccessGrant.objects.filter(user=stranger).exists()


def test_nothing_is_given_to_whom_a_broken_line_may_have_meant(
    world: World, tmp_path: Path
) -> None:
    make_user("anna")
    grant = Grant(repository="acme/app", person="anna", role=Role.ADMIN)
    file = written(tmp_path, ANNA, grant)
    file.write_text(file.read_text().replace('"primary":true', '"primary":7'))
    report = take_in(file)
    assert "primary: 7 is neither true nor false" in refusals(report)[0]
    assert report.count(Outcome.REFUSED) == 2


def test_a_proven_address_says_that_it_is_the_same_person(world: World, tmp_path: Path) -> None:
    anna = make_user("anna")
    EmailAddress.objects.filter(user=anna).update(email="anna@example.com", verified=True)
    take_in(written(tmp_path, ANNA, Star(repository="alice/pub", person="anna")))
    assert Repository.objects.get(name="alice/pub").star_count == 1


def test_an_address_that_somebody_has_proven_is_not_given_to_another(
    db: None, tmp_path: Path
) -> None:
    EmailAddress.objects.filter(user=make_user("carl")).update(email="anna@example.com")
    assert "belongs to another account" in refusals(take_in(written(tmp_path, ANNA)))[0]


def test_what_names_nobody_is_refused_and_what_only_tells_who_did_it_is_not(
    world: World, tmp_path: Path
) -> None:
    lost = Star(repository="alice/pub", person="nobody")
    told = RepositoryRecord(name="acme/new", created_by="nobody")
    report = take_in(written(tmp_path, told, lost))
    assert refusals(report) == ["star alice/pub nobody: there is no person nobody"]
    assert Repository.objects.get(name="acme/new").created_by is None


def test_a_repository_goes_where_the_placement_rules_say(world: World, tmp_path: Path) -> None:
    take_in(written(tmp_path, RepositoryRecord(name="acme/new", visibility=Visibility.PUBLIC)))
    made = Repository.objects.get(name="acme/new")
    assert (made.registry, made.stored_name) == (world.east, "acme/new")


def test_a_name_that_leads_to_another_repository_is_not_taken(world: World, tmp_path: Path) -> None:
    record = RepositoryRecord(name="acme/new", stored_name="acme/app", registry="east")
    assert "leads to another repository" in refusals(take_in(written(tmp_path, record)))[0]


def test_teams_and_robots_of_others_get_nothing(world: World, tmp_path: Path) -> None:
    grant = Grant(repository="alice/priv", team="acme/devs", role=Role.WRITER)
    assert "acme/devs does not belong to alice" in refusals(take_in(written(tmp_path, grant)))[0]


def test_what_the_writer_of_the_file_could_not_write_is_told(db: None, tmp_path: Path) -> None:
    record = LeftBehind(what="label", name="bug", reason="Waybill has topics")
    assert refusals(take_in(written(tmp_path, record))) == [
        "left-behind label bug: Waybill has topics"
    ]


def test_the_audit_says_what_came_and_how(db: None, tmp_path: Path) -> None:
    take_in(written(tmp_path, SHOP))
    event = AuditEvent.objects.get(action="estate:record:imported")
    assert event.details == {"kind": "organization", "source": "harbor", "via": "command line"}
    assert event.namespace == Namespace.objects.get(name="corner")
    assert AuditEvent.objects.get(action="estate:imported").details["counts"]["created"] == 1


def test_nobody_is_mailed(db: None, tmp_path: Path) -> None:
    take_in(written(tmp_path, ANNA, SHOP, Member(organization="corner", person="anna")))
    assert mail.outbox == []


def test_new_secrets_are_written_down_once_for_the_owner_of_the_file(
    world: World, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    take_in(written(tmp_path, Robot(namespace="acme", name="builder")), secrets=secrets)
    take_in(written(tmp_path, Robot(namespace="acme", name="builder")), secrets=secrets)
    [line] = secrets.read_text().splitlines()
    value = json.loads(line)["secret"]
    assert RobotSecret.objects.get(robot__name="builder").secret_digest == digest_of(value)
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_without_a_file_for_them_a_robot_gets_no_secret(world: World, tmp_path: Path) -> None:
    take_in(written(tmp_path, Robot(namespace="acme", name="builder")))
    assert not RobotSecret.objects.filter(robot__name="builder").exists()


def test_a_registry_whose_address_is_none_is_refused(db: None, tmp_path: Path) -> None:
    record = Registry(name="north", upstream_url="http://north/path")
    assert "host and perhaps a port" in refusals(take_in(written(tmp_path, record)))[0]


def test_a_dry_run_tells_the_same_and_writes_nothing(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import", str(estate), "--dry-run")
    told = capsys.readouterr().out
    assert "Nothing was written" in told
    assert "0 were refused" in told
    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_report_has_a_line_for_each_record_and_the_counts(estate: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    call_command("import", str(estate), "--report", str(report), stdout=StringIO())
    *told, last = map(json.loads, report.read_text().splitlines())
    assert len(told) == sum(1 for _ in read(estate))
    assert last["counts"]["star"] == {"created": sum(1 for one in told if one["kind"] == "star")}


def test_a_file_that_was_cut_off_is_not_begun(estate: Path) -> None:
    estate.write_bytes(estate.read_bytes()[:-30])
    with pytest.raises(CommandError, match="cut off"):
        call_command("import", str(estate))
    assert not User.objects.exists()


def test_only_administrators_are_named_as_who_does_it(world: World, estate: Path) -> None:
    with pytest.raises(CommandError, match="bob is no administrator"):
        call_command("import", str(estate), "--by", "bob")


def test_a_token_without_its_digest_is_refused(world: World, tmp_path: Path) -> None:
    record = AccessToken(selector="4" * 16, person="alice", name="laptop")
    assert "it has no digest" in refusals(take_in(written(tmp_path, record)))[0]


def test_what_a_stranger_made_at_the_source_comes_without_its_maker(
    world: World, tmp_path: Path
) -> None:
    stranger = make_user("anna")
    EmailAddress.objects.filter(user=stranger).update(email="other@example.com")
    made = RepositoryRecord(name="acme/new", created_by="anna")
    take_in(written(tmp_path, ANNA, made))
    assert Repository.objects.get(name="acme/new").created_by is None


def test_owners_read_in_their_audit_who_came(world: World, tmp_path: Path) -> None:
    report = take_in(written(tmp_path, Member(organization="acme", person="bobby")))
    assert refusals(report) == []
    event = AuditEvent.objects.get(action="estate:record:imported")
    assert (event.namespace, event.user) == (world.acme.namespace, world.bob)


def test_nothing_comes_into_an_organization_that_was_deleted(world: World, tmp_path: Path) -> None:
    Organization.objects.filter(name="acme").update(deleted_at=datetime.now(UTC))
    record = RepositoryRecord(name="acme/new")
    assert "acme was closed or deleted" in refusals(take_in(written(tmp_path, record)))[0]


def test_what_the_database_refuses_takes_nothing_else_with_it(world: World, tmp_path: Path) -> None:
    taken = RobotSecret.objects.create(
        robot=world.acme.namespace.robots.create(name="old"), selector="5" * 16, secret_digest="6"
    )
    secret = RobotSecretRecord(selector=taken.selector, digest="7" * 64)
    bad = Robot(namespace="acme", name="bad", secrets=(secret,))
    good = Robot(namespace="acme", name="good")
    secrets = tmp_path / "secrets"
    report = take_in(written(tmp_path, bad, good), secrets=secrets)
    assert "the database refuses it" in refusals(report)[0]
    assert [json.loads(one)["about"] for one in secrets.read_text().splitlines()] == ["acme good"]


def test_an_import_stops_when_the_database_is_away(world: World, tmp_path: Path) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    file = written(tmp_path, SHOP)
    with pytest.raises(OperationalError), connection.execute_wrapper(away):
        take_in(file)
