"""What people call the programs that speak to us, by the names these give themselves."""

from __future__ import annotations

import re

# The first mark that a user agent carries; Edge also says Chrome, Chrome also says Safari.
_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
# docker/28.2 go/go1.24 os/linux arch/amd64 UpstreamClient(Docker-Client/28.2 \\(linux\\))
_CLIENT = re.compile(r"([A-Za-z][A-Za-z.-]{0,30})/([0-9][\w.-]{0,20})")
_UPSTREAM = re.compile(r"UpstreamClient\(Docker-Client/([0-9][\w.-]{0,20})")
_PLATFORM = re.compile(r"\b(?:os|arch)/(\w{1,20})")


def browser(agent: str) -> str:
    """Return what a person calls a browser: "Firefox on Linux"; other clients by themselves."""
    name = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if not name:
        return agent[:60] or "unknown"
    return f"{name} on {system}" if system else name


def client(agent: str) -> str:
    """Return what a person calls a client of registries: "docker 28.2.2 on linux/amd64"."""
    found = _CLIENT.match(agent)
    if not found:
        return agent[:60] or "unknown"
    upstream = _UPSTREAM.search(agent)  # the engine speaks for the command that someone typed
    version = upstream[1] if upstream else found[2]
    platform = "/".join(_PLATFORM.findall(agent))
    return f"{found[1]} {version} on {platform}" if platform else f"{found[1]} {version}"
