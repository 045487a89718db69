"""What the policy should answer: naive, from the tables of docs/security.md; shares no code with it."""

from __future__ import annotations

from typing import Any

EVERYTHING = {"pull", "push", "delete"}
CARRIED = {None: set(), "reader": {"pull"}, "writer": {"pull", "push"}, "admin": EVERYTHING}


def judge(of: dict[str, Any]) -> tuple[str | None, set[str]]:
    """Return role and actions for what is known of one principal before one repository."""
    role, public = None, of["visibility"] == "public"
    if public or (of["visibility"] == "internal" and of["signed_in"]):
        role = "reader"
    role = of["granted"] or ("writer" if of["published"] else role)
    role = "admin" if of["administrator"] or of["holds_namespace"] else role
    if not of["live"] or (not of["ceiling"] and not public):
        role = None
    elif not of["ceiling"]:
        role = "reader"
    left = of["ceiling"] | ({"pull"} if public else set())
    free = of["writers"] == "anyone" or (of["writers"] == "builders" and of["is_builder"])
    return role, CARRIED[role] & (left if of["mode"] == "open" and free else left & {"pull"})


def allowed(world: dict[str, Any], who: str, name: str, token: dict[str, Any] | None) -> set[str]:
    """Return what `user1`, `group0+bot`, `job:group0/a` or "" may do, perhaps with a token."""
    owner, robot, job = name.partition("/")[0], world["robots"].get(who, {}), who.startswith("job:")
    owners, members = world["owners"].get(owner, []), world["members"].get(owner, [])
    holds, is_root = who == owner or who in owners, who == world["administrator"]
    patterns = token["patterns"] if token else ["*"]
    reached = [p for p in patterns if name == p or (p[-1:] == "*" and name.startswith(p[:-1]))]
    ceiling = ({"pull", *token["actions"]} if token else EVERYTHING) if reached else set()
    repo, best = world["repositories"].get(name), ["reader", "writer", "admin"].index
    if repo is None:  # a first push begins before there is any
        makes = (owner in world["open"] and who in members) or (is_root and owner in world["known"])
        made = "writer" if robot.get("creates") and who.startswith(f"{owner}+") else None
        return CARRIED["admin" if holds or makes else made] & (
            ceiling if "push" in ceiling else set()
        )
    to = [who, *(team["id"] for team in world["teams"] if who in team["people"])]
    roles = [
        g["role"] for g in world["grants"] if g["on"] == name and g["to"] in to and not g["over"]
    ]
    rest = {"granted": max(roles, key=best, default=None), "published": who == f"job:{name}"}
    is_builder, signed_in = job or robot.get("builds", False), bool(who) and not job
    return judge({**repo, **rest, "administrator": is_root, "holds_namespace": holds,
                  "ceiling": ceiling, "signed_in": signed_in, "is_builder": is_builder})[1]  # fmt: skip
