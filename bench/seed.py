"""Make what the requests need, and print it as JSON: `python -m bench.seed`."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User

REGISTRY = "http://127.0.0.1:9"  # bench/gateway.py puts a stub there


def seed() -> dict[str, str]:
    """Migrate, make keys, a registry, a user, a robot, a public and a private repository."""
    from allauth.account.models import EmailAddress
    from django.conf import settings
    from django.core.management import call_command

    from accounts.flows.personal_access_tokens import create_token
    from accounts.flows.signup import create_user
    from accounts.models import Visibility
    from accounts.principals import Principal
    from accounts.token_limits import read_limits
    from index.flows.create_repository import create_repository
    from index.flows.place_repositories import place
    from index.flows.registries import register_registry
    from index.names import parse_repository_name
    from tokenauth.refresh import issue_refresh_token
    from tokenauth.signing.keys import signing_keys

    call_command("migrate", verbosity=0)
    signing_keys.create(settings.PUBLIC_HOST)
    registry = register_registry(
        "east", upstream_url=REGISTRY, events_secret=secrets.token_urlsafe(32)
    )
    place("*", on=registry)
    password = secrets.token_urlsafe(12)
    user = create_user(username="bench", email="bench@example.com", password=password)
    EmailAddress.objects.filter(user=user).update(verified=True)
    for name, visibility in (
        ("bench/public", Visibility.PUBLIC),
        ("bench/app", Visibility.PRIVATE),
    ):
        create_repository(parse_repository_name(name), by=Principal(user), visibility=visibility)
    refresh_token = issue_refresh_token(
        user, service=settings.SERVICE, client_id="bench", address="127.0.0.1"
    ).value
    limits = read_limits(["bench/*"], ["push"], [])
    tokens = [  # many: the time to find one must not depend on their number
        create_token(
            user,
            name=f"token {number}",
            limits=limits,
            networks=[],
            expires_at=None,
            by=Principal(user),
        ).value
        for number in range(50)
    ]
    return {
        "access_token": tokens[-1],
        "robot_secret": _robot_secret(user),
        "password": password,
        "refresh_token": refresh_token,
        "service": settings.SERVICE,
    }


def _robot_secret(user: User) -> str:
    from accounts.flows.robot_accounts import create_robot
    from accounts.flows.robot_secrets import add_secret
    from accounts.principals import Principal
    from index.models import AccessGrant, Repository
    from index.roles import Role

    person = Principal(user)
    robot = create_robot(user.namespace, name="builds", by=person)
    app = Repository.objects.get(name="bench/app")
    AccessGrant.objects.create(repository=app, robot=robot, role=Role.WRITER)
    return add_secret(robot, label="bench", expires_at=None, by=person).value


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    print(json.dumps(seed()))
