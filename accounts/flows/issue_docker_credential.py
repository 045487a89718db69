"""Make a short-lived credential for docker of the one that was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.docker_credentials import LIFETIME, make_docker_credential
from accounts.errors import CredentialEnded
from accounts.principals import Principal
from accounts.proofs import PARENTS


@dataclass(frozen=True, slots=True)
class NewDockerCredential:
    """What docker logs in with, and until when."""

    username: str
    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"NewDockerCredential({self.username})"


def issue_docker_credential(by: Principal) -> NewDockerCredential:
    """Return one that ends after `LIFETIME`, or with what it is made of if that is sooner.

    Nothing is written: the use of the other one was noted when it was shown. Raises CredentialEnded
    where that went meanwhile.
    """
    kind, _, number = by.credential.partition(":")
    parent = PARENTS[kind].model.objects.filter(pk=number).first()
    if parent is None:
        message = "what this would be made of has ended: log in again"
        raise CredentialEnded(message)
    longest = timezone.now() + LIFETIME
    secret, expires_at = make_docker_credential(
        parent=parent.PREFIX,
        selector=parent.selector,
        digest=parent.secret_digest,
        expires_at=min(longest, by.until or longest),
    )
    return NewDockerCredential(by.name, secret, expires_at)
