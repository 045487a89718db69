"""People with accounts, each with a name nobody had before."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.backstage import Backstage
from tests.e2e.engine import Docker, layer
from tests.e2e.stack import Stack

PASSWORD = "a long quiet river"
_SIGN_UP = """
from allauth.account.models import EmailAddress
from accounts.flows.signup import create_user
user = create_user(username=name, email=f"{name}@example.com", password=password)
EmailAddress.objects.filter(user=user).update(verified=verified)
from accounts.models import Namespace, Plan
Namespace.objects.filter(user=user).update(plan=Plan.objects.filter(name=plan).first())
"""
_PROMOTE = """
from accounts.models import User
User.objects.filter(username=name).update(is_superuser=administrator, is_staff=administrator)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account and a docker command."""

    name: str
    host: str
    docker: Docker
    password: str = PASSWORD

    def login(self) -> str:
        """`docker login`, the password on stdin as the manual recommends."""
        return self.docker(*self.login_words, stdin=self.password.encode())

    @property
    def login_words(self) -> tuple[str, ...]:
        return ("login", "-u", self.name, "--password-stdin", self.host)

    def reference(self, repository: str, tag: str = "1.0") -> str:
        """Return how an image of theirs is called in docker commands."""
        return f"{self.host}/{self.name}/{repository}:{tag}"

    def make_image(self, repository: str, tag: str = "1.0") -> str:
        """Make an image that nobody else has; return its reference."""
        reference = self.reference(repository, tag)
        content = layer(**{"hello.txt": secrets.token_hex(500)})
        self.docker("import", "-", reference, stdin=content)
        return reference

    def push_image(self, repository: str, tag: str = "1.0") -> str:
        """Make a new image and push it; return its reference."""
        reference = self.make_image(repository, tag)
        self.docker("push", reference)
        return reference

    def forget(self, reference: str) -> None:
        """Remove an image from the engine, so that a pull has to fetch it."""
        self.docker("image", "rm", "--force", reference)


@dataclass(frozen=True, slots=True)
class People:
    """Makes people; their accounts come from the flow that the sign-up page calls."""

    stack: Stack
    backstage: Backstage
    make_docker: Callable[[], Docker]

    def make(self, stem: str, *, verified: bool = True, plan: str = "unlimited") -> Person:
        """Return someone whose name begins with `stem`, not logged in to anything.

        A plan of "" is the one that everybody starts with.
        """
        person = self.newcomer(stem)
        self.backstage.run(
            _SIGN_UP, name=person.name, password=PASSWORD, verified=verified, plan=plan
        )
        return person

    def newcomer(self, stem: str) -> Person:
        """Return someone who has no account yet."""
        return Person(f"{stem}{secrets.token_hex(4)}", self.stack.host, self.make_docker())

    def promote(self, person: Person, *, administrator: bool) -> None:
        """Make someone an administrator, or a simple user again."""
        self.backstage.run(_PROMOTE, name=person.name, administrator=administrator)
