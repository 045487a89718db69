"""What `manage.py import` is told about another product's export."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.estate.sources.convert import PRODUCTS, Choices, convert
from config.estate.sources.names import read_map, write_map

WAYBILL = "waybill"


def add_arguments(parser: CommandParser) -> None:
    """Take the product, and what only the operator knows."""
    group = parser.add_argument_group("from another product (docs/operations/moving-in.md)")
    group.add_argument(
        "--from",
        dest="product",
        choices=[WAYBILL, *PRODUCTS],
        default=WAYBILL,
        help="what wrote the file",
    )
    group.add_argument("--map", type=Path, metavar="FILE", help="names: lines of old=new")
    group.add_argument(
        "--write-map", type=Path, metavar="FILE", help="write advice for names that do not fit"
    )
    group.add_argument("--registry", default="", metavar="NAME", help="which keeps the images")
    group.add_argument(
        "--owner",
        default="",
        metavar="USERNAME",
        help="who gets organizations that nobody owns who moves along",
    )
    group.add_argument(
        "--email-domain",
        default="",
        metavar="DOMAIN",
        help="addresses of people whose product knows none: NAME@DOMAIN",
    )


@contextmanager
def as_records(path: Path, options: Mapping[str, Any]) -> Iterator[Path]:
    """Give a file of records: the one that was named, or one made of an export; raise Unusable, OSError."""
    if options["product"] == WAYBILL:
        yield path
        return
    path.stat()  # says that it is not there
    names = read_map(options["map"]) if options["map"] else {}
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "records.jsonl.gz"
        choices = Choices(names, options["registry"], options["owner"], options["email_domain"])
        converted = convert(options["product"], path, records, choices)
        if options["write_map"]:
            write_map(options["write_map"], converted.advice)
        yield records
