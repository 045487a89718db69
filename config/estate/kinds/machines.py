"""Machines: robots, the CI jobs that are trusted, and webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.flows.robot_accounts import check_robot_name
from accounts.models import RobotAccount, RobotSecret, User
from accounts.opaque_tokens import make_opaque_token
from accounts.profile_text import LONGEST_DESCRIPTION, check_line
from config.estate.kind import Kind, Refused, Row
from config.estate.known import Known, full_name
from config.estate.new_secrets import NewSecrets
from config.estate.records import people, repositories
from index.flows.trusted_publishers import NamedWorkload, check_workload
from index.flows.webhooks import WebhookFields
from index.models import RepositoryState, TrustedPublisher, Webhook
from index.webhooks.secrets import encrypt, make_secret


class Robots(Kind[people.Robot]):
    """Robots, with the digests of their secrets or without."""

    record = people.Robot
    model = RobotAccount
    paths: ClassVar[Mapping[str, Any]] = {
        "namespace": "namespace__name",
        "responsible": "responsible__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "namespace": ("namespace_id", "namespace"),
        "responsible": ("responsible_id", "person"),
    }
    find_by = ("namespace", "name")
    apart = frozenset({"secrets"})
    fixed = frozenset({"may_create", "is_builder", "disabled_at"})

    def complete(self, rows: Mapping[int, Row]) -> None:
        """Read the digests of secrets that were not revoked."""
        for row in rows.values():
            row["secrets"] = []
        found = RobotSecret.objects.filter(robot__in=rows, revoked_at=None).order_by("pk")
        for one in found.select_related("created_by"):
            secret = people.RobotSecret(
                selector=one.selector, digest=one.secret_digest, label=one.label,
                created_at=one.created_at, expires_at=one.expires_at,
                created_by=one.created_by.username if one.created_by else "",
            )  # fmt: skip
            rows[one.robot_id]["secrets"].append(secret)

    def check(self, record: people.Robot) -> None:
        """Hold name and text to the grammar."""
        check_robot_name(record.name)
        check_line(record.description, what="The description", longest=LONGEST_DESCRIPTION)

    def create(self, records: Sequence[people.Robot], known: Known) -> None:
        """Make them with what is known of their secrets."""
        made = [self.build(one, known) for one in records]
        self.insert(RobotAccount, made)
        creators = {one.created_by for record in records for one in record.secrets}
        keys = dict(User.objects.filter(username__in=creators).values_list("username", "pk"))
        secrets = [
            RobotSecret(
                robot=robot, label=one.label, selector=one.selector, secret_digest=one.digest,
                created_by_id=keys.get(one.created_by), expires_at=one.expires_at,
                **({"created_at": one.created_at} if one.created_at else {}),
            )
            for record, robot in zip(records, made, strict=True)
            for one in record.secrets
        ]  # fmt: skip
        self.insert(RobotSecret, secrets)

    def give_secrets(self, records: Sequence[people.Robot], secrets: NewSecrets) -> None:
        """Give those without any a new one, if somebody reads it."""
        bare = [one for one in records if not (one.secrets or one.disabled_at)]
        if not secrets.are_told or not bare:
            return
        there = self.existing(bare)
        rows = []
        for one in bare:
            token = make_opaque_token(RobotSecret.PREFIX)
            secrets.tell(one, token.value)
            rows.append(
                RobotSecret(
                    robot_id=there[one.key][0], label="import",
                    selector=token.selector, secret_digest=token.digest,
                )
            )  # fmt: skip
        RobotSecret.objects.bulk_create(rows)


class Webhooks(Kind[repositories.Webhook]):
    """Webhooks; none has the secret of before."""

    record = repositories.Webhook
    model = Webhook
    paths: ClassVar[Mapping[str, Any]] = {
        "namespace": "namespace__name",
        "repository": "repository__name",
        "created_by": "created_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "namespace": ("namespace_id", "namespace"),
        "repository": ("repository_id", "repository"),
        "created_by": ("created_by_id", "person"),
    }
    find_by = ("namespace", "name")
    fixed = frozenset({"kinds", "paused_at", "pause_reason"})

    def rows(self) -> QuerySet[Webhook]:
        """Return those of namespaces, and of repositories that are there."""
        return Webhook.objects.filter(repository=None) | Webhook.objects.filter(
            repository__state=RepositoryState.ACTIVE
        )

    def check(self, record: repositories.Webhook) -> None:
        """Hold it to what the flow takes."""
        WebhookFields(record.name, record.url, record.kinds).check()
        check_line(record.pause_reason, what="The reason", longest=200)
        first = record.repository.partition("/")[0] if "/" in record.repository else "library"
        if record.repository and first != record.namespace:
            message = f"{record.repository} is not in {record.namespace}"
            raise Refused(message)

    def build(self, record: repositories.Webhook, known: Known) -> Webhook:
        """Return it with a secret that nobody knows yet."""
        return Webhook(**self.columns(record, known), encrypted_secret=encrypt(make_secret()))

    def give_secrets(self, records: Sequence[repositories.Webhook], secrets: NewSecrets) -> None:
        """Tell what those sign with from now on."""
        if not secrets.are_told:
            return
        there = self.existing(records)
        for one in records:
            secret = make_secret()
            secrets.tell(one, secret)
            Webhook.objects.filter(pk=there[one.key][0]).update(encrypted_secret=encrypt(secret))


class TrustedPublishers(Kind[repositories.TrustedPublisher]):
    """CI jobs that are trusted."""

    record = repositories.TrustedPublisher
    model = TrustedPublisher
    paths: ClassVar[Mapping[str, Any]] = {
        "repository": "repository__name",
        "robot": full_name("namespace", "+", of="robot"),
        "created_by": "created_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "repository": ("repository_id", "repository"),
        "robot": ("robot_id", "robot"),
        "created_by": ("created_by_id", "person"),
    }
    find_by = ("source_repository",)
    fixed = frozenset({"source_owner_id", "source_id"})

    def rows(self) -> QuerySet[TrustedPublisher]:
        """Return those of robots, and of repositories that are there."""
        return TrustedPublisher.objects.filter(repository=None) | TrustedPublisher.objects.filter(
            repository__state=RepositoryState.ACTIVE
        )

    def check(self, record: repositories.TrustedPublisher) -> None:
        """Hold it to what the flow takes: jobs of an issuer that is trusted here."""
        if bool(record.repository) == bool(record.robot):
            message = "it is of either a repository or a robot"
            raise Refused(message)
        check_workload(
            NamedWorkload(
                record.issuer, record.source_repository, record.workflow, record.ref,
                record.environment,
            )
        )  # fmt: skip
