"""Makers of what machines log in with, by the real flows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.test import Client

from accounts.flows.personal_access_tokens import NewToken, create_token
from accounts.flows.robot_accounts import create_robot
from accounts.flows.robot_secrets import NewSecret, add_secret
from accounts.models import Namespace, RobotAccount, User
from accounts.principals import Principal
from accounts.token_limits import read_limits


def make_token(
    user: User,
    *patterns: str,
    actions: Sequence[str] = ("push", "delete"),
    api_parts: Sequence[str] = (),
    networks: Sequence[str] = (),
    name: str = "laptop",
    expires_at: datetime | None = None,
) -> NewToken:
    """A token of the user, for everything without patterns."""
    return create_token(
        user,
        name=name,
        limits=read_limits(patterns or ("*",), actions, api_parts),
        networks=networks,
        expires_at=expires_at,
        by=Principal(user),
    )


def make_robot(
    namespace: str, name: str = "ci", *, by: User, may_create: bool = False
) -> RobotAccount:
    """A robot without secrets."""
    found = Namespace.objects.get(name=namespace)
    return create_robot(found, name=name, by=Principal(by), may_create=may_create)


def make_secret(
    robot: RobotAccount, *, by: User, expires_at: datetime | None = None, label: str = ""
) -> NewSecret:
    """A secret of the robot."""
    return add_secret(robot, label=label, expires_at=expires_at, by=Principal(by))


def make_docker_credential(secret: str) -> str:
    """What docker gets in place of an access token or a robot's secret."""
    answer = Client().post(
        "/api/v1/credentials/docker", headers={"Authorization": f"Bearer {secret}"}
    )
    return str(answer.json()["secret"])
