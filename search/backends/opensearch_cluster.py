"""The one module that speaks with OpenSearch: with its official client, bounded, and never in vain for long.

Whatever goes wrong, and answers that make no sense, become ClusterAway. After one, no search asks for some
seconds: a cluster that hangs would else cost each of them its whole time-out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, RequestError, TransportError

Answer = TypeVar("Answer")
Json: TypeAlias = dict[str, Any]

_LOGGER = logging.getLogger(__name__)
_SEARCH = 1.0  # seconds
_WRITE = 10.0
_PAUSE = 5.0
_NOT_FOUND = 404
_OUTDATED = 409  # something newer is there already
_TOO_MANY = 429
_SERVER_ERRORS = 500


class ClusterAway(Exception):
    """OpenSearch does not answer, not in time, or with something else; `str()` is for the log."""


class QuestionRefused(ClusterAway):
    """It answers, but not this question."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a cluster is, and how one is let in."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    index: str = "waybill"  # what the names of its indexes begin with
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Operation:
    """A document to be written, or without a body to be deleted, unless a newer one is there."""

    repository_id: int
    version: int
    body: Json | None


class Cluster:
    """A cluster with one index that is searched, and at times one that is being filled beside it.

    Both are reached by an alias, so that one request makes the second one the first.
    """

    def __init__(self, address: Address, clock: Callable[[], float] = time.monotonic) -> None:
        """Connect with the first request."""
        self._address = address
        self._clock = clock
        self._searched = address.index
        self._filling = f"{address.index}-filling"
        self._away_until = 0.0
        self._client = OpenSearch(
            list(address.urls),
            http_auth=(address.user, address.password) if address.user else None,
            ca_certs=address.ca_file or None,
            timeout=_WRITE,
            max_retries=1,
            # On another node, if there is one: the same would take as long again.
            retry_on_timeout=len(address.urls) > 1,
            dead_timeout=_PAUSE,
            timeout_cutoff=2,
            http_compress=True,
        )

    def search(self, body: Json, read: Callable[[Json], Answer]) -> Answer:
        """Return what is read from the answer of all shards; raise ClusterAway."""
        if self._clock() < self._away_until:
            message = "it was away a moment ago"
            raise ClusterAway(message)
        try:
            return _ask(lambda: read(self._whole_answer(body)))
        except QuestionRefused as error:
            _LOGGER.warning("OpenSearch refuses a search: %s.", error)
            raise
        except ClusterAway as error:
            self._away_until = self._clock() + _PAUSE
            _LOGGER.warning("OpenSearch is away, the database answers for %d s: %s.", _PAUSE, error)
            raise

    def _whole_answer(self, body: Json) -> Json:
        found: Json = self._client.search(
            index=self._searched,
            body={**body, "timeout": f"{_SEARCH * 900:.0f}ms"},
            params={"request_timeout": _SEARCH, "allow_partial_search_results": "false"},
        )
        if found["timed_out"] or found["_shards"]["failed"]:
            message = "not all shards answered in time"
            raise ClusterAway(message)
        return found

    def targets(self) -> list[str]:
        """Return the aliases that documents are to be written to: what is searched, what is filled."""
        aliases = self._aliases()
        return [name for name in (self._searched, self._filling) if name in aliases]

    def count(self) -> int:
        """Return how many documents are searched."""
        return _ask(lambda: int(self._client.count(index=self._searched)["count"]))

    def checks_of(self, repository_ids: Collection[int]) -> dict[int, int]:
        """Return what documents of these repositories have as `check`."""
        body = {
            "query": {"terms": {"repository": list(repository_ids)}},
            "size": len(repository_ids),
            "stored_fields": "_none_",
            "docvalue_fields": ["repository", "check"],
        }
        fields = _ask(
            lambda: [
                hit["fields"]
                for hit in self._client.search(index=self._searched, body=body)["hits"]["hits"]
            ]
        )
        return {one["repository"][0]: one["check"][0] for one in fields}

    def write(
        self, operations: Iterable[Operation], *, to: Sequence[str], visible: bool
    ) -> list[int]:
        """Write documents; return the repositories whose document the cluster refuses for good.

        With `visible` they are found by every search that begins afterwards. Raises ClusterAway: some
        may be written then.
        """
        lines: list[Json] = []
        for operation in operations:
            for name in to:
                lines += _lines_of(operation, name)
        if not lines:
            return []
        return _ask(lambda: _refused(self._bulk(lines, visible=visible)["items"]))

    def _bulk(self, lines: list[Json], *, visible: bool) -> Json:
        written: Json = self._client.bulk(
            body=lines,
            params={
                "refresh": "wait_for" if visible else "false",
                "require_alias": "true",  # an index that is gone is not made again by the way
                "request_timeout": _WRITE,
            },
        )
        return written

    def begin_filling(self, mapping: Callable[[int], Json]) -> str:
        """Make a new index beside the one that is searched, instead of one left half filled."""
        name = f"{self._address.index}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        if left := self._aliases().get(self._filling):
            _ask(lambda: self._client.indices.delete(index=left))
        body = {**mapping(self._address.shards), "aliases": {self._filling: {}}}
        _ask(lambda: self._client.indices.create(index=name, body=body))
        return name

    def end_filling(self, name: str) -> None:
        """Let the index be searched from now on, in one step, and delete the one before."""
        _ask(lambda: self._client.indices.refresh(index=name))
        actions: list[Json] = [
            {"remove": {"index": name, "alias": self._filling, "must_exist": True}},
            {"add": {"index": name, "alias": self._searched}},
        ]
        if before := self._aliases().get(self._searched):
            actions.append({"remove_index": {"index": before}})
        _ask(lambda: self._client.indices.update_aliases(body={"actions": actions}))

    @property
    def filling(self) -> str:
        """The alias of the index that is being filled."""
        return self._filling

    def _aliases(self) -> dict[str, str]:
        """Return our aliases, each with its index."""
        ours = (self._searched, self._filling)
        indices = self._client.indices
        return _ask(
            lambda: {
                alias: index
                for index, told in indices.get_alias(index=f"{self._address.index}-*").items()
                for alias in told["aliases"]
                if alias in ours
            }
        )


