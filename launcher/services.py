"""The processes that make up an instance, and the command line of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.layout import Layout
from launcher.ports import LOOPBACK
from launcher.supervisor import Service

REGISTRIES = ("east", "west")
# Ten lines at every start in a container; nothing but JSON is accepted from the queue.
ROOT_WARNING = "You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens; all but the public one are new at every start."""

    public: int
    web: int
    registries: Mapping[str, int]


def services(
    layout: Layout, *, tools: Mapping[str, Path], python: Path, ports: Ports, sockets: Path
) -> list[Service]:
    """All services in the order they are started."""
    return [
        redis(layout, tools, sockets),
        web(python, ports.web),
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


def web(python: Path, port: int) -> Service:
    command = [
        *(str(python), "-m", "granian"),
        *("--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", LOOPBACK, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers"),
        *("--no-access-log", "--log-level", "warning"),
        "config.wsgi:application",
    ]
    return Service("web", command)


def worker(layout: Layout, python: Path) -> Service:
    command = [
        *(str(python), "-W", f"ignore:{ROOT_WARNING}"),
        *("-m", "celery", "--quiet", "-A", "config.celery", "worker"),
        *("--beat", "--schedule", str(layout.run / "celerybeat-schedule")),
        *("--pool", "threads", "--concurrency", "4"),
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
