"""What `./dev run` prints once everything answers."""

from __future__ import annotations


def welcome(port: int, setup_link: str | None) -> list[str]:
    """READY, the way to become the first administrator, and docker commands to try."""
    host = f"127.0.0.1:{port}"
    return [f"READY http://{host}/", *invitation(setup_link), *commands(host), ""]


def invitation(setup_link: str | None) -> list[str]:
    if setup_link is None:
        return []
    return ["", "  Become the first administrator (this link works once):", f"    {setup_link}"]


def commands(host: str) -> list[str]:
    image = f"{host}/YOU/hello:1.0"
    return [
        "",
        "  Sign up in the browser, then try (YOU is your user name, hello any image you have):",
        f"    docker login {host}",
        f"    docker tag hello {image}",
        f"    docker push {image}",
        f"    docker search {host}/hello && docker pull {image}",
        "",
        "  Ctrl-C stops everything; the data stays. ./dev demo fills it with examples.",
    ]
