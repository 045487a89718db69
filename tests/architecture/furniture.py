"""One thing of each kind that an address of the permission matrix needs the id of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from string import Formatter
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.flows.reopen_organization import what_ends
from accounts.models import (
    Announcement,
    EndedOrganization,
    Invitation,
    Namespace,
    Organization,
    OrganizationDomain,
    PersonalAccessToken,
    Plan,
    RobotAccount,
    RobotSecret,
    Team,
    User,
    Visibility,
)
from index.models import (
    AcceptRule,
    AccessGrant,
    AccessRequest,
    DefaultGrant,
    Deletion,
    DifferenceKind,
    Hiding,
    Manifest,
    Move,
    Promotion,
    PromotionState,
    Report,
    Repository,
    RepositoryState,
    RetentionRule,
    SecretFinding,
    TagDeletion,
    Transfer,
    TrustedPublisher,
    Webhook,
    WebhookDelivery,
)
from index.roles import Role
from index.webhooks.secrets import encrypt, make_secret
from tests.conftest import World
from tests.contents import make_image, point
from tokenauth.models import RefreshToken

_DIGEST = "0" * 64


def _robot(world: World) -> RobotAccount:
    return RobotAccount.objects.get_or_create(namespace=world.acme.namespace, name="ci")[0]


def _robot_secret(world: World) -> int:
    facts: dict[str, Any] = {"selector": "robot", "secret_digest": _DIGEST}
    return RobotSecret.objects.get_or_create(robot=_robot(world), defaults=facts)[0].pk


def _robot_grant(world: World) -> int:
    defaults = {"role": Role.READER}
    rows = AccessGrant.objects
    return rows.get_or_create(repository=world.app, robot=_robot(world), defaults=defaults)[0].pk


def _transfer(world: World) -> int:
    """alice offers what is hers to acme."""
    facts: dict[str, Any] = {
        "namespace": world.acme.namespace, "new_name": "acme/pub", "offered_by": world.alice,
    }  # fmt: skip
    return Transfer.objects.get_or_create(repository=world.public, defaults=facts)[0].pk


def _secret(world: World) -> str:
    """A secret was found in an image of acme/app."""
    facts: dict[str, Any] = {"kind": "npm-token", "place": "label x", "excerpt": "npm_"}
    of = {"repository": world.app, "manifest": _image(world), "fingerprint": _DIGEST}
    return SecretFinding.objects.get_or_create(**of, defaults=facts)[0].fingerprint


def _accept_rule(world: World) -> int:
    kind = DifferenceKind.MISSING_TAG
    return AcceptRule.objects.get_or_create(registry=world.east, kind=kind, pattern="*")[0].pk


def _promotion(world: World) -> int:
    """Somebody who is gone asked to promote into acme/app, and it waits."""
    facts: dict[str, Any] = {
        "source": world.private, "source_name": "alice/priv", "digest": f"sha256:{_DIGEST}",
        "target_tag": "promoted", "state": PromotionState.WAITING, "requested_by": "user:0",
        "requested_by_name": "gone",
    }  # fmt: skip
    return Promotion.objects.get_or_create(target=world.app, defaults=facts)[0].pk


def _move(world: World) -> int:
    """acme/app is on its way from east to west."""
    facts: dict[str, Any] = {"source": world.east, "target": world.west}
    return Move.objects.get_or_create(repository=world.app, defaults=facts)[0].pk


def _publisher(world: World) -> int:
    return TrustedPublisher.objects.get_or_create(repository=world.app, **_SOURCE)[0].pk


def _robot_publisher(world: World) -> int:
    return TrustedPublisher.objects.get_or_create(robot=_robot(world), **_SOURCE)[0].pk


_SOURCE: dict[str, Any] = {"issuer": "https://gitlab.com", "source_repository": "acme/app"}


def _request(world: World) -> int:
    wish: dict[str, Any] = {"user": world.rita, "role": Role.WRITER}
    return AccessRequest.objects.get_or_create(repository=world.app, **wish)[0].pk


def _default(world: World) -> int:
    team = Team.objects.get(organization=world.acme, name="devs")
    defaults = {"role": Role.READER}
    rows = DefaultGrant.objects
    return rows.get_or_create(namespace=world.acme.namespace, team=team, defaults=defaults)[0].pk


def _invite(
    world: World, selector: str, organization: Organization | None, user: User | None
) -> int:
    facts: dict[str, Any] = {
        "organization": organization,
        "user": user,
        "invited_by": world.olga,
        "email": "" if user else "someone@example.com",
        "secret_digest": _DIGEST,
        "expires_at": timezone.now() + timedelta(days=7),
    }
    return Invitation.objects.get_or_create(selector=selector, defaults=facts)[0].pk


def _domain(world: World) -> int:
    facts: dict[str, Any] = {"organization": world.acme, "name": "example.com"}
    return OrganizationDomain.objects.get_or_create(**facts)[0].pk


def _token(world: World) -> int:
    facts: dict[str, Any] = {
        "user": world.olga,
        "name": "laptop",
        "secret_digest": _DIGEST,
        "patterns": [],
        "actions": [],
        "networks": [],
        "api_parts": [],
    }
    return PersonalAccessToken.objects.get_or_create(selector="token", defaults=facts)[0].pk


def _machine(world: World) -> int:
    end = timezone.now() + timedelta(days=30)
    facts: dict[str, Any] = {
        "user": world.olga,
        "secret_digest": _DIGEST,
        "expires_at": end,
        "idle_expires_at": end,
    }
    return RefreshToken.objects.get_or_create(selector="machine", defaults=facts)[0].pk


def _session(world: World) -> int:
    facts: dict[str, Any] = {"user": world.olga, "ip": "192.0.2.1", "user_agent": "a browser"}
    sessions: Any = UserSession.objects
    return int(sessions.get_or_create(session_key="elsewhere", defaults=facts)[0].pk)


def _connection(world: World) -> int:
    facts: dict[str, Any] = {"user": world.olga, "provider": "sso", "uid": "olga"}
    return int(SocialAccount.objects.get_or_create(**facts)[0].pk)


def _deletion(world: World) -> int:
    """A repository of acme in the trash."""
    facts: dict[str, Any] = {
        "namespace": world.acme.namespace,
        "registry": world.east,
        "visibility": Visibility.PRIVATE,
        "state": RepositoryState.TRASHED,
    }
    gone, _ = Repository.objects.get_or_create(
        name="acme/gone", stored_name="acme/gone", defaults=facts
    )
    until = timezone.now() + timedelta(days=7)
    later = {"purge_after": until, "next_attempt_at": until}
    return Deletion.objects.get_or_create(repository=gone, defaults=later)[0].pk


def _webhook(world: World) -> Webhook:
    facts: dict[str, Any] = {
        "namespace": world.acme.namespace,
        "url": "https://hooks.example.com/",
        "encrypted_secret": encrypt(make_secret()),
        "created_by": world.olga,
    }
    return Webhook.objects.get_or_create(repository=world.app, name="ci", defaults=facts)[0]


def _delivery(world: World) -> object:
    rows = WebhookDelivery.objects
    return rows.get_or_create(webhook=_webhook(world), kind="ping", body="{}", state="failed")[0].pk


def _tag_deletion(world: World) -> int:
    until = timezone.now() + timedelta(days=7)
    facts: dict[str, Any] = {"state": "trashed", "purge_after": until, "next_attempt_at": until}
    known: dict[str, Any] = {"repository": world.app, "tag": "old", "digest": f"sha256:{_DIGEST}"}
    return TagDeletion.objects.get_or_create(**known, defaults=facts)[0].pk


def _ending(world: World) -> int:
    """An organization that olga has deleted."""
    facts: dict[str, Any] = {"deleted_at": timezone.now()}
    gone, _ = Organization.objects.get_or_create(name="umbra", defaults=facts)
    Namespace.objects.get_or_create(name="umbra", organization=gone)
    owner = {
        "user": world.olga.pk,
        "role": "owner",
        "is_managed": False,
        "since": "2026-01-01T00:00Z",
    }
    until = timezone.now() + timedelta(days=7)
    facts = {"undo_until": until, "kept": what_ends(gone) | {"members": [owner]}}
    return EndedOrganization.objects.get_or_create(organization=gone, defaults=facts)[0].pk


def _retention_rule(world: World) -> int:
    known: dict[str, Any] = {"repository": world.app, "pattern": "nightly-*", "keep_newest": 5}
    return RetentionRule.objects.get_or_create(**known)[0].pk


def _image(world: World) -> Manifest:
    tag = world.app.tags.filter(name="1.0").select_related("manifest").first()
    return tag.manifest if tag else point(world.app, "1.0", make_image(world.app)).manifest


def _announcement(world: World) -> int:
    return Announcement.objects.get_or_create(text="Work on Sunday.")[0].pk


def _report(world: World) -> int:
    known: dict[str, Any] = {"repository": world.public, "reporter": world.bob}
    return Report.objects.get_or_create(**known, defaults={"kind": "spam", "text": "Spam."})[0].pk


def _hiding(world: World) -> int:
    return Hiding.objects.get_or_create(repository=world.base, defaults={"reason": "spam"})[0].pk


THINGS: dict[str, Callable[[World], object]] = {
    "grant": lambda world: world.app.grants.order_by("pk").values_list("pk", flat=True)[0],
    "robot": _robot,
    "robot_secret": _robot_secret,
    "robot_grant": _robot_grant,
    "robot_publisher": _robot_publisher,
    "publisher": _publisher,
    "request": _request,
    "default": _default,
    "invitation": lambda world: _invite(world, "member", world.acme, world.bob),
    "site_invitation": lambda world: _invite(world, "site", None, None),
    "domain": _domain,
    "domain_name": lambda world: OrganizationDomain.objects.get(pk=_domain(world)).name,
    "plan": lambda world: Plan.objects.get(name="unlimited").pk,
    "token": _token,
    "machine": _machine,
    "session": _session,
    "connection": _connection,
    "deletion": _deletion,
    "tag": lambda world: _image(world).tags.values_list("name", flat=True)[0],
    "digest": lambda world: _image(world).digest,
    "tag_deletion": _tag_deletion,
    "ending": _ending,
    "retention_rule": _retention_rule,
    "announcement": _announcement,
    "report": _report,
    "hiding": _hiding,
    "promotion": _promotion,
    "move": _move,
    "transfer": _transfer,
    "secret": _secret,
    "accept_rule": _accept_rule,
    "webhook": lambda world: _webhook(world).pk,
    "delivery": _delivery,
    "rule": lambda world: world.east.placement_rules.values_list("pk", flat=True)[0],
}


def fill_in(address: str, world: World) -> str:
    """Return the address with the ids of this world's things in it, made where there are none."""
    named = {field for _, field, _, _ in Formatter().parse(address) if field}
    return address.format(**{name: THINGS[name](world) for name in named})
