"""An index of the stand-in: what is written to it, and what a search finds of it."""

from __future__ import annotations

from typing import Any

from tests.search.opensearch.documents import BadQuestion, Documents, Json

_DEEPEST = 10_000  # index.max_result_window


class Index:
    """Documents as written, each with its version, and as searches see them since the last refresh."""

    def __init__(self, body: Json) -> None:
        """Hold nothing."""
        self.body = body
        self.written: dict[str, tuple[int, Json | None]] = {}
        self.refresh()

    @property
    def fields(self) -> Json:
        """The mapping."""
        found: Json = self.body["mappings"]["properties"]
        return found

    def refresh(self) -> None:
        """Let everything that was written be found."""
        there = (document for _, document in self.written.values() if document is not None)
        self.searched = Documents(self.fields, there)

    def write(self, identity: str, version: int, document: Json | None) -> Json:
        """Return what is answered to one operation."""
        last = self.written.get(identity, (-1, None))
        if version < last[0]:
            return error(409, "version_conflict_engine_exception")
        if document is not None and (fault := self._fault(document)):
            return error(400, fault)
        self.written[identity] = (version, document)
        if document is not None:
            return {"status": 201, "result": "created"}
        return {"status": 200, "result": "deleted"} if last[1] else {"status": 404, "result": "not_found"}  # fmt: skip

    def _fault(self, document: Json) -> str:
        if set(document) - set(self.fields):
            return "strict_dynamic_mapping_exception"
        numbers = (field for field, told in self.fields.items() if told["type"] == "long")
        is_fine = all(isinstance(document[field], int) for field in numbers)
        return "" if is_fine else "mapper_parsing_exception"

    def search(self, body: Json) -> Json:
        """Return what is answered to a search."""
        if body["size"] > _DEEPEST:
            message = "illegal_argument_exception: result window is too large"
            raise BadQuestion(message)
        scores = self.searched.search(body["query"])
        most = body.get("track_total_hits")
        hits: Json = {"hits": _page(self.searched, scores, body)}
        if most is not False:
            is_more = type(most) is int and len(scores) > most
            hits["total"] = {
                "value": most if is_more else len(scores),
                "relation": "gte" if is_more else "eq",
            }
        shards = {"total": 1, "successful": 1, "failed": 0}
        return {"took": 1, "timed_out": False, "_shards": shards, "hits": hits}


def _page(documents: Documents, scores: dict[int, float], body: Json) -> list[Json]:
    order = [next(iter(one.items())) for one in body.get("sort", [])]
    keys = {
        number: [score if field == "_score" else documents.value(number, field) for field, _ in order]
        for number, score in scores.items()
    }  # fmt: skip
    numbers = list(scores)
    for place, (_, direction) in reversed(list(enumerate(order))):  # sorting keeps what was before
        by = {one: key[place] for one, key in keys.items()}
        numbers.sort(key=by.__getitem__, reverse=direction == "desc")
    if after := body.get("search_after"):
        numbers = [one for one in numbers if _is_behind(keys[one], after, order)]
    fields = body.get("docvalue_fields", [])
    return [
        {
            "sort": keys[number],
            "fields": {field: _sorted(documents.value(number, field)) for field in fields},
        }
        for number in numbers[: body["size"]]
    ]


def _is_behind(key: list[Any], after: list[Any], order: list[tuple[str, str]]) -> bool:
    for mine, last, (_, direction) in zip(key, after, order, strict=True):
        if mine != last:
            return bool(mine < last) if direction == "desc" else bool(mine > last)
    return False


def _sorted(value: Any) -> list[Any]:
    return sorted(set(value)) if isinstance(value, list) else [value]


def error(status: int, kind: str) -> Json:
    """Return an error as the API tells it."""
    return {"status": status, "error": {"type": kind, "reason": kind}}
