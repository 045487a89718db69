"""What docker prints when a plan leaves no room."""

from __future__ import annotations

from tests.e2e.people import People
from tests.waiting import eventually

_ASSIGN = """
from accounts.models import Namespace, Plan
plan, _ = Plan.objects.get_or_create(name="tiny-storage", defaults={"storage_bytes": 1})
Namespace.objects.filter(name=name).update(plan=plan)
"""
_USED = """
from accounts.models import Namespace
answer = Namespace.objects.get(name=name).storage_used
"""


def test_docker_says_which_plan_is_full_and_what_to_do(people: People) -> None:
    carol = people.make("carol", plan="")
    carol.login()
    carol.push_image("one")
    carol.push_image("one", "2.0")
    printed = carol.docker.fails("push", carol.make_image("two"))
    assert (
        f"denied: {carol.name} (plan free): 1 of 1 private repositories used. Make one public, "
        f"delete one, or ask an administrator: http://{carol.host}/settings/namespace"
    ) in printed


def test_docker_says_that_the_storage_is_full(people: People) -> None:
    carol = people.make("carol")
    carol.login()
    carol.push_image("one")
    eventually(lambda: people.backstage.run(_USED, name=carol.name) > 0)
    people.backstage.run(_ASSIGN, name=carol.name)
    printed = carol.docker.fails("push", carol.make_image("one", "2.0"))
    assert f"denied: {carol.name} (plan tiny-storage): " in printed
    assert "storage used. Delete repositories" in printed