def _ask(request: Callable[[], Answer]) -> Answer:
    """Return what the request returns; raise ClusterAway for what the client raises, and for nonsense."""
    try:
        return request()
    except RequestError as error:
        message = f"{error.status_code} {error.error}"
        raise QuestionRefused(message) from error
    # Never the error as it is: what was searched for may stand in it.
    except TransportError as error:
        message = f"{type(error).__name__} {error.status_code}"
        raise ClusterAway(message) from error
    except (OpenSearchException, LookupError, TypeError, ValueError, AttributeError) as error:
        message = f"an answer that makes no sense ({type(error).__name__})"
        raise ClusterAway(message) from error


def _lines_of(operation: Operation, alias: str) -> list[Json]:
    head = {
        "_index": alias,
        "_id": str(operation.repository_id),
        "version": operation.version,
        "version_type": "external_gte",
    }
    return [{"delete": head}] if operation.body is None else [{"index": head}, operation.body]


def _refused(items: list[Json]) -> list[int]:
    """Return whose document is at fault; raise ClusterAway if it is the cluster that is."""
    refused = []
    for item in items:
        (result,) = item.values()
        if "error" not in result or result["status"] == _OUTDATED:
            continue
        if result["status"] in (_NOT_FOUND, _TOO_MANY) or result["status"] >= _SERVER_ERRORS:
            message = f"{result['status']} {result['error'].get('type', '')}"
            raise ClusterAway(message)
        _LOGGER.error("OpenSearch refuses repository %s: %s", result["_id"], result["error"])
        refused.append(int(result["_id"]))
    return refused
