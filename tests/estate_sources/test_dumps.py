"""Dumps are read as the programs write them; what is not whole, or of another make, says what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from config.estate.sources.dumps import read_dump
from config.estate.sources.errors import Unusable
from config.estate.sources.schemas import PORTUS
from config.estate.sources.tables import Tables
from tests.estate_sources.reading import SAMPLES

MYSQL = b"-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n%s\n-- Dump completed on 2026-11-20\n"
POSTGRES = (
    b"--\n-- PostgreSQL database dump\n--\n%s\n--\n-- PostgreSQL database dump complete\n--\n"
)
COPY = b"COPY public.people (id, name) FROM stdin;\n%s\\.\n"


def rows(folder: Path, content: bytes) -> list[list[str | None]]:
    """Return the values of the rows of the table `people`."""
    file = folder / "dump.sql"
    file.write_bytes(content)
    return [row.values for row in read_dump(file, {"people"}) if row.values is not None]


def refusal(folder: Path, content: bytes) -> str:
    """Return why a dump cannot be read."""
    with pytest.raises(Unusable) as refused:
        rows(folder, content)
    return str(refused.value)


def test_mysql_escapes_what_stands_in_texts(tmp_path: Path) -> None:
    insert = rb"INSERT INTO `people` (`id`, `name`) VALUES (1,'O\'Hara; a \"b\"\n\\'),(2,NULL),(3,'it''s (1),(2)');"
    assert rows(tmp_path, MYSQL % insert) == [
        ["1", 'O\'Hara; a "b"\n\\'],
        ["2", None],
        ["3", "it's (1),(2)"],
    ]


def test_mariadb_writes_each_row_on_a_line_of_its_own(tmp_path: Path) -> None:
    insert = b"INSERT INTO `people` (`id`, `name`) VALUES\n(1,'a'),\n(2,'b');\n"
    content = (MYSQL % insert).replace(b"-- MySQL dump", b"-- MariaDB dump")
    assert rows(tmp_path, content) == [["1", "a"], ["2", "b"]]


def test_columns_are_known_from_the_table_too(tmp_path: Path) -> None:
    table = b"CREATE TABLE `people` (\n  `id` int NOT NULL,\n  `name` text,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n"
    file = tmp_path / "dump.sql"
    file.write_bytes(MYSQL % (table + b"INSERT INTO `people` VALUES (1,'a');"))
    [row] = read_dump(file, {"people"})
    assert row.columns == ("id", "name")


def test_columns_that_nobody_names_are_asked_for(tmp_path: Path) -> None:
    refused = refusal(tmp_path, MYSQL % b"INSERT INTO `people` VALUES (1,'a');")
    assert "--complete-insert" in refused


def test_postgresql_escapes_what_stands_in_texts(tmp_path: Path) -> None:
    copied = COPY % b"1\ta\\tb\\nc\\\\\n2\t\\N\n3\t\n"
    assert rows(tmp_path, POSTGRES % copied) == [["1", "a\tb\nc\\"], ["2", None], ["3", ""]]


def test_the_newest_postgresql_ends_a_dump_otherwise(tmp_path: Path) -> None:
    content = POSTGRES % (COPY % b"1\ta\n") + b"\\unrestrict abc\n"
    assert rows(tmp_path, content) == [["1", "a"]]


def test_a_compressed_dump_is_read_as_it_is(tmp_path: Path) -> None:
    packed = gzip.compress(POSTGRES % (COPY % b"1\ta\n"))
    assert rows(tmp_path, packed) == [["1", "a"]]
    assert "not whole" in refusal(tmp_path, packed[:-9])


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "The file is empty"),
        (b"hello\nworld\n", "no dump of pg_dump"),
        (b"PGDMP\x01\x0e", "--format=plain"),
        ("-- MySQL dump".encode("utf-16"), "--result-file"),
        (MYSQL[:60], "cut off"),
        (POSTGRES[:40], "cut off"),
        (POSTGRES[:34] + b"COPY public.people (id, name) FROM stdin;\n1\ta\n", "within the table people"),
        (POSTGRES % (COPY % b"1\n"), "damaged, in a row of the table people"),
        (POSTGRES % (COPY % b"1\t\xfc\n"), "--encoding=UTF8"),
        (POSTGRES % b"INSERT INTO public.people (id) VALUES (1);\n", "without --inserts"),
        (MYSQL % b"INSERT INTO `people` (`id`, `name`) VALUES (1,'a", "in a row of the table people"),
        (MYSQL % b"INSERT INTO `people` (`id`, `name`) VALUES (1);", "1 values for 2 columns"),
        (MYSQL % b"INSERT INTO `people` (`id`) VALUES ('\xfc');", "--default-character-set=utf8mb4"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_dump_is_said_with_what_helps(
    tmp_path: Path, content: bytes, advice: str
) -> None:
    assert advice in refusal(tmp_path, content)


def test_every_place_where_a_dump_may_break_off_is_noticed(tmp_path: Path) -> None:
    whole = (SAMPLES / "portus-mysql.sql").read_bytes()
    for at in range(400, len(whole) - 20, 397):
        (tmp_path / "cut.sql").write_bytes(whole[:at])
        with pytest.raises(Unusable):
            list(read_dump(tmp_path / "cut.sql", {table.name for table in PORTUS.tables}))


def test_columns_of_another_version_are_named(tmp_path: Path) -> None:
    other = (SAMPLES / "portus-mysql.sql").read_text().replace("`bot`", "`is_bot`")
    (tmp_path / "other.sql").write_text(other)
    with pytest.raises(Unusable, match=r"users has no column bot.*Portus 2\.4 to 2\.5.*Upgrade"):
        Tables().load(tmp_path / "other.sql", PORTUS)


def test_a_dump_of_something_else_is_none_of_the_product() -> None:
    with pytest.raises(Unusable, match="no table users in the dump: it is none of Portus"):
        Tables().load(SAMPLES / "harbor.sql", PORTUS)
