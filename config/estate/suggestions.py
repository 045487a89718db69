"""What a name that breaks the grammar could be instead: said with the refusal, never done."""

from __future__ import annotations

import re
from collections.abc import Callable

from accounts.errors import AccountError
from accounts.flows.robot_accounts import check_robot_name
from accounts.names import check_organization_name, check_team_name, check_user_name
from index.errors import IndexRefusal
from index.names import parse_repository_name

_CHECKS: dict[str, tuple[Callable[[str], object], str]] = {
    "person": (check_user_name, ""),
    "organization": (check_organization_name, "-"),
    "team": (check_team_name, "-"),
    "robot": (check_robot_name, "-"),
    "repository": (parse_repository_name, "-"),
}


def suggested(kind: str, name: str) -> str:
    """Return a name of that kind that is near to this one and fits, "" where there is none."""
    if kind not in _CHECKS:
        return ""
    check, between = _CHECKS[kind]
    parts = name.lower().split("/") if kind == "repository" else [name.lower()]
    near = "/".join(re.sub(r"[^a-z0-9]+", between, part).strip("-") for part in parts)
    for candidate in (near, f"{near}{between}1", f"the{between}{near}"):
        try:
            check(candidate)
        except (AccountError, IndexRefusal):
            continue
        return candidate if candidate != name else ""
    return ""
