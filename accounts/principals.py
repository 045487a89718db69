"""Who is acting: what policy and tokens see of a person or a machine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from accounts.models import (
    CommandLineSession,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    User,
)
from accounts.token_limits import TokenLimits

COMMAND_LINE = "command-line"  # what `Principal.credential` of such a session begins with
# How `Principal.credential` begins where a docker credential was shown; what it was made of follows.
BY_DOCKER = "docker-"


@dataclass(frozen=True, slots=True)
class Workload:
    """A CI job that came with an ID token of its own; index.models.WorkloadLogin has the rest."""

    login_id: int
    repository_id: int  # the one that named it; 0 if a robot did, whose grants then hold
    name: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, a robot account, a CI job, or anybody.

    `limits` narrow what the person may do, where a personal access token proved who it is;
    `credential` names what proved it, `token:17`, `secret:4`, `machine:9` or `command-line:3`, by a
    docker credential `docker-token:17`, and is empty for a browser and a password; `until` is when that
    ends by its date.
    """

    user: User | None = None
    robot: RobotAccount | None = None
    workload: Workload | None = None
    limits: TokenLimits | None = None
    credential: str = ""
    until: datetime | None = field(default=None, compare=False)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has proven anything."""
        return self.user is None and self.robot is None and self.workload is None

    @property
    def is_in_person(self) -> bool:
        """Whether a person acts with their own hands, and no token, robot or job for them."""
        is_of_person = not self.credential or self.credential.startswith(f"{COMMAND_LINE}:")
        return bool(self.user) and is_of_person and not (self.robot or self.workload or self.limits)

    @property
    def is_administrator(self) -> bool:
        """Whether this is an administrator of the whole site."""
        return self.user is not None and self.user.is_superuser

    @property
    def name(self) -> str:
        """What a person calls it: the user name, `acme+ci`; `anonymous` for anybody."""
        if self.workload:
            return self.workload.name
        if self.robot:
            return self.robot.full_name
        return self.user.username if self.user else "anonymous"

    @property
    def subject(self) -> str:
        """The `sub` of a registry token: an immutable id, `""` for anonymous (never a name: F13)."""
        if self.workload:
            return f"workload:{self.workload.login_id}"
        if self.robot:
            return f"robot:{self.robot.pk}"
        return f"user:{self.user.pk}" if self.user else ""


ANONYMOUS = Principal()


def reader_values(user: User | None) -> dict[str, int]:
    """Return who reads as values of a statement that is prepared (`accounts.prepared`)."""
    if user is None:
        return {}
    return {"administrator" if user.is_superuser else "person": user.pk}


def reader_of(person: int = 0, administrator: int = 0) -> Principal:
    """Return who that is, as far as a statement asks."""
    number = person or administrator
    return Principal(User(pk=number, is_superuser=bool(administrator))) if number else ANONYMOUS


def principal_of_token(token: PersonalAccessToken) -> Principal:
    """Return the token's owner, as narrow as the token."""
    return Principal(
        token.user,
        limits=token.limits,
        credential=f"token:{token.pk}",
        until=token.expires_at,
    )


def principal_of_secret(secret: RobotSecret) -> Principal:
    """Return the robot whose secret it is."""
    credential = f"secret:{secret.pk}"
    return Principal(robot=secret.robot, credential=credential, until=secret.expires_at)


def principal_of_command_line(
    session: CommandLineSession, user: User, *, until: datetime | None
) -> Principal:
    """Return the person, with all that they may: it is a session of theirs, which ends `until`."""
    return Principal(user, credential=f"{COMMAND_LINE}:{session.pk}", until=until)


def by_docker_credential(principal: Principal, *, until: datetime) -> Principal:
    """Return the same, by a docker credential that was made of what proves it."""
    ends = min(until, principal.until) if principal.until else until
    return replace(principal, credential=f"{BY_DOCKER}{principal.credential}", until=ends)
