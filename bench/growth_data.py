"""Fill a database, and print what the requests need: `python -m bench.growth_data SIZE`."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User
    from index.models import Repository

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each there is."""

    repositories: int
    grants_of_user: int
    grants_on_repository: int
    tokens_of_user: int


SIZES = {"small": Size(10, 10, 10, 1), "large": Size(100_000, 10_000, 10_000, 500)}


def fill(size: Size) -> dict[str, str]:
    """Make repositories, a user with many grants, a repository with many, a user with many tokens."""
    from django.db import connection

    from accounts.models import Namespace, User, Visibility
    from index.models import AccessGrant, Registry, Repository
    from index.roles import Role

    registry, owner = Registry.objects.get(), Namespace.objects.get(name="bench")

    def repository(name: str) -> Repository:
        return Repository(
            namespace=owner,
            name=name,
            stored_name=name,
            registry=registry,
            visibility=Visibility.PRIVATE,
        )

    names = ["bench/few", "bench/popular", *(f"bench/r{n:06}" for n in range(size.repositories))]
    made = Repository.objects.bulk_create(map(repository, names), batch_size=_BATCH)
    few, popular = made[0], made[1]
    many = _users(["few", "many", "lister"])
    crowd = _users([f"crowd{n:05}" for n in range(size.grants_on_repository)])
    grants = [(few, many[0]), (popular, many[0]), *((few, user) for user in many[1:])]
    grants += [(popular, user) for user in crowd]
    grants += [(one, many[1]) for one in made[2 : 2 + size.grants_of_user]]
    AccessGrant.objects.bulk_create(
        (AccessGrant(repository=one, user=user, role=Role.WRITER) for one, user in grants),
        batch_size=_BATCH,
    )
    tokens = {user.username: _tokens(user, 1) for user in many[:2]}
    tokens["lister"] = _tokens(User.objects.get(username="lister"), size.tokens_of_user)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    return tokens


def _users(names: list[str]) -> list[User]:
    from allauth.account.models import EmailAddress

    from accounts.models import Namespace, User

    users = User.objects.bulk_create(
        (User(username=name, email=f"{name}@example.com") for name in names),
        batch_size=_BATCH,
    )
    Namespace.objects.bulk_create(Namespace(name=user.username, user=user) for user in users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def _tokens(user: User, many: int) -> str:
    """Return the last of them."""
    from accounts.models import PersonalAccessToken
    from accounts.opaque_tokens import make_opaque_token

    made = [make_opaque_token(PersonalAccessToken.PREFIX) for _ in range(many)]
    PersonalAccessToken.objects.bulk_create(
        PersonalAccessToken(
            user=user,
            name=f"token {number}",
            selector=token.selector,
            secret_digest=token.digest,
            patterns=["*"],
            actions=["push"],
        )
        for number, token in enumerate(made)
    )
    return made[-1].value


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    print(json.dumps(fill(SIZES[sys.argv[1]])))
