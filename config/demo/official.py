"""The official images of the demo, in the root namespace."""

from __future__ import annotations

from config.demo.people import CURATOR
from config.demo.plans import RepositoryPlan

OFFICIAL = (
    RepositoryPlan(
        name="basin",
        topics=("base-image", "minimal"),
        pusher=CURATOR,
        description="Smallest sensible base image: certificates, time zones and a shell",
        about=(
            "Everything else here is built on basin. It holds the few files that nearly every "
            "program expects and nothing that needs patching every week."
        ),
        tags=(("3.1", "3"), ("3.2", "3.2.1", "latest")),
        kilobytes=40,
        pulls=12,
        stars=("oskar", "tamsin", "jiro", "leila", "pavel", "nadia"),
    ),
    RepositoryPlan(
        name="lantern",
        topics=("web-server", "static-sites", "multi-platform"),
        pusher=CURATOR,
        description="Web server for static sites, on PCs, ARM servers and the smallest boards",
        about=(
            "Put your site into `/srv/www` and it is served with sane caching headers. The same "
            "tag works on three platforms: docker picks the right one from the image index."
        ),
        tags=(("1.8",), ("2.0", "2", "latest")),
        kilobytes=320,
        multi_platform=True,
        pulls=9,
        stars=("oskar", "jiro", "pavel", "quentin"),
    ),
    RepositoryPlan(
        name="quarry",
        topics=("database", "sql"),
        pusher=CURATOR,
        description="Relational database with sensible defaults and a health check",
        about=(
            "A database server that starts empty, asks for a password and keeps its data in "
            "`/var/lib/quarry`. Upgrades between minor versions need nothing but a new tag."
        ),
        tags=(("15",), ("16", "latest")),
        kilobytes=1400,
        pulls=7,
        stars=("tamsin", "leila", "nadia"),
    ),
    RepositoryPlan(
        name="cairn",
        topics=("database", "cache"),
        pusher=CURATOR,
        description="Key-value store that keeps everything in memory",
        about="A cache with an expiry per key. Losing it must not hurt you; that is the deal.",
        tags=(("7", "latest"), ("7-slim",)),
        kilobytes=260,
        docker_types=True,
        pulls=6,
        stars=("oskar", "nadia"),
    ),
    RepositoryPlan(
        name="ferry",
        topics=("messaging",),
        pusher=CURATOR,
        description="Message broker: queues, retries and a page to look at them",
        about="Carries jobs from whoever has them to whoever does them, at least once.",
        tags=(("1.0", "latest"),),
        kilobytes=510,
        pulls=3,
        stars=("pavel",),
    ),
    RepositoryPlan(
        name="sextant",
        topics=("metrics", "observability"),
        pusher=CURATOR,
        description="Metrics: collects, keeps and draws what your services count",
        about="Point it at your services, and look at `/graphs` for the last thirty days.",
        tags=(("2026.1", "latest"),),
        kilobytes=690,
        pulls=2,
        stars=("oskar", "pavel"),
    ),
)
