"""Random worlds, random people and scopes: what `/token` grants is requested ∩ allowed (case 5).

WAYBILL_THOROUGH=1 tries 2,000 worlds instead of some dozens.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import (
    Membership,
    Organization,
    OrganizationRole,
    PersonalAccessToken,
    RobotAccount,
    Team,
    TeamMembership,
    User,
    Visibility,
)
from index.models import (
    AccessGrant,
    Registry,
    Repository,
    RepositoryMode,
    RepositoryState,
    TrustedPublisher,
    WorkloadLogin,
    Writers,
)
from index.roles import Role
from tests.clients import basic, granted
from tests.factories import (
    PASSWORD,
    SERVICE,
    make_organization,
    make_registry,
    make_repository,
    make_rule,
    make_user,
)
from tests.machines import make_robot, make_secret, make_token
from tests.policy_oracle import EVERYTHING, allowed
from tokenauth.workloads.workload_secrets import issue_workload_secret

WORLDS = 2_000 if os.environ.get("WAYBILL_THOROUGH") else 40
USERS, GROUPS = ["user0", "user1", "user2"], ["group0", "group1"]
ROBOTS = ["user0+bot", "group0+bot", "group1+bot"]
NAMES = [
    "user0/a", "user1/a", "group0/a", "group0/a-b", "group0/a_b", "group1/a", "group1/a/b", "single",
]  # fmt: skip
ABSENT = ["user0/new", "group0/new", "group1/new", "nobody/new", "new"]
TEAMS = [".*", "%", "[a-z]", "_", "group0", "user1"]  # names are data and never patterns
PATTERNS = [
    "*", "user0/*", "group0/a", "group0/a*", "group0/*", "group1/a", "%/*", "_roup0/*", "[a-z]*", ".*",
    "user1", "group0/new", "single",
]  # fmt: skip
WORDS = ["pull", "push", "delete", "*", "admin", "PULL", ""]

people, groups, names = st.sampled_from(USERS), st.sampled_from(GROUPS), st.sampled_from(NAMES)
teams = st.builds(
    lambda group, name, members: {
        "id": f"{group}:{name}", "group": group, "name": name, "people": members,
    },
    groups, st.sampled_from(TEAMS), st.lists(people, max_size=2, unique=True),
)  # fmt: skip
grants = st.tuples(names, st.sampled_from(Role), st.sampled_from([None, True, False]))
worlds = st.fixed_dictionaries(
    {
        "administrator": st.sampled_from([None, None, *USERS]),
        "places": st.lists(
            st.tuples(groups, people, st.sampled_from(OrganizationRole)),
            max_size=4,
            unique_by=lambda place: place[:2],
        ),
        "open": st.sets(groups, max_size=1),
        "teams": st.lists(teams, max_size=3, unique_by=lambda team: team["id"]),
        "grants": st.lists(
            st.tuples(grants, st.sampled_from(["person", "robot", "team"]), st.integers(0, 5)),
            max_size=8,
        ),
        "repositories": st.lists(
            st.tuples(
                st.sampled_from(Visibility),
                st.sampled_from([True, True, True, False]),
                st.sampled_from([RepositoryMode.OPEN, *RepositoryMode]),
                st.booleans(),
            ),
            min_size=len(NAMES),
            max_size=len(NAMES),
        ),
        "writers": st.sampled_from(Writers),
        "robots": st.lists(
            st.fixed_dictionaries({"builds": st.booleans(), "creates": st.booleans()}),
            min_size=len(ROBOTS),
            max_size=len(ROBOTS),
        ),
        "trusting": st.sets(names, max_size=2),
    }
)
tokens = st.fixed_dictionaries(
    {
        "patterns": st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3),
        "actions": st.lists(st.sampled_from(["push", "delete"]), unique=True),
    }
)
scopes = st.lists(
    st.tuples(
        st.sampled_from(["repository"] * 9 + ["repository(plugin)", "namespace"]),
        st.sampled_from(NAMES + ABSENT),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=8,
)
askers = st.tuples(st.sampled_from(["", *USERS, *ROBOTS, "job", "job"]), st.none() | tokens, scopes)


class EndToEndTest(TestCase):
    """One cast; each example gives it other places, grants and repositories."""

    users: ClassVar[dict[str, User]]
    groups: ClassVar[dict[str, Organization]]
    robots: ClassVar[dict[str, RobotAccount]]
    repositories: ClassVar[dict[str, Repository]]
    secrets: ClassVar[dict[str, str]]

    @classmethod
    def setUpTestData(cls) -> None:
        """Make people, organizations, robots, tokens and repositories."""
        registries = [make_registry("free"), make_registry("strict")]
        make_rule("*", registries[0])
        founder = make_user("founder")
        cls.users = {name: make_user(name) for name in USERS}
        cls.groups = {name: make_organization(name, owner=founder) for name in GROUPS}
        cls.repositories = {name: make_repository(name) for name in NAMES}
        cls.secrets = {name: make_token(user).value for name, user in cls.users.items()}
        cls.robots = {}
        for name in ROBOTS:
            owner = name.partition("+")[0]
            by = cls.users.get(owner, founder)
            cls.robots[name] = make_robot(owner, "bot", by=by)
            cls.secrets[name] = make_secret(cls.robots[name], by=by).value

    @settings(max_examples=WORLDS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds, st.lists(askers, min_size=2, max_size=3))
    def test_a_token_grants_what_is_asked_for_and_allowed(
        self, plan: dict[str, Any], asked: list[Any]
    ) -> None:
        cache.clear()
        world, jobs = self.build(plan), sorted(plan["trusting"])
        for number, (who, limits, wanted) in enumerate(asked):
            name, token = who, limits if who in USERS else None
            if who == "job":
                name = f"job:{jobs[number % len(jobs)]}" if jobs else ""
            if token:
                PersonalAccessToken.objects.filter(user=self.users[who]).update(**token)
            expected = self.expect(world, name, token, wanted)
            assert self.ask(name, token, wanted) == expected, (name, token, wanted)
            if number == 0:
                assert self.ask(name, token, wanted[::-1]) == expected

    def ask(self, who: str, token: Any, wanted: Sequence[Any]) -> dict[str, set[str]]:
        """Ask as docker does, with password, access token, robot's or job's secret, or nothing."""
        secret = self.secrets[who] if token or who in ROBOTS else PASSWORD
        login = who
        if who.startswith("job:"):
            login, secret = "oidc", self.secrets[who]
        texts = [f"{kind}:{name}:{','.join(words)}" for kind, name, words in wanted]
        headers = {"Authorization": basic(login, secret)} if who else {}
        answer = Client().get("/token", {"service": SERVICE, "scope": texts}, headers=headers)
        assert answer.status_code == 200, answer.content
        return {name: set(actions) for name, actions in granted(answer).items()}

    def expect(
        self, world: dict[str, Any], who: str, token: Any, wanted: Sequence[Any]
    ) -> dict[str, set[str]]:
        """Return requested ∩ allowed, scope by scope."""
        found: dict[str, set[str]] = {}
        for kind, name, words in wanted:
            requested = EVERYTHING if "*" in words else set(words)
            if kind == "repository" and (both := requested & allowed(world, who, name, token)):
                found[name] = found.get(name, set()) | both
        return found

    def build(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Put the plan into the database, and return the world as the oracle reads it."""
        self._place(plan)
        registries = dict(Registry.objects.values_list("name", "pk"))
        Registry.objects.filter(name="strict").update(writers=plan["writers"])
        stands: dict[str, Any] = {}
        for name, (visibility, live, mode, is_strict) in zip(
            NAMES, plan["repositories"], strict=True
        ):
            row = self.repositories[name]
            row.visibility, row.mode = visibility, mode
            row.state = RepositoryState.ACTIVE if live else RepositoryState.DELETING
            row.registry_id = registries["strict" if is_strict else "free"]
            writers = plan["writers"] if is_strict else Writers.ANYONE
            stands[name] = {
                "visibility": visibility, "live": live, "mode": mode, "writers": writers,
            }  # fmt: skip
        changed = ["visibility", "mode", "state", "registry"]
        Repository.objects.bulk_update(self.repositories.values(), changed)
        for name, does in zip(ROBOTS, plan["robots"], strict=True):
            self.robots[name].is_builder = does["builds"]
            self.robots[name].may_create = does["creates"]
        RobotAccount.objects.bulk_update(self.robots.values(), ["is_builder", "may_create"])
        places = plan["places"]
        return {
            "administrator": plan["administrator"],
            "owners": _by_group(places, OrganizationRole.OWNER),
            "members": _by_group(places, *OrganizationRole),
            "open": plan["open"],
            "known": {*USERS, *GROUPS, *ABSENT[4:]},
            "robots": dict(zip(ROBOTS, plan["robots"], strict=True)),
            "teams": self._teams(plan),
            "repositories": stands,
            "grants": self._grant(plan),
        }

    def _place(self, plan: dict[str, Any]) -> None:
        User.objects.filter(username=plan["administrator"] or "").update(is_superuser=True)
        Organization.objects.filter(name__in=plan["open"]).update(members_may_create=True)
        Membership.objects.bulk_create(
            Membership(organization=self.groups[group], user=self.users[user], role=role)
            for group, user, role in plan["places"]
        )
        for name in plan["trusting"]:
            publisher = TrustedPublisher.objects.create(
                repository=self.repositories[name], issuer="https://ci.test", source_repository=name
            )
            ends = timezone.now() + timedelta(hours=1)
            login = WorkloadLogin.objects.create(
                publisher=publisher, token_id=name, expires_at=ends
            )
            self.secrets[f"job:{name}"] = issue_workload_secret(login, service=SERVICE)

    def _teams(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        """Make the teams, of those alone who are members, and return them as they are then."""
        places = {(one.organization_id, one.user_id): one for one in Membership.objects.all()}
        made = []
        for team in plan["teams"]:
            group = self.groups[team["group"]]
            row = Team.objects.create(organization=group, name=team["name"])
            inside = [one for one in team["people"] if (group.pk, self.users[one].pk) in places]
            TeamMembership.objects.bulk_create(
                TeamMembership(team=row, membership=places[group.pk, self.users[one].pk])
                for one in inside
            )
            made.append(team | {"people": inside, "row": row})
        plan["teams"] = made
        return made

    def _grant(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        """Make the grants, one for each repository and grantee, and return them."""
        given: dict[tuple[str, str], dict[str, Any]] = {}
        for (name, role, over), kind, number in plan["grants"]:
            owner = name.partition("/")[0]
            found: dict[str, Any] = {}
            if kind == "person":
                to = USERS[number % 3]
                found["user"] = self.users[to]
            elif kind == "robot":
                to = ROBOTS[number % 3]
                found["robot"] = self.robots[to]
            else:
                fitting = [team for team in plan["teams"] if team["group"] == owner]
                if not fitting:
                    continue
                team = fitting[number % len(fitting)]
                to, found["team"] = team["id"], team["row"]
            given.setdefault(
                (name, to), {"on": name, "to": to, "role": role, "over": bool(over), "row": found,
                             "ends": over}
            )  # fmt: skip
        AccessGrant.objects.bulk_create(
            AccessGrant(
                repository=self.repositories[one["on"]], role=one["role"],
                expires_at=_moment(one["ends"]), **one["row"],
            )
            for one in given.values()
        )  # fmt: skip
        return list(given.values())


def _by_group(places: Sequence[Any], *roles: OrganizationRole) -> dict[str, list[str]]:
    return {
        name: [user for group, user, role in places if group == name and role in roles]
        for name in GROUPS
    }


def _moment(over: bool | None) -> Any:  # noqa: FBT001 - as hypothesis draws it
    hours = {None: None, True: -1, False: 1}[over]
    return timezone.now() + timedelta(hours=hours) if hours else None
