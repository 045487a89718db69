"""Robots and their secrets, for owners of the namespace; for sessions alone."""

from __future__ import annotations

from typing import Any, TypedDict

from waybill.call import Call, Listing, delete, get, patch, post, segment
from waybill.session_answers import NewRobot, NewRobotSecret, Robot


class FirstSecret(TypedDict):
    """What is to be made with a robot; `expires_at` is ISO 8601, None never."""

    label: str
    expires_at: str | None


def every(*, organization: str = "", page_size: int = 100) -> Listing[Robot]:
    """One's own, or those of an organization."""
    return Listing(_of(organization), {"page_size": page_size})


def one(name: str) -> Call[Robot]:
    """One by its whole name, like acme+ci."""
    return get(f"robots/{segment(name)}")


def create(
    name: str,
    *,
    organization: str = "",
    description: str = "",
    may_create: bool = False,
    secret: FirstSecret | None = None,
) -> Call[NewRobot]:
    """Make one, without rights; `name` is what stands behind the `+`.

    With `secret` its first one is made, too, or neither: the answer alone has it.
    """
    return post(
        _of(organization),
        name=name,
        description=description,
        may_create=may_create,
        secret=secret,
    )


def change(name: str, *, if_match: str = "", **fields: Any) -> Call[Robot]:
    """Change `description`, `responsible`, `may_create` or `enabled`."""
    return patch(f"robots/{segment(name)}", if_match=if_match, **fields)


def remove(name: str, *, if_match: str = "") -> Call[None]:
    """Delete it; its name is not given again."""
    return delete(f"robots/{segment(name)}", if_match=if_match)


def add_secret(name: str, *, expires_at: str | None, label: str = "") -> Call[NewRobotSecret]:
    """Make a secret; `expires_at` is ISO 8601, None never. The answer alone has it."""
    return post(f"robots/{segment(name)}/secrets", label=label, expires_at=expires_at)


def rotate(name: str, secret_id: int, *, overlap_hours: int = 24) -> Call[NewRobotSecret]:
    """Make another; the old one ends 0, 1, 24, 72 or 168 hours later."""
    path = f"robots/{segment(name)}/secrets/{secret_id}/rotate"
    return post(path, overlap_hours=overlap_hours)


def revoke(name: str, secret_id: int) -> Call[None]:
    """End a secret at once."""
    return delete(f"robots/{segment(name)}/secrets/{secret_id}")


def _of(organization: str) -> str:
    return f"organizations/{segment(organization)}/robots" if organization else "user/robots"
