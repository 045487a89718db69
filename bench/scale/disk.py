"""Measure what a repository takes on PostgreSQL's disk, indexes included: `python -m bench.scale.disk`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from bench.kept import database, environment
from launcher.layout import CHECKOUT

if TYPE_CHECKING:
    from index.models import Repository

FILE = Path(__file__).with_name("disk.json")
REPOSITORIES, WITH_IMAGES = 20_000, 2_000
IMAGES, LAYERS, DAYS = 5, 8, 10  # of each that has images: tags, layers of each, days with a pull
_BATCH = 1_000
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_SIZES = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def main() -> int:
    """Fill a database that is thrown away, and keep bytes for each row of each table."""
    if sys.argv[1:] == ["fill"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
        django.setup()
        print(json.dumps(fill()))
        return 0
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database("postgresql", folder) as url:
            answer = subprocess.run(
                [sys.executable, "-m", "bench.scale.disk", "fill"],
                cwd=CHECKOUT,
                env=environment(folder, url),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
    found = json.loads(answer.stdout.splitlines()[-1])
    FILE.write_text(json.dumps(found, indent=2) + "\n")
    print(f"written to {FILE}")
    return 0


def fill() -> dict[str, float]:
    """Return the bytes for each row, by table."""
    from django.core.management import call_command
    from django.db import connection

    from bench import search_data
    from index.models import RegistryEvent, Repository
    from search.rebuild import rebuild_index

    call_command("migrate", verbosity=0)
    search_data.fill(REPOSITORIES)
    chosen = list(Repository.objects.select_related("registry").order_by("pk")[:WITH_IMAGES])
    for start in range(0, WITH_IMAGES, _BATCH // 10):
        _give_images(chosen[start : start + _BATCH // 10])
    registry = chosen[0].registry
    RegistryEvent.objects.bulk_create(
        (RegistryEvent(registry=registry, event_id=_uuid(n)) for n in range(20_000)),
        batch_size=_BATCH,
    )
    rebuild_index()
    search_data.tidy()
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        sizes: dict[str, int] = dict(cursor.fetchall())
        return {name: round(size / rows, 1) for name, size, rows in _counted(cursor, sizes)}


def _counted(cursor: Any, sizes: dict[str, int]) -> Iterator[tuple[str, int, int]]:
    for name, size in sorted(sizes.items()):
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - as PostgreSQL calls it
        [(rows,)] = cursor.fetchall()
        if rows >= WITH_IMAGES:
            yield name, size, rows


def _give_images(repositories: list[Repository]) -> None:
    from index.models import BlobLink, DailyCount, Manifest, ManifestContent, Tag

    made = Manifest.objects.bulk_create(
        Manifest(
            repository=one,
            digest=_digest("image", one.pk, number),
            media_type="application/vnd.oci.image.manifest.v1+json",
            size=50_000_000,
            platform="linux/amd64",
            described_at=_BEGINNING,
            pushed_at=_BEGINNING,
        )
        for one in repositories
        for number in range(IMAGES)
    )
    Tag.objects.bulk_create(
        Tag(repository_id=one.repository_id, name=f"1.{n}", manifest=one, pushed_at=_BEGINNING)
        for n, one in enumerate(made)
    )
    ManifestContent.objects.bulk_create(map(_content, made))
    BlobLink.objects.bulk_create(
        BlobLink(repository_id=one.repository_id, digest=digest, size=5_000_000)
        for one in made
        for digest in _layers(one)
    )
    DailyCount.objects.bulk_create(
        DailyCount(repository=one, day=(_BEGINNING + timedelta(days=n)).date(), pulls=n)
        for one in repositories
        for n in range(DAYS)
    )


def _content(manifest: Any) -> Any:
    from index.models import ManifestContent

    kind = "application/vnd.oci.image.layer.v1.tar+gzip"
    layers = [{"mediaType": kind, "size": 5_000_000, "digest": of} for of in _layers(manifest)]
    config = {
        "os": "linux",
        "architecture": "amd64",
        "config": {"Env": ["PATH=/usr/local/bin:/usr/bin"], "Cmd": ["serve"]},
        "rootfs": {"type": "layers", "diff_ids": [_digest("of", one) for one in _layers(manifest)]},
        "history": [
            {"created": "2026-01-02T03:04:05Z", "created_by": f"RUN make step-{n}"}
            for n in range(LAYERS)
        ],
    }
    return ManifestContent(
        manifest=manifest,
        document=json.dumps({"schemaVersion": 2, "layers": layers}).encode(),
        config=json.dumps(config).encode(),
    )


def _layers(manifest: Any) -> list[str]:
    return [_digest("layer", manifest.digest, number) for number in range(LAYERS)]


def _digest(*parts: object) -> str:
    return f"sha256:{sha256(repr(parts).encode()).hexdigest()}"


def _uuid(number: int) -> str:
    text = sha256(str(number).encode()).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


if __name__ == "__main__":
    sys.exit(main())
