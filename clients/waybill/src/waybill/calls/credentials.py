"""What is made of the token that one shows."""

from __future__ import annotations

from waybill.answers import DockerCredential
from waybill.call import Call


def for_docker() -> Call[DockerCredential]:
    """Make a credential that opens what docker needs, for an hour at most; every token may."""
    return Call("POST", "credentials/docker", leaves_nothing=True)
