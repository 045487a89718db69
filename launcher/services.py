"""The processes that make up an instance, and the command line of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.layout import Layout
from launcher.ports import LOOPBACK
from launcher.supervisor import Service

REGISTRIES = ("east", "west")
# One program three times, each with a queue of its own, and how many requests it works on at once: a
# thread in each worker, for two would only wait for each other. A password takes 19 ms of a core:
# one at a time leaves the other core to everybody else.
APP_SERVERS = {"tokens": 2, "passwords": 1, "web": 2}
# Ten lines at every start in a container; nothing but JSON is accepted from the queue.
ROOT_WARNING = "You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens; all but the public one are new at every start."""

    public: int
    app_servers: Mapping[str, int]
    registries: Mapping[str, int]


def services(
    layout: Layout, *, tools: Mapping[str, Path], python: Path, ports: Ports, sockets: Path
) -> list[Service]:
    """All services in the order they are started."""
    return [
        redis(layout, tools, sockets),
        *(app_server(python, name, port) for name, port in ports.app_servers.items()),
        worker(layout, python),
        *(registry(layout, tools, name) for name in REGISTRIES),
        gateway(layout, tools),
    ]


def redis(layout: Layout, tools: Mapping[str, Path], sockets: Path) -> Service:
    # What must not be lost is in the database; counted limits survive a restart all the same.
    command = [
        tools["redis-server"],
        *("--port", "0"),
        *("--unixsocket", sockets / "redis.sock", "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "yes"),
        *("--dir", layout.var / "redis"),
        *("--loglevel", "warning"),
    ]
    return Service("redis", list(map(str, command)))


def app_server(python: Path, name: str, port: int) -> Service:
    command = [
        *(str(python), "-m", "granian"),
        *("--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", LOOPBACK, "--port", str(port)),
        *("--workers", str(APP_SERVERS[name]), "--blocking-threads", "1"),
        *("--backlog", "4096", "--respawn-failed-workers"),
        *("--no-access-log", "--log-level", "warning"),
        "config.wsgi:application",
    ]
    return Service(name, command)


def worker(layout: Layout, python: Path) -> Service:
    command = [
        *("nice", "-n", "5"),  # what nobody waits for comes after what somebody does
        *(str(python), "-W", f"ignore:{ROOT_WARNING}"),
        *("-m", "celery", "--quiet", "-A", "config.celery", "worker"),
        *("--beat", "--schedule", str(layout.run / "celerybeat-schedule")),
        *("--pool", "threads", "--concurrency", "8"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]
    # It first finishes the tasks it has begun.
    return Service("worker", command, patience=10)


def registry(layout: Layout, tools: Mapping[str, Path], name: str) -> Service:
    configuration = layout.var / "registries" / f"{name}.yml"
    return Service(name, [str(tools["docker-registry"]), "serve", str(configuration)])


def gateway(layout: Layout, tools: Mapping[str, Path]) -> Service:
    prefix = layout.var / "nginx"
    command = [
        *(tools["nginx"], "-p", f"{prefix}/", "-e", "stderr"),
        *("-c", prefix / "nginx.conf", "-g", "daemon off;"),
    ]
    return Service("gateway", list(map(str, command)))
