"""How entries lie in OpenSearch: the mapping of the index, and an entry as its document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from search.documents import NEVER, Entry
from search.query import Sort

# The field of each order, and whether the largest comes first.
ORDERS = {
    Sort.BEST: ("popularity", True),
    Sort.STARS: ("stars", True),
    Sort.PULLS: ("pulls", True),
    Sort.UPDATED: ("pushed", True),
    Sort.NAME: ("name", False),
}
_MICROSECOND = timedelta(microseconds=1)

_FOUND_BY = {"type": "keyword", "doc_values": False}
_NUMBER = {"type": "long"}


def index_of(shards: int) -> dict[str, Any]:
    """Return the settings and the mapping of a new index.

    Documents are not kept beside their fields: all of them can be made again from the database.
    """
    return {
        "settings": {
            "number_of_shards": shards,
            "auto_expand_replicas": "0-1",
            # Said outright, so that it also holds while nobody searches.
            "refresh_interval": "1s",
            # How long it is remembered that something was deleted: longer than a batch is on its way.
            "gc_deletes": "1h",
            # Lie in the order in which they are shown.
            "sort.field": ["popularity", "repository"],
            "sort.order": ["desc", "asc"],
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": False},
            "properties": {
                "repository": _NUMBER,
                "namespace": _FOUND_BY,
                "audience": _FOUND_BY,
                "lexemes": _FOUND_BY,
                "marks": {"type": "keyword", "index": False},
                "name": {"type": "keyword"},
                # Words are folded and apart already: what is looked for in it are phrases.
                "text": {"type": "text", "analyzer": "whitespace", "norms": False},
                "popularity": _NUMBER,
                "stars": _NUMBER,
                "pulls": _NUMBER,
                "pushed": _NUMBER,
                "check": {"type": "long", "index": False},
            },
        },
    }


def document_of(entry: Entry) -> dict[str, Any]:
    """Return what is sent of an entry."""
    return {
        "repository": entry.repository_id,
        "namespace": str(entry.namespace_id),
        "audience": str(int(entry.audience)),
        "lexemes": sorted(entry.lexemes),
        "marks": entry.marks.split(),
        "name": entry.name,
        "text": entry.text,
        "popularity": entry.popularity,
        "stars": entry.stars,
        "pulls": entry.pulls,
        "pushed": microseconds(entry.pushed_at),
        "check": check_of(entry),
    }


def check_of(entry: Entry) -> int:
    """Return a number that another entry hardly has: of all but what pulls change every day."""
    told = (entry.repository_id, entry.namespace_id, int(entry.audience), entry.name, entry.text)
    return crc32(repr((*told, sorted(entry.lexemes))).encode())


def microseconds(moment: datetime) -> int:
    """Return a moment as a whole number, `NEVER` as 0: JSON has no better."""
    return (moment - NEVER) // _MICROSECOND
