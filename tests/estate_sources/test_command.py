"""`manage.py import --from`: an export of another product ends in the database, as often as one likes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Namespace, RobotAccount, User
from accounts.models.namespace import ROOT_NAMESPACE
from index.models import AccessGrant, PlacementRule, Repository, Webhook
from tests.estate_sources.reading import SAMPLES
from tests.factories import make_registry, make_user

NAMES = "B.Smith=bsmith\nb.smith=bsmith\nBob.Smith=bobsmith\nbob=bobby\nops_team=ops-team\nopen_source=open-source\ndave_d=daved\nQ_A=q-a\nteam:developers=all-developers\n"
EXPORTS = {
    "portus": "portus-mysql.sql",
    "harbor": "harbor.sql",
    "quay": "quay.sql",
    "hub": "hub",
    "docker-auth": "docker-auth",
    "htpasswd": "htpasswd",
}


@pytest.fixture
def names(db: None, tmp_path: Path) -> Path:
    """Prepare a site that has nothing but a registry and an administrator, and a map of names."""
    Namespace.objects.get_or_create(name=ROOT_NAMESPACE)
    PlacementRule.objects.create(pattern="*", registry=make_registry("east"))
    make_user("olga")
    (tmp_path / "names").write_text(NAMES)
    return tmp_path / "names"


def move_in(product: str, names: Path, *options: str) -> list[dict[str, str]]:
    """Import a sample; return the lines of the report about records."""
    report = names.parent / "report.jsonl"
    call_command(
        "import", str(SAMPLES / EXPORTS[product]), "--from", product, "--map", str(names),
        "--owner", "olga", "--registry", "east", "--report", str(report), *options, stdout=StringIO(),
    )  # fmt: skip
    return [json.loads(line) for line in report.read_text().splitlines()[:-1]]


@pytest.mark.parametrize("product", EXPORTS)
def test_every_record_that_is_made_of_an_export_is_taken_in(product: str, names: Path) -> None:
    told = move_in(product, names)
    records = [one for one in told if one["kind"] != "left-behind"]
    assert [one for one in records if one["outcome"] == "refused"] == []
    assert User.objects.count() > 1


@pytest.mark.parametrize("product", EXPORTS)
def test_a_second_time_everything_is_there_already(product: str, names: Path) -> None:
    move_in(product, names)
    again = [one for one in move_in(product, names) if one["kind"] != "left-behind"]
    assert {one["outcome"] for one in again} == {"there already"}


def test_a_dry_run_writes_nothing(names: Path) -> None:
    move_in("harbor", names, "--dry-run")
    assert User.objects.count() == 1
    assert not Repository.objects.exists()


def test_what_moved_in_is_what_it_was(names: Path) -> None:
    move_in("portus", names)
    anvil = Repository.objects.get(name="acme/anvil")
    assert (anvil.visibility, anvil.registry.name) == ("internal", "east")
    assert (
        Repository.objects.get(name="ops-team/tools/hammer").stored_name == "ops_team/tools/hammer"
    )
    assert AccessGrant.objects.filter(
        repository=anvil, team__name="viewers", role="reader"
    ).exists()
    owners = Membership.objects.filter(organization__name="acme", role="owner")
    assert [one.user.username for one in owners] == ["alice"]
    assert not User.objects.get(username="alice").has_usable_password()
    assert RobotAccount.objects.filter(namespace__name="acme", name="builder").exists()
    assert Webhook.objects.get().paused_at


def test_new_secrets_of_robots_are_written_down(names: Path) -> None:
    secrets = names.parent / "secrets"
    move_in("portus", names, "--secrets", str(secrets))
    told = [json.loads(line) for line in secrets.read_text().splitlines()]
    assert {one["about"] for one in told if one["kind"] == "robot"} == {
        "acme builder", "ops-team builder",
    }  # fmt: skip


def test_advice_for_names_is_written_for_the_next_run(names: Path) -> None:
    advice = names.parent / "advice"
    names.write_text("")
    move_in("portus", names, "--dry-run", "--write-map", str(advice))
    assert "person:b.smith=bsmith\n" in advice.read_text()


def test_an_owner_who_is_not_there_is_said_before_anything_is_written(names: Path) -> None:
    with pytest.raises(CommandError, match="no account nobody here, which --owner names"):
        move_in("docker-auth", names, "--owner", "nobody")
    assert not Repository.objects.exists()


def test_what_cannot_be_read_is_said_and_nothing_is_written(names: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.sql").write_bytes((SAMPLES / "harbor.sql").read_bytes()[:5000])
    with pytest.raises(CommandError, match="cut off"):
        call_command("import", str(tmp_path / "cut.sql"), "--from", "harbor", stdout=StringIO())
    with pytest.raises(CommandError, match="No such file"):
        call_command("import", str(tmp_path / "none"), "--from", "quay", stdout=StringIO())
    assert User.objects.count() == 1
