"""Ask every page of an index with so many repositories, and print the times as JSON: `python -m bench.pages_run N`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import django

from bench.search_run import percentile

_WARM = 3
_OK = 200


def measure(rows: int, *, times: int, only: str) -> list[dict[str, Any]]:
    """Fill, unless that was done before; ask each page in turn."""
    from bench import pages_data, search_data
    from search.rebuild import rebuild_index

    if not _is_filled():
        _say(f"filling with {rows:,} repositories")
        search_data.fill(rows)
        pages_data.fill()
        rebuild_index()
        search_data.tidy()
    cookies = {who: _log_in(who) for who in ("", pages_data.PERSON, pages_data.CHIEF)}
    names = only.split(",")
    found = []
    for name, who, path in pages_data.pages():
        if not only or name in names:
            found.append({"name": name, "path": path} | _ask(path, cookies[who], times))
    return found


def _is_filled() -> bool:
    from accounts.models import User
    from bench.pages_data import PERSON

    return User.objects.filter(username=PERSON).exists()


def _log_in(name: str) -> str:
    """Return the cookie of somebody who has just proven who is there, twice; "" for a stranger."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    if not name:
        return ""
    client = Client()
    client.force_login(User.objects.get(username=name))
    session = client.session
    proven = {"at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [
        proven | {"method": "password"},
        proven | {"method": "mfa", "type": "totp"},
    ]
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _ask(path: str, cookie: str, times: int) -> dict[str, Any]:
    """Return status, bytes, queries, the milliseconds until the first byte, and those that the process worked."""
    from config.wsgi import application

    took: list[float] = []
    worked: list[float] = []
    queries, answer = 0, (0, 0)
    for number in range(_WARM + times):
        with _counted() if number == _WARM - 1 else nullcontext([queries]) as counter:
            begun, working = time.perf_counter(), time.process_time()
            answer, first = _request(application, path, cookie, begun)
        queries = counter[0]
        if number >= _WARM:
            took.append(first * 1e3)
            worked.append((time.process_time() - working) * 1e3)
    took.sort()
    worked.sort()
    return {
        "status": answer[0],
        "bytes": answer[1],
        "queries": queries,
        "p50": percentile(took, 50),
        "p95": percentile(took, 95),
        "cpu95": percentile(worked, 95),
    }


def _request(
    application: Any, path: str, cookie: str, begun: float
) -> tuple[tuple[int, int], float]:
    """Return status and length, and the seconds until the first part of the body was there."""
    status = [0]

    def start_response(line: str, headers: list[tuple[str, str]], *_: Any) -> None:
        status[0] = int(line.split()[0])

    answer = application(_environ(path, cookie), start_response)
    body = iter(answer)
    first = next(body, b"")
    seconds = time.perf_counter() - begun
    length = len(first) + sum(map(len, body))
    if hasattr(answer, "close"):
        answer.close()  # as the server does, which the collector of garbage waits for
    return (status[0], length), seconds


def _environ(path: str, cookie: str) -> dict[str, Any]:
    from config.style_sheet import COOKIE, style_sheet

    way, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote(way),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:9",
        "HTTP_COOKIE": f"{cookie}; {COOKIE}={style_sheet().version}",  # not the first page of a visit
        "HTTP_ACCEPT_ENCODING": "gzip",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count the statements meanwhile: of Django, and those that are written by hand."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counter = [0]
    with CaptureQueriesContext(connection) as captured:
        yield counter
    counter[0] = len(captured)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--times", type=int, default=40, help="that each page is asked")
    parser.add_argument("--only", default="", help="names of pages, with commas between")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tokenauth.signing.keys import signing_keys

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if not settings.KEYS_DIR.exists():
        signing_keys.create(settings.PUBLIC_HOST)
    print(json.dumps(measure(chosen.rows, times=chosen.times, only=chosen.only)))


if __name__ == "__main__":
    main()
