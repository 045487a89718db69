"""docs/permissions.md: the reviewed tables of who gets what answer, as a page to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.architecture.permission_matrix import AREAS, TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
_TITLES = {
    "api": "REST API",
    "organizations": "Organizations, invitations, robots",
    "people": "Accounts and settings",
    "others": "Everything else",
}
_WHO = {
    "anonymous": "nobody",
    "dave": "disabled",
    "newt": "unverified",
    "bob": "stranger",
    "rita": "reader",
    "mia": "writer",
    "olga": "owner",
    "root": "administrator",
}
_HEAD = """# Who gets what answer

Written by `WAYBILL_WRITE_MATRIX=1 ./dev test -- -k permission` from the tables that the tests hold every door to
(`tests/architecture/permissions/`): do not edit it. The rules behind it are in [security](security.md#who-may-do-what).

Every address is asked by every method it knows, once, with nothing in the body. acme/app is private: *reader* and *writer* are members of acme with
that role by a team, *owner* owns acme, *stranger* has an account and no part in it, *disabled* and *unverified* have a session of before. A name that is hidden and one
that does not exist get the same answer.

| answer | means |
|---|---|
| 200, 201, 202, 204 | may |
| 400, 409, 413, 415, 422 | may, and what was sent lacks something |
| 302 | is sent on: without an account to the log-in, after a form to the page behind it, before what is dangerous to a proof of who is there |
| 401, 403 | must say who asks; may not |
| 404 | may not, or there is none: nobody is told which |
| 429, 503 | not now |
"""


def page() -> str:
    """Return the page as it has to be."""
    return _HEAD + "".join(f"\n{''.join(_section(area))}" for area in AREAS)


def _section(area: str) -> Iterator[str]:
    head, *rows = (TABLES / f"{area}.txt").read_text().splitlines()
    yield f"## {_TITLES[area]}\n\n"
    yield _row(["address", "", *(_WHO[name] for name in head.split())])
    yield "|---" * (len(_WHO) + 2) + "|\n"
    for row in rows:
        address, method, *answers = row.split()
        yield _row([f"`{address}`", method, *answers])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
