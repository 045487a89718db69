"""Somebody found a secret of ours where all can read it: end it at once and tell whose it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.audit import AuditAction, record
from accounts.docker_credentials import DockerCredential, parse_docker_credential
from accounts.flows.end_sessions import hold
from accounts.flows.use_credential import Shown
from accounts.mails import send_after_commit
from accounts.models import (
    CommandLineSession,
    EndedOrganization,
    PersonalAccessToken,
    RobotSecret,
    User,
)
from accounts.namespace_holders import holders_of
from accounts.opaque_tokens import recognize
from accounts.principals import ANONYMOUS

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_LONGEST_URL = 300
# Whatever looks like a secret of ours, also inside an address that somebody reports.
_SECRET = re.compile(r"(wb[a-z]_[0-9a-f]{16})_[0-9a-f_]+", re.ASCII)


def report_leak(secret: str, *, url: str = "", source: str = "") -> bool:
    """Revoke the access token or robot secret; return whether it was one that is known.

    An unknown one changes nothing, an ended one is reported to its owner no second time. A docker
    credential ends what it was made of, for it has no other end; one that is over ends nothing.
    """
    token = parse_docker_credential(secret) or recognize(secret)
    if isinstance(token, DockerCredential):
        end = None if token.is_expired else _KINDS.get(token.parent)
    else:
        end = _KINDS.get(token.prefix) if token else None
    if token is None or end is None:
        return False
    with transaction.atomic():
        return end(token, {"url": readable_url(url), "source": _word(source)})


def readable_url(url: str) -> str:
    """Return an address that may be kept and mailed: http(s), plain, short, without the secret."""
    hidden = _SECRET.sub(r"\1_***", url)[:_LONGEST_URL]
    try:
        parts = urlsplit(hidden)
    except ValueError:
        return ""
    is_plain = hidden.isascii() and hidden.isprintable() and " " not in hidden
    return hidden if is_plain and parts.scheme in {"http", "https"} and parts.hostname else ""


def _word(text: str) -> str:
    return text if re.fullmatch(r"[a-z0-9_-]{1,40}", text, re.ASCII) else ""


def _end_token(found: Shown, where: dict[str, str]) -> bool:
    rows = PersonalAccessToken.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(selector=found.selector).first()
    if row is None or not found.matches(row.secret_digest):
        return False
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record(
            AuditAction.TOKEN_LEAKED,
            by=ANONYMOUS,
            user=row.user,
            target=row.public_part,
            name=row.name,
            url=where["url"],
            source=where["source"],
        )
        tell_of_leak(
            row.user,
            what=format_lazy(_("Your access token {public_part}"), public_part=row.public_part),
            page="web-tokens",
            **where,
        )
    return True


def _end_robot_secret(found: Shown, where: dict[str, str]) -> bool:
    rows = RobotSecret.objects.select_for_update(of=("self",))
    related = rows.select_related("robot__namespace", "robot__responsible")
    row = related.filter(selector=found.selector).first()
    if row is None or not found.matches(row.secret_digest):
        return False
    if row.revoked_at is None or _may_come_back(row):
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        robot = row.robot
        record(
            AuditAction.ROBOT_SECRET_LEAKED,
            by=ANONYMOUS,
            namespace=robot.namespace,
            target=robot.full_name,
            secret=row.public_part,
            url=where["url"],
            source=where["source"],
        )
        people = holders_of(robot.namespace)
        if robot.responsible and robot.responsible not in people:
            people.append(robot.responsible)
        what = format_lazy(
            _("The secret {public_part} of the robot {robot}"),
            public_part=row.public_part,
            robot=robot.full_name,
        )
        tell_of_leak(*people, what=what, page="", **where)
    return True


def _end_command_line(found: Shown, where: dict[str, str]) -> bool:
    rows = CommandLineSession.objects.filter(selector=found.selector)
    people = User.objects.select_for_update(of=("self",), no_key=True)
    people.filter(usersession__command_line__in=rows).first()
    hold(UserSession.objects.filter(command_line__in=rows))
    row = rows.select_for_update(of=("self",)).select_related("session__user").first()
    if row is None or not found.matches(row.secret_digest):
        return False
    session, user = row.session, row.session.user
    session.end()
    target, url, source = session.user_agent, where["url"], where["source"]
    record(
        AuditAction.SESSION_LEAKED, by=ANONYMOUS, user=user, target=target, url=url, source=source
    )
    public_part = row.public_part
    what = format_lazy(_("The session {public_part} of a command line"), public_part=public_part)
    tell_of_leak(user, what=what, page="web-sessions", **where)
    return True


def _may_come_back(secret: RobotSecret) -> bool:
    """Whether it ended with its organization alone, whose deletion can be undone: then for good."""
    endings = EndedOrganization.objects.filter(
        organization__namespace=secret.robot.namespace_id
    ).values_list("ended_at", flat=True)
    return secret.revoked_at in set(endings)


def tell_of_leak(*people: User, what: _StrOrPromise, page: str, url: str, source: str) -> None:
    """Mail to each; `page` is the name of the page where a new one is made."""
    send_after_commit("credential_leaked", to=people, what=what, page=page, url=url, source=source)


_KINDS = {
    CommandLineSession.PREFIX: _end_command_line,
    PersonalAccessToken.PREFIX: _end_token,
    RobotSecret.PREFIX: _end_robot_secret,
}
