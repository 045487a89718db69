"""People: accounts with addresses and the ways in that are no secrets, and their pictures."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Case, F, Q, QuerySet, When
from PIL import Image, UnidentifiedImageError

from accounts.audit import AuditAction
from accounts.flows.pictures import draw
from accounts.mail_kinds import MailKind
from accounts.models import (
    AuditEvent,
    DirectoryAccount,
    MailChoice,
    Namespace,
    PersonalAccessToken,
    Picture,
    User,
)
from accounts.names import check_user_name
from accounts.old_passwords import can_be_checked
from accounts.profile_text import LONGEST_DISPLAY_NAME, LONGEST_LOCATION, check_line, check_link
from accounts.token_limits import check_pattern, read_networks
from config.estate.kind import Kind, Refused, Row
from config.estate.known import Known
from config.estate.records import people as records

_SIDE = (256, 256)


class People(Kind[records.Person]):
    """Accounts; each has the namespace of its name."""

    record = records.Person
    model = User
    paths: ClassVar[Mapping[str, Any]] = {
        "is_administrator": "is_superuser",
        "joined_at": "date_joined",
    }
    apart = frozenset({"addresses", "mails", "logins", "directory"})
    fixed = frozenset({"is_administrator", "closed_at"})

    def complete(self, rows: Mapping[int, Row]) -> None:
        """Read addresses, choices of mails, and who they are elsewhere."""
        for row in rows.values():
            row |= {"addresses": [], "mails": {}, "logins": [], "directory": None}
        for one in EmailAddress.objects.filter(user__in=rows).order_by("pk"):
            address = records.Address(email=one.email, verified=one.verified, primary=one.primary)
            rows[one.user_id]["addresses"].append(address)
        for choice in MailChoice.objects.filter(user__in=rows).order_by("kind"):
            rows[choice.user_id]["mails"][choice.kind] = choice.is_wanted
        for account in SocialAccount.objects.filter(user__in=rows).order_by("pk"):
            login = records.Login(provider=account.provider, uid=account.uid)
            rows[account.user_id]["logins"].append(login)
        for entry in DirectoryAccount.objects.filter(user__in=rows):
            rows[entry.user_id]["directory"] = records.DirectoryEntry(
                key=entry.key, login=entry.login, gone_at=entry.gone_at
            )

    def is_same(self, given: records.Person, there: records.Person) -> bool:
        """Whether it is the same person: by a proven address, a login elsewhere, or because a file made it."""
        proven = {one.email.lower() for one in there.addresses if one.verified}
        if proven & {one.email.lower() for one in given.addresses}:
            return True
        if set(given.logins) & set(there.logins):
            return True
        if given.directory and there.directory and given.directory.key == there.directory.key:
            return True
        mine = AuditEvent.objects.filter(action=AuditAction.RECORD_IMPORTED, target=there.username)
        return mine.filter(user__username=there.username).exists()

    def check(self, record: records.Person) -> None:
        """Hold name, texts, addresses and choices to the grammar."""
        check_user_name(record.username)
        check_line(record.display_name, what="The display name", longest=LONGEST_DISPLAY_NAME)
        check_line(record.location, what="The location", longest=LONGEST_LOCATION)
        check_link(record.link)
        if len([one for one in record.addresses if one.primary]) > 1:
            _refuse("there is more than one primary address")
        for one in record.addresses:
            try:
                validate_email(one.email)
            except ValidationError as error:
                _refuse(f"{one.email}: {' '.join(error.messages)}")
        if unknown := sorted(record.mails.keys() - set(MailKind.values)):
            _refuse(f"there is no kind of mails {unknown[0]}")
        if record.language and record.language not in dict(settings.LANGUAGES):
            _refuse(f"{record.language} is no language of these pages")
        if record.password and not can_be_checked(record.password):
            _refuse("the password is no hash of a kind that this Waybill takes: leave it out")

    def obstacles(
        self, records: Sequence[records.Person], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find names that are taken, and addresses that others have proven."""
        taken = set(_taken({one.username for one in records}))
        proven = _proven(records)
        found = {}
        for one in records:
            others = [each.email for each in one.addresses if each.email.lower() in proven]
            if one.username in taken:
                found[one.key] = f"the name {one.username} is taken by somebody else"
            elif others:
                found[one.key] = f"{others[0]} belongs to another account, which has proven it"
        return found

    def create(self, records: Sequence[records.Person], known: Known) -> None:
        """Make the accounts, their namespaces, and what hangs on them."""
        users = [self.build(one, known) for one in records]
        self.insert(User, users)
        self.insert(Namespace, [Namespace(name=one.username, user=one) for one in users])
        both = list(zip(records, users, strict=True))
        self.insert(
            EmailAddress,
            [
                EmailAddress(
                    user=user, email=one.email.lower(), verified=one.verified, primary=one.primary
                )
                for record, user in both
                for one in record.addresses
            ],
        )
        self.insert(
            MailChoice,
            [
                MailChoice(user=user, kind=kind, is_wanted=is_wanted)
                for record, user in both
                for kind, is_wanted in record.mails.items()
            ],
        )
        self._connect(both)

    def build(self, record: records.Person, known: Known) -> User:
        """Return the account; without a hash nobody knows its password until it is set by mail."""
        values = self.columns(record, known)
        values["is_staff"] = record.is_administrator
        values["password"] = record.password or make_password(None)
        primary = [one.email for one in record.addresses if one.primary]
        return User(**values, email=primary[0].lower() if primary else "")

    def _connect(self, both: list[tuple[records.Person, User]]) -> None:
        logins = [
            SocialAccount(user=user, provider=one.provider, uid=one.uid)
            for record, user in both
            for one in record.logins
        ]
        self.insert(SocialAccount, logins)
        entries = [
            DirectoryAccount(
                user=user, key=one.directory.key, login=one.directory.login,
                gone_at=one.directory.gone_at,
            )
            for one, user in both
            if one.directory
        ]  # fmt: skip
        self.insert(DirectoryAccount, entries)

    def affairs(self, record: records.Person) -> tuple[str, str]:
        """Return the person's own namespace, and the person."""
        return record.username, record.username


