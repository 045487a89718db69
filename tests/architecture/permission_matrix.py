"""Every door, method and person, and the status: asked of the real views, written down as a table.

`permission_matrix.txt` is the table that was reviewed. After a change that is meant, write it anew
with `WAYBILL_WRITE_MATRIX=1 ./dev test -- -k permission_matrix` and read the difference line by
line: it is what the change opens or closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tests.clients import basic
from tests.conftest import World
from tests.factories import SERVICE

TABLE = Path(__file__).with_suffix(".txt")
PEOPLE = ("anonymous", "dave", "newt", "bob", "rita", "mia", "olga", "root")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
BASIC_DOORS = ("token", "\\Av1", "\\A(?:v1")

# One address of each door; acme/app is private: rita reads, mia writes, olga owns.
ADDRESSES = {
    "healthz": "/healthz",
    "readyz": "/readyz",
    "token": f"/token?service={SERVICE}",
    "token/": f"/token/?service={SERVICE}",
    ".well-known/jwks.json": "/.well-known/jwks.json",
    "v2": "/v2",
    "v2/": "/v2/",
    "_gateway/route": "/_gateway/route",
    "events/<slug:registry_name>": "/events/east",
    r"\A(?:v1/)?_ping/?\Z": "/v1/_ping",
    r"\Av1/users/?\Z": "/v1/users/",
    r"\Av1/users/(?P<username>[^/]+)/?\Z": "/v1/users/olga/",
    r"\Av1/repositories/(?P<name>.+?)/images/?\Z": "/v1/repositories/acme/app/images",
    r"\Av1/repositories/(?P<name>.+?)/auth/?\Z": "/v1/repositories/acme/app/auth",
    r"\Av1/repositories/(?P<name>.+?)/layer/(?P<image_id>[^/]+)/access/?\Z": (
        f"/v1/repositories/acme/app/layer/{'a' * 64}/access"
    ),
    r"\Av1/repositories/(?P<name>.+?)/?\Z": "/v1/repositories/acme/app/",
    r"\Av1/search/?\Z": "/v1/search?q=app",
    "search": "/search?q=app",
    "accounts/login/": "/accounts/login/",
    "accounts/signup/": "/accounts/signup/",
    "accounts/logout/": "/accounts/logout/",
    "accounts/inactive/": "/accounts/inactive/",
    "accounts/reauthenticate/": "/accounts/reauthenticate/",
    "accounts/email/": "/accounts/email/",
    "accounts/confirm-email/": "/accounts/confirm-email/",
    "accounts/password/change/": "/accounts/password/change/",
    "accounts/password/set/": "/accounts/password/set/",
    "accounts/password/reset/": "/accounts/password/reset/",
    "accounts/login/code/confirm/": "/accounts/login/code/confirm/",
    "accounts/password/reset/key/done/": "/accounts/password/reset/key/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "/accounts/password/reset/key/1-x/"
    ),
    "accounts/password/reset/done/": "/accounts/password/reset/done/",
    "api/docs": "/api/docs",
    "api/v1/openapi.json": "/api/v1/openapi.json",
    "api/v1/user": "/api/v1/user",
    "setup/<str:token>": "/setup/forged",
    "dev/mail": "/dev/mail",
    "dev/mail/<str:name>": "/dev/mail/nothing",
    "": "/",
    "explore": "/explore",
    "help": "/help",
    "theme": "/theme",
    "new": "/new",
    "settings/namespace": "/settings/namespace",
    "u/<str:name>": "/u/alice",
    "o/<str:name>": "/o/acme",
    "r/<path:name>/-/tags": "/r/acme/app/-/tags",
    "r/<path:name>/-/star": "/r/acme/app/-/star",
    "r/<path:name>/-/unstar": "/r/acme/app/-/unstar",
    "r/<path:name>/-/settings": "/r/acme/app/-/settings",
    "r/<path:name>/-/settings/description": "/r/acme/app/-/settings/description",
    "r/<path:name>/-/settings/visibility": "/r/acme/app/-/settings/visibility",
    "r/<path:name>/-/settings/grants": "/r/acme/app/-/settings/grants",
    "r/<path:name>/-/settings/grants/<int:grant_id>/delete": (
        "/r/acme/app/-/settings/grants/{grant}/delete"
    ),
    "r/<path:name>/-/settings/publishers": "/r/acme/app/-/settings/publishers",
    "r/<path:name>/-/settings/publishers/<int:publisher_id>/delete": (
        "/r/acme/app/-/settings/publishers/1/delete"
    ),
    "robots/<int:robot_id>/publishers": "/robots/1/publishers",
    "robots/<int:robot_id>/publishers/<int:publisher_id>/delete": "/robots/1/publishers/1/delete",
    "api/v1/repositories/<path:name>/-/publishers": "/api/v1/repositories/acme/app/-/publishers",
    "api/v1/repositories/<path:name>/-/publishers/<int:publisher_id>": (
        "/api/v1/repositories/acme/app/-/publishers/1"
    ),
    "api/v1/robots/<int:robot_id>/publishers": "/api/v1/robots/1/publishers",
    "api/v1/robots/<int:robot_id>/publishers/<int:publisher_id>": (
        "/api/v1/robots/1/publishers/1"
    ),
    "r/<path:name>/-/delete": "/r/acme/app/-/delete",
    "r/<path:name>": "/r/acme/app",
    "<reference:reference>": "/acme/app:latest",
}


def doors(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield the pattern of every door that is mounted."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


class Undo(Exception):
    """Takes back what a request changed."""


@dataclass(frozen=True)
class Visitor:
    """Someone of the cast, logged in wherever one can be."""

    username: str
    session: str

    def client_for(self, door: str) -> Client:
        """Return a client as this visitor: Basic at the protocol doors, a session at the pages."""
        client = Client(raise_request_exception=False)
        if self.username and door.startswith(BASIC_DOORS):
            client.defaults["HTTP_AUTHORIZATION"] = basic(self.username)
        elif self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return client


def fill_in(address: str, world: World) -> str:
    """Return the address with the ids of this world's things in it."""
    return address.format(grant=world.app.grants.order_by("pk").values_list("pk", flat=True)[0])


def visit(person: User | None) -> Visitor:
    """Log someone in once, for all requests."""
    if person is None:
        return Visitor("", "")
    client = Client()
    client.force_login(person)
    return Visitor(person.username, client.cookies[settings.SESSION_COOKIE_NAME].value)


def status_of(door: str, method: str, visitor: Visitor, path: str) -> int:
    """Ask, take back whatever changed, return the status."""
    cache.clear()  # no limit of one request is another's
    status = 0
    try:
        with transaction.atomic():
            status = visitor.client_for(door).generic(method, path).status_code
            raise Undo
    except Undo:
        return status


def make_table(world: World) -> str:
    """Return the table: a line per door and method that is not refused as such to everyone."""
    visitors = [visit(world.person(who)) for who in PEOPLE]
    lines = [f"{'':<58} {'':<7}" + "".join(f"{person:>10}" for person in PEOPLE)]
    for door in sorted(set(doors()), key=lambda door: ADDRESSES.get(door, door)):
        path = fill_in(ADDRESSES[door], world)
        shown = ADDRESSES[door].partition("?")[0].replace("a" * 64, "ID")
        for method in METHODS:
            answers = [status_of(door, method, visitor, path) for visitor in visitors]
            if set(answers) != {405}:
                lines.append(f"{shown:<58} {method:<7}" + "".join(f"{a:>10}" for a in answers))
    return "\n".join(line.rstrip() for line in lines) + "\n"
