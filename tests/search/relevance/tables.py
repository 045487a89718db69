"""Reads tables whose first line names the columns, tabs between them: what is compared is easy to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows; raise ValueError for one that has not as many cells as there are columns.

    `\\n` in a cell is a new line.
    """
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    columns = head.split("\t")
    for line in lines:
        cells = [cell.replace("\\n", "\n") for cell in line.split("\t")]
        yield dict(zip(columns, cells, strict=True))
