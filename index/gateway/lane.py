"""`/_gateway/route`: answers nginx, in front of Django's handler; what may be pulled is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.changes import stamp
from accounts.lane import PLAIN, Answer, client_address, header, is_secret_of_gateway
from accounts.memory import Memory, keyed_digest
from index.errors import IndexRefusal
from index.gateway.paths import RegistryRequest, parse_request
from index.gateway.refusals import as_client_wants_it, scope_of
from index.gateway.responses import route_refused, route_to
from index.gateway.routing import Caller, find_route, identify
from index.pull_limits import PullAllowance, count_pull, may_be_counted

_memory: Memory[Answer] = Memory()
_callers: Memory[Caller] = Memory()


def answer(environ: Mapping[str, Any]) -> Answer:
    """Answer 204 and a registry's name, or 403 and what nginx is to say. nginx alone may ask."""
    if not is_secret_of_gateway(environ.get("HTTP_X_WAYBILL_ROUTE", "")):
        return Answer("403 Forbidden", PLAIN, b"for the gateway only\n")
    method = environ.get("HTTP_X_ORIGINAL_METHOD", "")
    uri = environ.get("HTTP_X_ORIGINAL_URI", "")
    content_type = header(environ, "CONTENT_TYPE")
    authorization = header(environ, "HTTP_AUTHORIZATION")
    key = keyed_digest(method, uri, content_type, authorization)
    known = _memory.get(key)
    if known:
        return known
    try:
        request = parse_request(method, uri, content_type)
        return _decide(request, authorization, key, client_address(environ))
    except IndexRefusal as refusal:
        return route_refused(as_client_wants_it(refusal, method))


def forget() -> None:
    """Drop what is remembered."""
    _memory.forget()
    _callers.forget()


def _decide(request: RegistryRequest, authorization: str, key: bytes, address: str) -> Answer:
    since = stamp.read()
    caller = _identify(authorization, scope=scope_of(request), since=since)
    route = find_route(request, caller, address=address)
    allowance: PullAllowance | None = None
    is_lasting = request.is_read
    if request.reference and request.is_read and may_be_counted(caller.principal):
        is_lasting = False  # it depends on the address, and what is counted must be asked each time
        allowance = count_pull(caller.principal, address, is_head=request.method == "HEAD")
    found = route_to(route, allowance, may_be_kept=is_lasting)
    if is_lasting:
        until = min(caller.until, route.until) if route.until else caller.until
        _memory.keep(key, found, since=since, until=until)
    return found


def _identify(authorization: str, *, scope: str, since: bytes) -> Caller:
    """Return who holds the token; checking a signature is most of the price of a decision."""
    key = keyed_digest(authorization)
    caller = _callers.get(key)
    if caller is None:
        caller = identify(authorization, scope=scope)
        _callers.keep(key, caller, since=since, until=caller.until)
    return caller
