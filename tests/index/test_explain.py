"""Explanations: whom they are about, what surrounds the policy, and what outsiders do not learn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Membership,
    Namespace,
    OrganizationRole,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    User,
    Visibility,
)
from accounts.principals import ANONYMOUS, Principal
from index.explanation.asked import Insight, find_asked, of_principal, own_token
from index.explanation.explain import Explanation, explain, explain_anything, explain_own
from index.explanation.question import NO_GRANT, parse_question, parse_supposed
from index.models import Denial, Door, Repository, RepositoryMode, TrustedPublisher
from index.policy import allowed_actions
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_plan, make_repository, make_tag


def told(found: Explanation) -> dict[str, str]:
    return {step.code: step.words for part in found.parts for step in part.steps}


def allowed(found: Explanation) -> list[str]:
    return [verdict.action.value for verdict in found.verdicts if verdict.allowed]


def before_app(world: World, who: str, text: str = "acme/app", **supposed: str) -> Explanation:
    """Return what an owner of acme is told."""
    asked = find_asked(who, insight=Insight.REPOSITORY, repository=world.app)
    return explain(world.app, asked, parse_question(text), supposed=parse_supposed(**supposed))


def about_oneself(user: User, text: str, public_part: str = "") -> Explanation:
    asked = own_token(user, public_part) if public_part else None
    me = Principal(user)
    return explain_own(me, asked or of_principal(me), parse_question(text))


def make_token(user: User, **fields: Any) -> PersonalAccessToken:
    fields = {"patterns": ["*"], "actions": ["push"], "selector": "0123456789abcdef"} | fields
    return PersonalAccessToken.objects.create(user=user, name="laptop", secret_digest="", **fields)


def in_words(found: Explanation) -> Any:
    """Return all that a reader sees of it."""
    return (found.headline, found.parts, found.verdicts, found.ways, found.role, found.actions)


def test_the_verdicts_are_the_policys(world: World) -> None:
    for repository in (world.app, world.public, world.private, world.base):
        for person in (world.alice, world.bob, world.mia, world.rita, world.olga, world.root):
            found = explain_anything(person.username, parse_question(repository.name))
            decision = allowed_actions(Principal(person), repository)
            assert set(allowed(found)) == {action.value for action in decision.actions}
            assert found.reason == decision.reason


def test_a_robot_anybody_and_a_job_are_explained(world: World) -> None:
    namespace = Namespace.objects.get(name="acme")
    robot = RobotAccount.objects.create(namespace=namespace, name="ci")
    make_grant(world.app, robot, Role.WRITER)
    TrustedPublisher.objects.create(
        repository=world.app, issuer="https://gitlab.com", source_repository="acme/web"
    )
    assert before_app(world, "acme+ci").headline == "acme+ci may pull and push, but not delete"
    assert before_app(world, "acme+ci").ways == ("writer: Given directly",)
    assert before_app(world, "anonymous").verdicts[0].remedy.startswith("log in")
    job = before_app(world, "acme/web")
    assert (allowed(job), job.reason) == (
        ["pull", "push"],
        "the repository trusts this CI job to publish",
    )
    RobotAccount.objects.update(disabled_at=timezone.now())
    assert before_app(world, "acme+ci").verdicts[0].words == "the robot account is disabled"


def test_what_is_supposed_is_explained_and_nothing_changed(world: World) -> None:
    assert allowed(before_app(world, "bobby")) == []
    assert allowed(before_app(world, "bobby", role="writer")) == ["pull", "push"]
    assert allowed(before_app(world, "bobby", visibility="internal")) == ["pull"]
    assert allowed(before_app(world, "mila", role=NO_GRANT)) == []
    frozen = before_app(world, "olga", mode="archived")
    assert frozen.headline == "olga could pull, but not push or delete"
    world.app.refresh_from_db()
    assert (world.app.mode, world.app.visibility) == (RepositoryMode.OPEN, Visibility.PRIVATE)
    assert world.app.grants.count() == 2


def test_an_immutable_tag_stops_a_push_once_it_is_there(world: World) -> None:
    world.app.immutable_tags = ["v*"]
    world.app.save()
    make_tag(world.app, "v1")
    assert before_app(world, "mila", "acme/app:v1").verdicts[1].code == "immutable-tag"
    assert allowed(before_app(world, "mila", "acme/app:v2")) == ["pull", "push"]
    assert allowed(before_app(world, "mila", "acme/app:latest")) == ["pull", "push"]
    assert "never changes" in told(before_app(world, "mila", "acme/app:v2"))["immutable-tag"]


def test_a_full_plan_stops_a_push_and_no_deletion(world: World) -> None:
    plan = make_plan("small", storage_bytes=10)
    Namespace.objects.filter(name="acme").update(plan=plan, storage_used=10)
    world.app.namespace.refresh_from_db()
    found = before_app(world, "olga")
    assert allowed(found) == ["pull", "delete"]
    assert found.verdicts[1].code == "quota"


def test_a_name_is_followed_and_told(world: World) -> None:
    Repository.objects.filter(pk=world.app.pk).update(name="acme/new", stored_name="acme/app")
    assert "leads to acme/new" in told(explain_anything("olga", parse_question("acme/app")))["name"]
    found = explain_anything("olga", parse_question("library/base"))
    assert "without library/" in told(found)["library"]
    assert explain_anything("olga", parse_question("index.test/base")).repository == world.base


def test_a_push_that_would_create_is_told(world: World) -> None:
    found = explain_anything("alice", parse_question("alice/new", "push"))
    assert found.is_allowed
    assert found.verdicts[0].words.startswith("the first push creates it")
    assert not explain_anything("bobby", parse_question("alice/new", "push")).is_allowed
    make_plan("unlimited", private_repositories=1)
    full = explain_anything("alice", parse_question("alice/new", "push"))
    assert full.verdicts[0].code == "quota"


def test_accounts_and_credentials_that_cannot_log_in_may_nothing(world: World) -> None:
    for name, words in (
        ("dave", "the account is disabled"),
        ("newt", "no e-mail address is proven"),
    ):
        found = explain_anything(name, parse_question("base"))
        assert allowed(found) == []
        assert words in found.verdicts[0].words
    token = make_token(world.mia, expires_at=timezone.now() - timedelta(days=1))
    expired = explain_anything(token.public_part, parse_question("acme/app"))
    assert "expired" in expired.verdicts[0].words
    secret = RobotSecret.objects.create(
        robot=RobotAccount.objects.create(namespace=world.app.namespace, name="ci"),
        selector="f" * 16,
        revoked_at=timezone.now(),
    )
    revoked = explain_anything(secret.public_part, parse_question("base"))
    assert "revoked" in revoked.verdicts[0].words


def test_administrators_are_told_that_there_is_no_such_account(world: World) -> None:
    found = explain_anything("nemo", parse_question("base"))
    assert found.who.is_nobody
    assert found.verdicts[0].words == "there is no nemo"


def test_ones_own_token_is_explained_with_its_limits(world: World) -> None:
    token = make_token(world.mia, patterns=["acme/web"], networks=["10.0.0.0/8"])
    found = about_oneself(world.mia, "acme/app", token.public_part)
    assert found.verdicts[0].code == "credential"
    assert "pull and push, in acme/web" in told(found)["token-limits"]
    assert "10.0.0.0/8" in told(found)["networks"]
    assert own_token(world.rita, token.public_part) is None


def test_an_admin_learns_of_a_token_only_if_it_was_denied_there(world: World) -> None:
    token = make_token(world.mia, patterns=["acme/secret"], networks=["10.0.0.0/8"])
    stranger = before_app(world, "wbp_" + "e" * 16)
    unseen = before_app(world, token.public_part)
    assert unseen.verdicts == stranger.verdicts
    now = timezone.now()
    Denial.objects.create(
        repository=world.app, subject=f"user:{world.mia.pk}", name="mila", first_at=now,
        credential=f"token:{token.pk}", door=Door.TOKEN, asked="pull", reason="x", last_at=now,
    )  # fmt: skip
    seen = before_app(world, token.public_part)
    assert seen.name == f"mila with {token.public_part}"
    assert seen.verdicts[1].code == "credential"
    assert not {"token-limits", "networks", "second-factor"} & told(seen).keys()


def test_a_secret_that_is_pasted_whole_is_not_shown(world: World) -> None:
    token = make_token(world.mia)
    found = explain_anything(f"{token.public_part}_{'a' * 64}_00000000", parse_question("base"))
    assert found.name == f"mila with {token.public_part}"
    assert "aaaa" not in before_app(world, f"wbp_{'1' * 16}_{'a' * 64}").name


@pytest.mark.parametrize("has_grant", [False, True])
def test_an_admin_learns_no_state_of_anothers_account(world: World, *, has_grant: bool) -> None:
    """Of bobby, with two factors, of one disabled, one unproven, one closed, an administrator."""
    Authenticator.objects.create(user=world.bob, type=Authenticator.Type.TOTP, data={})
    User.objects.filter(pk=world.alice.pk).update(closed_at=timezone.now(), is_active=False)
    people = User.objects.filter(username__in=["bobby", "dave", "newt", "alice", "rooty"])
    answers, queries = set(), set()
    for user in people:
        if has_grant:
            make_grant(world.app, user, Role.WRITER)
        with CaptureQueriesContext(connection) as seen:
            found = before_app(world, user.username)
        answers.add(repr(in_words(found)).replace(user.username, "NAME"))
        queries.add(len(seen))
        assert allowed(found) == (["pull", "push"] if has_grant else [])
    if not has_grant:
        with CaptureQueriesContext(connection) as seen:
            answers.add(repr(in_words(before_app(world, "nemo"))).replace("nemo", "NAME"))
        queries.add(len(seen))
    assert people.count() == 5
    assert len(answers) == 1
    assert len(queries) == 1


def test_a_denied_token_does_not_tell_that_its_owner_administers_the_site(world: World) -> None:
    token = make_token(world.root, actions=["pull"])
    now = timezone.now()
    Denial.objects.create(
        repository=world.app, subject=f"user:{world.root.pk}", name="rooty", first_at=now,
        credential=f"token:{token.pk}", door=Door.TOKEN, asked="push", reason="x", last_at=now,
    )  # fmt: skip
    found = before_app(world, token.public_part)
    assert found.name == f"rooty with {token.public_part}"
    assert (allowed(found), found.ways) == ([], ())
    assert "administrator" not in told(found)


def test_an_admin_learns_of_a_robot_nothing_about_who_holds_it(world: World) -> None:
    robot = RobotAccount.objects.create(namespace=world.private.namespace, name="ci")
    make_grant(world.private, robot, Role.READER)

    def answer() -> Any:
        asked = find_asked("alice+ci", insight=Insight.REPOSITORY, repository=world.private)
        return in_words(explain(world.private, asked, parse_question("alice/priv")))

    before = answer()
    world.alice.is_active = False
    world.alice.save()
    assert answer() == before
    assert (
        "gone or disabled"
        in told(explain_anything("alice+ci", parse_question("alice/priv")))["account"]
    )


def test_oneself_and_the_site_are_told_the_state_of_an_account(world: World) -> None:
    Authenticator.objects.create(user=world.root, type=Authenticator.Type.TOTP, data={})
    asked = find_asked(
        "rooty",
        insight=Insight.REPOSITORY,
        repository=world.app,
        reader=Principal(world.root),
    )
    for found in (
        explain(world.app, asked, parse_question("acme/app")),
        explain_anything("rooty", parse_question("acme/app")),
    ):
        assert told(found)["account"] == "the account is in use"
        assert "second-factor" in told(found)
        assert found.ways == ("admin: Administrator of this site",)


@pytest.mark.parametrize("who", ["bob", "rita"])
@pytest.mark.parametrize("with_token", [False, True])
def test_hidden_and_absent_are_answered_alike(world: World, who: str, *, with_token: bool) -> None:
    """Rita may create repositories in acme, so she is told what holds if there is none."""
    world.acme.members_may_create = True
    world.acme.save()
    make_repository("acme/hidden", stored_name="acme/stored", immutable_tags=["*"])
    user = getattr(world, who)
    part = make_token(user).public_part if with_token else ""
    answers, queries, verdicts = set(), set(), set()
    for name in ("acme/hidden", "acme/absent", "acme/stored"):
        with CaptureQueriesContext(connection) as seen:
            found = about_oneself(user, f"{name}:v1", part)
        answers.add(repr(in_words(found)).replace(name, "NAME"))
        queries.add(len(seen))
        verdicts.add(",".join(allowed(found)))
        assert found.repository is None
    assert len(answers) == 1
    assert len(queries) == 1
    assert verdicts == {"push" if who == "rita" else ""}


def test_an_owner_may_change_settings_and_anybody_pulls_what_is_public(world: World) -> None:
    Membership.objects.filter(user=world.rita).update(role=OrganizationRole.OWNER)
    assert before_app(world, "rita").headline.endswith("delete, and change settings")
    assert explain_own(ANONYMOUS, of_principal(ANONYMOUS), parse_question("base")).actions == [
        "pull"
    ]