class Pictures(Kind[records.Picture]):
    """Pictures of whoever holds a namespace."""

    record = records.Picture
    model = Picture
    paths: ClassVar[Mapping[str, Any]] = {
        "namespace": Case(
            When(user=None, then=F("organization__namespace__name")),
            default=F("user__namespace__name"),
        )
    }
    apart = frozenset({"image"})
    is_audited = False

    def names(self, record: records.Picture) -> Any:
        """Return whose it is."""
        return iter([("namespace", record.namespace)])

    def complete(self, rows: Mapping[int, Row]) -> None:
        """Read the bytes."""
        for key, image in Picture.objects.filter(pk__in=rows).values_list("pk", "image"):
            rows[key]["image"] = base64.b64encode(bytes(image)).decode()

    def existing(
        self, records: Sequence[records.Picture]
    ) -> dict[tuple[str, ...], tuple[int, records.Picture]]:
        """Return those of the same namespaces."""
        names = [one.namespace for one in records]
        of_users = Q(user__namespace__name__in=names)
        of_organizations = Q(organization__namespace__name__in=names)
        return self.by_key(self.rows().filter(of_users | of_organizations))

    def check(self, record: records.Picture) -> None:
        """Hold it to be a picture."""
        _drawn(record.image)

    def create(self, records: Sequence[records.Picture], known: Known) -> None:
        """Keep them, each with its holder."""
        names = [one.namespace for one in records]
        holders = {one.name: one for one in Namespace.objects.filter(name__in=names)}
        rows = []
        for one in records:
            image, holder = _drawn(one.image), holders[one.namespace]
            rows.append(
                Picture(
                    user_id=holder.user_id, organization_id=holder.organization_id,
                    image=image, digest=hashlib.sha256(image).hexdigest(),
                )
            )  # fmt: skip
        self.insert(Picture, rows)


class AccessTokens(Kind[records.AccessToken]):
    """Personal access tokens: the same secrets go on."""

    record = records.AccessToken
    model = PersonalAccessToken
    paths: ClassVar[Mapping[str, Any]] = {"person": "user__username", "digest": "secret_digest"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"person": ("user_id", "person")}
    fixed = frozenset({"name", "person", "patterns", "actions", "api_parts", "networks"})

    def rows(self) -> QuerySet[PersonalAccessToken]:
        """Return those that were not revoked."""
        return PersonalAccessToken.objects.filter(revoked_at=None)

    def check(self, record: records.AccessToken) -> None:
        """Hold its limits to their grammar."""
        check_line(record.name, what="The name", longest=80)
        read_networks(record.networks)
        for pattern in record.patterns:
            check_pattern(pattern)
        if not record.digest:
            _refuse("it has no digest: the file was written without credentials")


def _refuse(why: str) -> None:
    raise Refused(why)


def _taken(names: set[str]) -> QuerySet[Any, Any]:
    return Namespace.objects.filter(name__in=names).values_list("name", flat=True)


def _proven(records: Sequence[records.Person]) -> set[str]:
    """Return which addresses of these have been proven; none of their accounts is there."""
    given = {one.email.lower() for record in records for one in record.addresses}
    found = EmailAddress.objects.filter(verified=True, email__in=given)
    return {email.lower() for email in found.values_list("email", flat=True)}


def _drawn(image: str) -> bytes:
    """Return the picture as pages show it: as it came if we drew it once, else drawn anew."""
    try:
        data = base64.b64decode(image, validate=True)
        with Image.open(BytesIO(data), formats=("WEBP",)) as found:
            is_ours = found.size == _SIDE and not {"exif", "icc_profile"} & found.info.keys()
    except (UnidentifiedImageError, binascii.Error, OSError):
        is_ours, data = False, b""
    return data if is_ours else draw(data)
