"""Nobody finds, counts or is told of what is not his, whatever happens (cases 21, 23 and 28).

WAYBILL_THOROUGH=1 lives through 40 lives instead of some.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.models import (
    Membership,
    Namespace,
    OrganizationRole,
    RobotAccount,
    TeamMembership,
    Visibility,
)
from accounts.principals import ANONYMOUS, Principal, Workload
from accounts.token_limits import TokenLimits
from index.models import AccessGrant, Repository, RepositoryMode, RepositoryState
from index.roles import Role
from search.backends.choice import database
from search.engine import search, suggest
from search.facets import facets
from search.query import parse_query
from search.ranking import plan_of
from search.reach import reach_of
from tests.conftest import World
from tests.factories import make_grant, make_member, make_repository
from tests.machines import make_robot
from tests.search.conftest import MANY, brought_up_to_date, hit_ids, names

LIVES, STEPS = (40, 40) if os.environ.get("WAYBILL_THOROUGH") else (3, 20)
SPACES = ["alice", "acme", "bobby", "library"]
TITLES = {"Owners", "Visibility"}

chosen = st.integers(0, 30)  # one of the repositories that there are
visibilities = st.sampled_from(Visibility.values)
short_names = st.sampled_from(["redis", "redis-web", "relay", "web", "web-redis"])
patterns = st.sets(
    st.sampled_from(["*", "alice/*", "acme/web", "acme/re*", "alice/redis", "redis", "bobby/web"]),
    min_size=1,
    max_size=2,
)


def limited(*names: str) -> TokenLimits:
    """Limits to repositories."""
    return TokenLimits(names, frozenset({"pull"}), frozenset())


class Found(RuleBasedStateMachine):
    """The cast, a few repositories, and whatever may become of them."""

    world: World

    def __init__(self) -> None:
        """Begin with the cast."""
        super().__init__()
        self.changes = transaction.atomic()
        self.changes.__enter__()
        self.robot = make_robot("acme", by=self.world.olga)
        self.limits = limited("alice/*", "acme/web")

    def teardown(self) -> None:
        """Look a last time, and leave no trace."""
        try:
            self.catch_up()
        finally:
            transaction.set_rollback(True)
            self.changes.__exit__(None, None, None)

    @initialize(visibility=visibilities)
    def begin(self, visibility: str) -> None:
        """Let everything be indexed."""
        Repository.objects.filter(name="acme/app").update(visibility=visibility)
        brought_up_to_date()

    @rule(space=st.sampled_from(SPACES), short=short_names, visibility=visibilities, pushed=st.booleans())  # fmt: skip
    def create(self, space: str, short: str, visibility: str, *, pushed: bool) -> None:
        """Make one, unless there is one of that name."""
        name = short if space == "library" else f"{space}/{short}"
        if not Repository.objects.filter(name=name).exists():
            make_repository(name, visibility=Visibility(visibility), pushed=pushed)

    @rule(which=chosen)
    def push(self, which: int) -> None:
        """Push to one."""
        self.change(which, last_pushed_at=timezone.now())

    @rule(which=chosen, visibility=visibilities)
    def show_or_hide(self, which: int, visibility: str) -> None:
        """Change who may see one."""
        self.change(which, visibility=visibility)

    @rule(which=chosen, short=short_names)
    def rename(self, which: int, short: str) -> None:
        """Rename one in its namespace."""
        space, _, _ = self.one(which).name.rpartition("/")
        self.rename_to(which, f"{space}/{short}" if space else short)

    @rule(which=chosen, space=st.sampled_from(SPACES))
    def transfer(self, which: int, space: str) -> None:
        """Give one away."""
        short = self.one(which).short_name
        namespace = Namespace.objects.get(name=space)
        self.rename_to(which, short if space == "library" else f"{space}/{short}", namespace)

    @rule(which=chosen, state=st.sampled_from([*RepositoryState.values, "active"]))
    def trash_or_restore(self, which: int, state: str) -> None:
        """Delete one, or bring it back."""
        self.change(which, state=state)

    @rule(which=chosen, mode=st.sampled_from(RepositoryMode.values))
    def archive(self, which: int, mode: str) -> None:
        """Archive one, or open it again."""
        self.change(which, mode=mode)

    @rule(which=chosen, to=st.sampled_from(["bob", "alice", "robot", "team"]))
    def grant(self, which: int, to: str) -> None:
        """Let somebody read one."""
        grantee: Any = {
            "robot": self.robot,
            "team": self.world.acme.teams.order_by("pk")[0],
        }.get(to) or self.world.person(to)
        with suppress(IntegrityError), transaction.atomic():  # there is one already
            make_grant(self.one(which), grantee, Role.READER)

    @rule()
    def take_grants_back(self) -> None:
        """Let nobody read by a grant."""
        AccessGrant.objects.all().delete()

    @rule(joins=st.booleans())
    def leave_or_join(self, *, joins: bool) -> None:
        """Let mia leave the organization, or come back as an owner."""
        mia, acme = self.world.mia, self.world.acme
        TeamMembership.objects.filter(membership__user=mia).delete()
        Membership.objects.filter(user=mia).delete()
        if joins:
            make_member(acme, mia, role=OrganizationRole.OWNER)

    @rule(names=patterns)
    def limit(self, names: set[str]) -> None:
        """Show another token."""
        self.limits = limited(*sorted(names))

    @rule()
    def look(self) -> None:
        """Look before the index has caught up: nothing that is hidden may be found or counted."""
        for who in self.everybody():
            seen = set(Repository.objects.listed_for(who).values_list("pk", flat=True))
            assert hit_ids(who) <= seen
            reach, plan = reach_of(who), plan_of(parse_query(""))
            assert database.count(reach, plan, limit=MANY) <= len(seen)
            for typed in ("", "redis", "web alice"):
                found = search(who, parse_query(typed))
                assert {one.pk for one in found.results} <= seen
                assert found.total <= len(seen)
            assert {one.pk for one in suggest(who, "re", 50)} <= seen

    @rule()
    def catch_up(self) -> None:
        """Let the index catch up: everything is found that may be seen, and counted right."""
        brought_up_to_date()
        for who in self.everybody():
            listed = list(Repository.objects.listed_for(who).select_related("namespace"))
            found = search(who, parse_query(""), size=100)
            assert set(names(found)) == set(names(listed))
            assert (found.total, found.is_more, found.next) == (len(listed), False, "")
            assert shown_facets(who) == counted_facets(listed)
            begun = {one.name for one in listed if begins(one, "re")}
            assert set(names(suggest(who, "re", 50))) == begun

    def everybody(self) -> list[Principal]:
        """One of each kind."""
        world, any_one = self.world, self.one(2)
        robot = RobotAccount.objects.select_related("namespace").get(pk=self.robot.pk)
        return [
            ANONYMOUS,
            *(Principal(user) for user in (world.bob, world.alice, world.olga, world.mia, world.root)),
            *(Principal(user, limits=self.limits) for user in (world.alice, world.olga, world.root)),
            Principal(robot=robot),
            Principal(workload=Workload(1, any_one.pk, "a job")),
        ]  # fmt: skip

    def one(self, which: int) -> Repository:
        """One of them."""
        found = Repository.objects.select_related("namespace").order_by("pk")
        return found[which % found.count()]

    def change(self, which: int, **fields: Any) -> None:
        """Change columns of one."""
        Repository.objects.filter(pk=self.one(which).pk).update(**fields)

    def rename_to(self, which: int, name: str, namespace: Namespace | None = None) -> None:
        """Call one so, unless another one is called so."""
        if Repository.objects.filter(name=name).exists():
            return
        self.change(which, name=name, **({"namespace": namespace} if namespace else {}))


def shown_facets(who: Principal) -> dict[str, dict[str, int]]:
    """The groups that say who owns what and who may see it."""
    groups = facets(who, parse_query(""))
    return {
        group.title: {facet.value: facet.count for facet in group.facets}
        for group in groups
        if group.title in TITLES
    }


def counted_facets(listed: list[Repository]) -> dict[str, dict[str, int]]:
    """What they should say."""
    owners = Counter(one.namespace.name for one in listed)
    visibilities = Counter(one.visibility for one in listed)
    counted = {"Owners": dict(owners)} if owners else {}
    if not visibilities.keys() <= {"public"}:
        counted["Visibility"] = dict(visibilities)
    return counted


def begins(one: Repository, typed: str) -> bool:
    """Whether it is suggested: a word of its name begins so, and somebody works on it."""
    parts = one.name.replace("/", "-").split("-")
    is_open = one.mode != RepositoryMode.ARCHIVED
    return is_open and any(part.startswith(typed) for part in parts)


def test_everybody_finds_what_is_listed_for_him_and_nothing_else(world: World) -> None:
    class Lives(Found):
        pass

    Lives.world = world
    run_state_machine_as_test(
        Lives,
        settings=hypothesis_settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=LIVES < 100,
            phases=[Phase.generate],  # a life takes seconds, and is told in few lines
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
