"""What one reading collects: records in any order, told once each, and what is left behind; all in a temporary file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

from accounts.models import OrganizationRole, User
from accounts.old_passwords import can_be_checked
from config.estate.records import KINDS, LeftBehind, Record
from config.estate.records.people import Address, Member, Organization, Person
from config.estate.records.repositories import DefaultGrant, Grant, Repository, Webhook
from config.estate.sources.errors import NotTaken, Unusable
from config.estate.sources.names import Kind, Names
from config.estate.sources.tables import Table, Tables
from config.estate.values import from_plain, to_plain
from index.names import MAXIMUM_LENGTH
from index.roles import Role, highest

_ORDER = {one.KIND: place for place, one in enumerate(KINDS)}
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 100, 200
_MOST_NAMED = 5
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class Moving:
    """The choices of the operator, and what came of the source so far."""

    names: Names = field(default_factory=Names)
    registry: str = ""  # where the images are; empty is what the placement rules say
    owner: str = ""  # of organizations that nobody owns who moves along
    email_domain: str = ""  # of people whose product knows no addresses
    written_at: datetime = _EPOCH  # of the export: a second run says the same moment
    tables: Tables = field(default_factory=Tables)
    with_password: int = 0
    without_password: int = 0

    def __post_init__(self) -> None:
        """Make room for what is collected."""
        self.tables.make(Table("-record", ("place", "head", "key", "rank", "record")))
        self.tables.make(Table("-left", ("what", "name", "reason")))
        self.tables.do('CREATE UNIQUE INDEX "-once" ON "-record" (place, head, key)')

    def add(self, record: Record, *, rank: int = 0) -> None:
        """Keep a record; of one kind the lower ranks come first. What was told before stays as it was."""
        if self.find(type(record), *record.key) is None:
            place, head, key = _address(record)
            told = json.dumps(to_plain(record), ensure_ascii=False)
            columns = ("place", "head", "key", "rank", "record")
            self.tables.put("-record", columns, (place, head, key, rank, told))

    def find(self, kind: type[Record], *key: str) -> Record | None:
        """Return what was added about that."""
        asked = 'SELECT record FROM "-record" WHERE place = ? AND head = ? AND key = ?'
        for row in self.tables.ask(asked, _ORDER[kind.KIND], key[0], json.dumps(key)):
            return _read(kind, row["record"])
        return None

    def only_one(self, kind: type[Record], *key: str) -> None:
        """Raise NotTaken where something else is called so already."""
        if self.find(kind, *key):
            message = f"something else is called {' '.join(key)} here: map one of the two names"
            raise NotTaken(message)

    def all_of(self, kind: type[Record], head: str) -> list[Record]:
        """Return the records of a kind whose key begins so: the members of an organization."""
        asked = 'SELECT record FROM "-record" WHERE place = ? AND head = ? ORDER BY rowid'
        found = self.tables.ask(asked, _ORDER[kind.KIND], head)
        return [_read(kind, row["record"]) for row in found]

    def replace(self, record: Record, *, rank: int = 0) -> None:
        """Put a record in the place of the one that was told before."""
        changed = (
            'UPDATE "-record" SET record = ?, rank = ? WHERE place = ? AND head = ? AND key = ?'
        )
        told = json.dumps(to_plain(record), ensure_ascii=False)
        self.tables.do(changed, told, rank, *_address(record))

    def leave(self, what: str, name: str, reason: str) -> None:
        """Note what is left behind, and why."""
        self.tables.put("-left", ("what", "name", "reason"), (what, name, reason))

    def password(self, hashed: str) -> str:
        """Return a hash as it is kept here if it can be checked here; else count who needs a new password."""
        told = f"bcrypt${hashed}"
        if not can_be_checked(told):
            self.without_password += 1
            return ""
        self.with_password += 1
        return told

    def addresses(self, old: str) -> tuple[Address, ...]:
        """Return the address of somebody whose product knows none: their name is one, or a domain was given."""
        email = old if "@" in old else f"{old}@{self.email_domain}"
        return (Address(email=email, primary=True),) if "@" in old or self.email_domain else ()

    def member(self, organization: str, person: str, role: OrganizationRole) -> None:
        """Make somebody a member; of two roles the higher one holds, and owners come first."""
        rank = -1 if role is OrganizationRole.OWNER else 0
        one = Member(organization=organization, person=person, role=role)
        if rank and self.find(Member, *one.key):
            self.replace(one, rank=rank)
        self.add(one, rank=rank)

    def grant(self, grant: Grant) -> None:
        """Give a role; of two the higher one holds, as both were given."""
        before = self.find(Grant, *grant.key)
        if isinstance(before, Grant) and highest([before.role, grant.role]) == grant.role:
            self.replace(grant)
        self.add(grant)

    def grant_defaults(self, namespace: str, repository: str) -> None:
        """Give on a repository what new ones of its namespace get."""
        for one in self.all_of(DefaultGrant, namespace):
            assert isinstance(one, DefaultGrant)  # noqa: S101 - as asked for
            self.grant(Grant(repository=repository, role=one.role, team=one.team, robot=one.robot))

    def webhook(self, webhook: Webhook, product: str) -> None:
        """Add a webhook that waits: what it sends is not what the other product sent."""
        reason = f"moved in from {product}, whose messages were others: look, then let it go on"
        name = line(webhook.name, 60) or "webhook"
        self.add(replace(webhook, name=name, paused_at=self.written_at, pause_reason=reason))

    def repository_in(self, namespace: str, old: str) -> str:
        """Return what a repository is called here, without a namespace an official image; raise NotTaken."""
        _, slash, rest = old.partition("/")
        wanted = f"{namespace}/{rest}" if slash and namespace else rest or old
        name = self.names.legal(Kind.REPOSITORY, wanted)
        self.only_one(Repository, name)
        return name

    def kept_in(self, namespace: str, old: str) -> tuple[str, str]:
        """Return the same, and what the registry calls it that stays; raise NotTaken."""
        name = self.repository_in(namespace, old)
        if len(old) > MAXIMUM_LENGTH:
            message = f"its name has more than {MAXIMUM_LENGTH} characters"
            raise NotTaken(message)
        return name, "" if name == old else old

    def owned(self) -> None:
        """Give organizations without an owner the one that was named; raise Unusable without one."""
        lacking = [name for name in self._organizations() if not self._has_owner(name)]
        if lacking and not self.owner:
            more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
            message = (
                f"Nobody who owns {', '.join(lacking[:_MOST_NAMED])}{more} moves along: name an account "
                "here that shall, with --owner, or map the names of their owners."
            )
            raise Unusable(message)
        if lacking and not self._is_there(self.owner):
            message = f"There is no account {self.owner} here, which --owner names."
            raise Unusable(message)
        for name in lacking:
            self.member(name, self.owner, OrganizationRole.OWNER)
            reason = f"nobody who owns it moves along: {self.owner} is made its owner"
            self.leave("owners", name, reason)

    def _is_there(self, person: str) -> bool:
        moves_along = self.find(Person, person) is not None
        return moves_along or User.objects.filter(username=person, is_active=True).exists()

    def passwords(self) -> None:
        """Say how many keep their password, and how many need a new one."""
        if self.with_password:
            reason = (
                "their hashes of bcrypt move along, however good the passwords are, and hold while "
                "WAYBILL_BCRYPT_COST says so"
            )
            self.leave("old passwords", f"of {self.with_password} people", reason)
        if self.without_password:
            reason = (
                "their hashes cannot be checked here: they set new ones by “Forgot your password?”"
            )
            self.leave("passwords", f"of {self.without_password} people", reason)

    def records(self) -> Iterator[Record]:
        """Yield everything in the order of the file, what is left behind last."""
        asked = 'SELECT place, record FROM "-record" ORDER BY place, rank, rowid'
        for row in self.tables.ask(asked):
            yield _read(KINDS[row["place"]], row["record"])
        for row in self.tables.ask('SELECT what, name, reason FROM "-left" ORDER BY rowid'):
            yield LeftBehind(what=row["what"], name=row["name"], reason=row["reason"])

    def _organizations(self) -> list[str]:
        asked = 'SELECT head FROM "-record" WHERE place = ? ORDER BY rowid'
        return [row["head"] for row in self.tables.ask(asked, _ORDER[Organization.KIND])]

    def _has_owner(self, organization: str) -> bool:
        asked = 'SELECT 1 FROM "-record" WHERE place = ? AND head = ? AND rank = -1'
        return any(self.tables.ask(asked, _ORDER[Member.KIND], organization))


def _address(record: Record) -> tuple[int, str, str]:
    return _ORDER[record.KIND], record.key[0], json.dumps(record.key)


def _read(kind: type[Record], told: str) -> Record:
    found: Record = from_plain(kind, json.loads(told))
    return found


def titled(text: str | None) -> tuple[str, str]:
    """Return a description as the short line and the README: nothing of it is lost."""
    whole = (text or "").strip()
    first = whole.partition("\n")[0].lstrip("# ").strip()
    if len(first) > _LONGEST_TITLE:
        return "", whole
    return first, "" if first == whole else whole


def line(text: str | None, most: int = _LONGEST_DESCRIPTION) -> str:
    """Return the text on one line, cut where it is longer."""
    flat = " ".join((text or "").split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def moment(text: str | None) -> datetime | None:
    """Return the moment that a database wrote, in UTC as all of them keep it."""
    found = None
    with suppress(ValueError):
        found = parse_datetime(text) if text else None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def role_of_actions(*, pull: bool, push: bool) -> Role | None:
    """Return the role that carries no more than that; pushing alone has none."""
    if not pull:
        return None
    return Role.WRITER if push else Role.READER


def described(name: str, registry: str, text: str | None) -> Repository:
    """Return a private repository with its description."""
    description, readme = titled(text)
    return Repository(name=name, registry=registry, description=description, readme=readme)
