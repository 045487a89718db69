"""What happens to repositories is written down for the owners of their namespace."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Visibility
from accounts.principals import Principal
from index.errors import Denied
from index.flows.change_namespace import change_default_visibility
from index.flows.change_repository import change_visibility, describe_repository
from index.flows.create_repository import create_repository
from index.flows.delete_repository import request_deletion
from index.names import parse_repository_name
from tests.conftest import World


def events(world: World) -> list[tuple[str, str, str]]:
    """What the owners of acme read, the oldest first: what, to what, by whom."""
    found = AuditEvent.objects.filter(namespace=world.acme.namespace).order_by("pk")
    return list(found.values_list("action", "target", "actor_name"))


def test_each_change_is_one_event(world: World) -> None:
    by = Principal(world.olga)
    made = create_repository(parse_repository_name("acme/new"), by=by)
    for _ in range(2):  # the same again is no change
        change_visibility(made, by=by, visibility=Visibility.PUBLIC)
        describe_repository(made, by=by, description="New", readme="")
        change_default_visibility(world.acme.namespace, by=by, visibility=Visibility.INTERNAL)
    for _ in range(2):
        request_deletion(made, by=Principal(world.root), at_once=True)
    assert events(world) == [
        ("repository:created", "acme/new", "olga"),
        ("repository:changed", "acme/new", "olga"),
        ("repository:changed", "acme/new", "olga"),
        ("namespace:changed", "acme", "olga"),
        ("repository:deleted", "acme/new", "rooty"),
    ]


def test_a_change_of_visibility_says_from_what_to_what(world: World) -> None:
    change_visibility(world.app, by=Principal(world.olga), visibility=Visibility.PUBLIC)
    details = AuditEvent.objects.get().details
    assert details == {"visibility": "public", "old_visibility": "private"}


def test_a_text_is_not_copied_into_the_audit(world: World) -> None:
    by = Principal(world.olga)
    describe_repository(world.app, by=by, description="", readme="a secret by mistake")
    assert AuditEvent.objects.get().details == {"changed": "readme"}


def test_what_is_refused_is_no_change(world: World) -> None:
    by = Principal(world.mia)
    with pytest.raises(Denied):
        create_repository(parse_repository_name("acme/new"), by=by)
    with pytest.raises(Denied):
        change_visibility(world.app, by=by, visibility=Visibility.PUBLIC)
    with pytest.raises(Denied):
        request_deletion(world.app, by=by)
    with pytest.raises(Denied):
        change_default_visibility(world.acme.namespace, by=by, visibility=Visibility.PUBLIC)
    assert events(world) == []
