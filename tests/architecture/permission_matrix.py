"""Every door, method and person, and the status: asked of the real views, written down as a table.

`permissions/` holds the tables that were reviewed. After a change that is meant, write it anew
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
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from config.last_resort import ReadOnly
from config.last_resort_models import last_resort
from tests.architecture.furniture import fill_in
from tests.clients import basic, confirm
from tests.conftest import World
from tests.factories import SERVICE

TABLES = Path(__file__).parent / "permissions"
AREAS = {
    "api": {"api"},
    "organizations": {"o", "organizations", "invites", "invitations", "robots"},
    "people": {"accounts", "settings"},
    "others": set[str](),
}
PEOPLE = ("anonymous", "dave", "newt", "bob", "rita", "mia", "olga", "root")
# HEAD opens what GET does: test_a_head_opens_no_more asks strangers alone.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NO_SUCH_METHOD = 405
BASIC_DOORS = ("token", "\\Av1", "\\A(?:v1")

# The last resort shows to nobody but who showed a second factor: here it sends everybody on.
LAST_RESORT = {
    f"admin/{model._meta.app_label}/{model._meta.model_name}/{door}": (
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/{address}"
    )
    for model, shown in last_resort._registry.items()
    for door, address in (
        ("", ""),
        ("<path:object_id>/change/", "1/change/"),
        *(
            (("<path:object_id>/delete/", "1/delete/"),)
            if isinstance(shown, ReadOnly) and shown.is_deletable
            else ()
        ),
    )
}

# One address of each door; acme/app is private: rita reads, mia writes, olga owns.
ADDRESSES = {
    "r/<repository:name>/-/promote": "/r/acme/app/-/promote",
    "r/<repository:name>/-/promotions": "/r/acme/app/-/promotions",
    **{
        f"{door}/-/promotions/<int:number>{step}": f"{address}/-/promotions/{{promotion}}{step}"
        for door, address in (
            ("r/<repository:name>", "/r/acme/app"),
            ("api/v1/repositories/<repository:name>", "/api/v1/repositories/acme/app"),
        )
        for step in ("", "/approve", "/refuse", "/retry", "/drop")
    },
    "api/v1/repositories/<repository:name>/-/promotions": (
        "/api/v1/repositories/acme/app/-/promotions"
    ),
    "api/v1/repositories/<repository:name>/-/promotions/preview": (
        "/api/v1/repositories/acme/app/-/promotions/preview?image=latest&target=acme/app"
    ),
    "_design/": "/_design/",
    "_design/question": "/_design/question",
    "settings/appearance": "/settings/appearance",
    "trash": "/trash",
    "trash/<int:deletion_id>/restore": "/trash/{deletion}/restore",
    "trash/<int:deletion_id>/purge": "/trash/{deletion}/purge",
    "manage/trash": "/manage/trash",
    "r/<repository:name>/-/delete-tags": "/r/acme/app/-/delete-tags",
    "r/<repository:name>/-/deleted-tags": "/r/acme/app/-/deleted-tags",
    "r/<repository:name>/-/deleted-tags/<int:deletion_id>/restore": (
        "/r/acme/app/-/deleted-tags/{tag_deletion}/restore"
    ),
    "r/<repository:name>/-/settings/retention": "/r/acme/app/-/settings/retention",
    "r/<repository:name>/-/settings/retention/<int:rule_id>/delete": (
        "/r/acme/app/-/settings/retention/{retention_rule}/delete"
    ),
    "r/<repository:name>/-/deleted-tags/<int:deletion_id>/undo": (
        "/r/acme/app/-/deleted-tags/{tag_deletion}/undo"
    ),
    "api/v1/repositories/<repository:name>/-/deleted-tags": (
        "/api/v1/repositories/acme/app/-/deleted-tags"
    ),
    "api/v1/repositories/<repository:name>/-/deleted-tags/<int:deletion_id>/restore": (
        "/api/v1/repositories/acme/app/-/deleted-tags/{tag_deletion}/restore"
    ),
    "api/v1/repositories/<repository:name>/-/retention-rules": (
        "/api/v1/repositories/acme/app/-/retention-rules"
    ),
    "api/v1/repositories/<repository:name>/-/retention-rules/dry-run": (
        "/api/v1/repositories/acme/app/-/retention-rules/dry-run"
    ),
    "api/v1/repositories/<repository:name>/-/retention-rules/<int:rule_id>": (
        "/api/v1/repositories/acme/app/-/retention-rules/{retention_rule}"
    ),
    "api/v1/trash": "/api/v1/trash",
    "api/v1/trash/<int:deletion_id>/restore": "/api/v1/trash/{deletion}/restore",
    "api/v1/trash/<int:deletion_id>/purge": "/api/v1/trash/{deletion}/purge",
    "api/v1/repositories/<repository:name>/-/deletion": "/api/v1/repositories/acme/app/-/deletion",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "token": f"/token?service={SERVICE}",
    "token/": f"/token/?service={SERVICE}",
    ".well-known/jwks.json": "/.well-known/jwks.json",
    "v2": "/v2",
    "v2/": "/v2/",
    "v2/_catalog": "/v2/_catalog",
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
    "search/suggestions": "/search/suggestions?q=app",
    "search/elsewhere": "/search/elsewhere?q=app",
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
    "accounts/sso/login": "/accounts/sso/login",
    "accounts/sso/callback": "/accounts/sso/callback",
    "accounts/sso/cancelled": "/accounts/sso/cancelled",
    "accounts/sso/name": "/accounts/sso/name",
    "settings/connections": "/settings/connections",
    "settings/connections/connect": "/settings/connections/connect",
    "settings/connections/<int:account_id>/disconnect": "/settings/connections/{connection}/disconnect",
    "api/docs": "/api/docs",
    "api/v1/openapi.json": "/api/v1/openapi.json",
    "api/v1/user": "/api/v1/user",
    "api/v1/repositories": "/api/v1/repositories",
    "api/v1/search": "/api/v1/search?q=app&facets=true",
    "api/v1/search/suggestions": "/api/v1/search/suggestions?q=app",
    "api/v1/search/elsewhere": "/api/v1/search/elsewhere?q=app",
    "api/v1/repositories/<repository:name>": "/api/v1/repositories/acme/app",
    "api/v1/repositories/<repository:name>/-/rename": "/api/v1/repositories/acme/app/-/rename",
    "api/v1/repositories/<repository:name>/-/transfer": "/api/v1/repositories/acme/app/-/transfer",
    "api/v1/transfers": "/api/v1/transfers",
    "api/v1/transfers/<int:transfer_id>/take": "/api/v1/transfers/{transfer}/take",
    "api/v1/transfers/<int:transfer_id>/decline": "/api/v1/transfers/{transfer}/decline",
    "api/v1/repositories/<repository:name>/-/star": "/api/v1/repositories/acme/app/-/star",
    "api/v1/repositories/<repository:name>/-/watch": "/api/v1/repositories/acme/app/-/watch",
    "api/v1/user/starred": "/api/v1/user/starred",
    "api/v1/user/watching": "/api/v1/user/watching",
    "r/<repository:name>/-/settings/topics": "/r/acme/app/-/settings/topics",
    "r/<repository:name>/-/rename": "/r/acme/app/-/rename",
    "r/<repository:name>/-/transfer": "/r/acme/app/-/transfer",
    "r/<repository:name>/-/transfer/withdraw": "/r/acme/app/-/transfer/withdraw",
    "settings/transfers": "/settings/transfers",
    "settings/transfers/<int:transfer_id>/take": "/settings/transfers/{transfer}/take",
    "settings/transfers/<int:transfer_id>/decline": "/settings/transfers/{transfer}/decline",
    "r/<repository:name>/-/watch": "/r/acme/app/-/watch",
    "r/<repository:name>/-/unwatch": "/r/acme/app/-/unwatch",
    "settings/watching": "/settings/watching",
    "api/v1/repositories/<repository:name>/-/grants": "/api/v1/repositories/acme/app/-/grants",
    "api/v1/repositories/<repository:name>/-/grants/<slug:kind>/<str:grantee>": (
        "/api/v1/repositories/acme/app/-/grants/users/bobby"
    ),
    "api/v1/repositories/<repository:name>/-/access": "/api/v1/repositories/acme/app/-/access",
    "api/v1/repositories/<repository:name>/-/access/why": (
        "/api/v1/repositories/acme/app/-/access/why?name=mila"
    ),
    "api/v1/repositories/<repository:name>/-/access-requests": (
        "/api/v1/repositories/acme/app/-/access-requests"
    ),
    "api/v1/repositories/<repository:name>/-/access-requests/<int:request_id>/grant": (
        "/api/v1/repositories/acme/app/-/access-requests/{request}/grant"
    ),
    "api/v1/repositories/<repository:name>/-/access-requests/<int:request_id>/decline": (
        "/api/v1/repositories/acme/app/-/access-requests/{request}/decline"
    ),
    "api/v1/access-requests": "/api/v1/access-requests",
    "api/v1/organizations/<str:organization>/access": "/api/v1/organizations/acme/access",
    "api/v1/organizations/<str:organization>/default-grants": (
        "/api/v1/organizations/acme/default-grants"
    ),
    "api/v1/organizations/<str:organization>/default-grants/<slug:kind>/<str:grantee>": (
        "/api/v1/organizations/acme/default-grants/teams/devs"
    ),
    "settings/explain": "/settings/explain?repository=acme/app",
    "settings/explain/<repository:name>": "/settings/explain/acme/app",
    "r/<repository:name>/-/access/explain": "/r/acme/app/-/access/explain?who=mila",
    "r/<repository:name>/-/denials": "/r/acme/app/-/denials",
    "o/<str:name>/-/denials": "/o/acme/-/denials",
    "api/v1/explain": "/api/v1/explain?repository=acme/app",
    "api/v1/repositories/<repository:name>/-/denials": "/api/v1/repositories/acme/app/-/denials",
    "api/v1/organizations/<str:organization>/denials": "/api/v1/organizations/acme/denials",
    "r/<repository:name>/-/webhooks": "/r/acme/app/-/webhooks",
    "r/<repository:name>/-/webhooks/new": "/r/acme/app/-/webhooks/new",
    "r/<repository:name>/-/activity": "/r/acme/app/-/activity",
    "r/<repository:name>/-/statistics": "/r/acme/app/-/statistics",
    "badge/<repository:name>/<badge:kind>.svg": "/badge/acme/app/pulls.svg",
    "api/v1/repositories/<repository:name>/-/statistics": "/api/v1/repositories/acme/app/-/statistics",
    "r/<repository:name>/-/activity.atom": "/r/acme/app/-/activity.atom",
    "r/<repository:name>/-/audit": "/r/acme/app/-/audit",
    "o/<str:name>/-/webhooks": "/o/acme/-/webhooks",
    "o/<str:name>/-/webhooks/new": "/o/acme/-/webhooks/new",
    "o/<str:name>/-/activity": "/o/acme/-/activity",
    "o/<str:name>/-/audit.jsonl": "/o/acme/-/audit.jsonl",
    "settings/webhooks": "/settings/webhooks",
    "settings/webhooks/new": "/settings/webhooks/new",
    "settings/mails": "/settings/mails",
    "unsubscribe/<str:token>": "/unsubscribe/forged",
    "activity": "/activity",
    "webhooks/<int:webhook_id>": "/webhooks/{webhook}",
    "webhooks/<int:webhook_id>/change": "/webhooks/{webhook}/change",
    "webhooks/<int:webhook_id>/secret": "/webhooks/{webhook}/secret",
    "webhooks/<int:webhook_id>/pause": "/webhooks/{webhook}/pause",
    "webhooks/<int:webhook_id>/resume": "/webhooks/{webhook}/resume",
    "webhooks/<int:webhook_id>/test": "/webhooks/{webhook}/test",
    "webhooks/<int:webhook_id>/delete": "/webhooks/{webhook}/delete",
    "webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>": "/webhooks/{webhook}/deliveries/{delivery}",
    "webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>/replay": "/webhooks/{webhook}/deliveries/{delivery}/replay",
    "api/v1/webhooks/<int:webhook_id>": "/api/v1/webhooks/{webhook}",
    "api/v1/webhooks/<int:webhook_id>/secret": "/api/v1/webhooks/{webhook}/secret",
    "api/v1/webhooks/<int:webhook_id>/pause": "/api/v1/webhooks/{webhook}/pause",
    "api/v1/webhooks/<int:webhook_id>/resume": "/api/v1/webhooks/{webhook}/resume",
    "api/v1/webhooks/<int:webhook_id>/test": "/api/v1/webhooks/{webhook}/test",
    "api/v1/webhooks/<int:webhook_id>/deliveries": "/api/v1/webhooks/{webhook}/deliveries",
    "api/v1/webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>": "/api/v1/webhooks/{webhook}/deliveries/{delivery}",
    "api/v1/webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>/replay": "/api/v1/webhooks/{webhook}/deliveries/{delivery}/replay",
    "api/v1/repositories/<repository:name>/-/webhooks": "/api/v1/repositories/acme/app/-/webhooks",
    "api/v1/repositories/<repository:name>/-/activity": "/api/v1/repositories/acme/app/-/activity",
    "api/v1/repositories/<repository:name>/-/audit": "/api/v1/repositories/acme/app/-/audit",
    "api/v1/organizations/<str:name>/webhooks": "/api/v1/organizations/acme/webhooks",
    "api/v1/namespaces/<str:name>/activity": "/api/v1/namespaces/acme/activity",
    "api/v1/user/webhooks": "/api/v1/user/webhooks",
    "api/v1/user/activity": "/api/v1/user/activity",
    "api/v1/user/mails": "/api/v1/user/mails",
    "manage/audit": "/manage/audit",
    "manage/audit/export/<slug:kind>": "/manage/audit/export/csv",
    "api/v1/manage/audit": "/api/v1/manage/audit",
    "api/v1/manage/audit/export/<slug:kind>": "/api/v1/manage/audit/export/csv",
    "settings/requests": "/settings/requests",
    "settings/requests/new": "/settings/requests/new",
    "o/<str:name>/-/access": "/o/acme/-/access",
    "o/<str:name>/-/access/export/<slug:kind>": "/o/acme/-/access/export/csv",
    "o/<str:name>/-/access/confirm": "/o/acme/-/access/confirm",
    "o/<str:name>/-/defaults": "/o/acme/-/defaults",
    "o/<str:name>/-/defaults/add": "/o/acme/-/defaults/add",
    "o/<str:name>/-/defaults/<int:default_id>/delete": "/o/acme/-/defaults/{default}/delete",
    "manage/registries": "/manage/registries",
    "manage/registries/-/add": "/manage/registries/-/add",
    "manage/registries/<slug:name>": "/manage/registries/east",
    "manage/registries/<slug:name>/change": "/manage/registries/east/change",
    "manage/registries/<slug:name>/configuration": "/manage/registries/east/configuration",
    "manage/registries/<slug:name>/secret": "/manage/registries/east/secret",
    "manage/registries/<slug:name>/secret/end": "/manage/registries/east/secret/end",
    "manage/registries/<slug:name>/drain": "/manage/registries/east/drain",
    "manage/registries/<slug:name>/use": "/manage/registries/east/use",
    "manage/registries/<slug:name>/retire": "/manage/registries/east/retire",
    "manage/registries/<slug:name>/check": "/manage/registries/east/check",
    "manage/registries/<slug:name>/collect": "/manage/registries/east/collect",
    "manage/registries/<slug:name>/schedule": "/manage/registries/east/schedule",
    "manage/placement": "/manage/placement",
    "manage/placement/rules": "/manage/placement/rules",
    "manage/placement/rules/<int:rule_id>/remove": "/manage/placement/rules/{rule}/remove",
    "manage/placement/pools": "/manage/placement/pools",
    "manage/placement/pools/<slug:name>/change": "/manage/placement/pools/bulk/change",
    "manage/placement/pools/<slug:name>/delete": "/manage/placement/pools/bulk/delete",
    "manage/map": "/manage/map",
    "manage/moves": "/manage/moves",
    "manage/moves/add": "/manage/moves/add",
    "manage/moves/all": "/manage/moves/all",
    "manage/moves/<int:number>/cancel": "/manage/moves/{move}/cancel",
    "manage/moves/<int:number>/retry": "/manage/moves/{move}/retry",
    "manage/moves/<int:number>/end-copy": "/manage/moves/{move}/end-copy",
    "api/v1/moves": "/api/v1/moves",
    "api/v1/moves/<int:number>": "/api/v1/moves/{move}",
    "api/v1/moves/<int:number>/cancel": "/api/v1/moves/{move}/cancel",
    "api/v1/moves/<int:number>/retry": "/api/v1/moves/{move}/retry",
    "api/v1/moves/<int:number>/end-copy": "/api/v1/moves/{move}/end-copy",
    "api/v1/registries/<slug:name>/moves": "/api/v1/registries/east/moves",
    "api/v1/registries": "/api/v1/registries",
    "api/v1/registries/<slug:name>": "/api/v1/registries/east",
    "api/v1/registries/<slug:name>/secret": "/api/v1/registries/east/secret",
    "api/v1/registries/<slug:name>/drain": "/api/v1/registries/east/drain",
    "api/v1/registries/<slug:name>/use": "/api/v1/registries/east/use",
    "api/v1/registries/<slug:name>/retire": "/api/v1/registries/east/retire",
    "api/v1/registries/<slug:name>/checks": "/api/v1/registries/east/checks",
    "api/v1/registries/<slug:name>/configuration": "/api/v1/registries/east/configuration",
    "api/v1/registries/<slug:name>/collections": "/api/v1/registries/east/collections",
    "api/v1/registries/<slug:name>/collection/schedule": (
        "/api/v1/registries/east/collection/schedule"
    ),
    "api/v1/registries/<slug:name>/collection/begin": "/api/v1/registries/east/collection/begin",
    "api/v1/registries/<slug:name>/collection/renew": "/api/v1/registries/east/collection/renew",
    "api/v1/registries/<slug:name>/collection/finish": "/api/v1/registries/east/collection/finish",
    "api/v1/placement/rules": "/api/v1/placement/rules",
    "api/v1/placement/rules/<int:rule_id>": "/api/v1/placement/rules/{rule}",
    "api/v1/placement/pools": "/api/v1/placement/pools",
    "api/v1/placement/pools/<slug:name>": "/api/v1/placement/pools/bulk",
    "api/v1/placement/where": "/api/v1/placement/where?name=acme/new",
    "r/<repository:name>/-/access": "/r/acme/app/-/access",
    "r/<repository:name>/-/access/export/<slug:kind>": "/r/acme/app/-/access/export/csv",
    "r/<repository:name>/-/access/confirm": "/r/acme/app/-/access/confirm",
    "r/<repository:name>/-/access/requests/<int:request_id>/grant": (
        "/r/acme/app/-/access/requests/{request}/grant"
    ),
    "r/<repository:name>/-/access/requests/<int:request_id>/decline": (
        "/r/acme/app/-/access/requests/{request}/decline"
    ),
    "r/<repository:name>/-/secrets": "/r/acme/app/-/secrets",
    "r/<repository:name>/-/secrets/<slug:secret>/dismiss": "/r/acme/app/-/secrets/{secret}/dismiss",
    "r/<repository:name>/-/secrets/<slug:secret>/reopen": "/r/acme/app/-/secrets/{secret}/reopen",
    "api/v1/repositories/<repository:name>/-/secrets": "/api/v1/repositories/acme/app/-/secrets",
    "api/v1/repositories/<repository:name>/-/secrets/<slug:secret>/dismiss": "/api/v1/repositories/acme/app/-/secrets/{secret}/dismiss",
    "api/v1/repositories/<repository:name>/-/secrets/<slug:secret>/reopen": "/api/v1/repositories/acme/app/-/secrets/{secret}/reopen",
    "api/v1/namespaces/<str:name>/settings": "/api/v1/namespaces/acme/settings",
    "manage/marks": "/manage/marks",
    "manage/marks/verify": "/manage/marks/verify",
    "manage/marks/<str:name>/withdraw": "/manage/marks/acme/withdraw",
    "api/v1/manage/verified-namespaces": "/api/v1/manage/verified-namespaces",
    "api/v1/manage/verified-namespaces/<str:name>": "/api/v1/manage/verified-namespaces/acme",
    "manage/registries/<slug:name>/differences": "/manage/registries/east/differences",
    "manage/registries/<slug:name>/differences/walk": "/manage/registries/east/differences/walk",
    "manage/registries/<slug:name>/differences/decide": "/manage/registries/east/differences/decide",
    "manage/registries/<slug:name>/differences/organizations": "/manage/registries/east/differences/organizations",
    "manage/registries/<slug:name>/differences/rules": "/manage/registries/east/differences/rules",
    "manage/registries/<slug:name>/differences/rules/<int:rule_id>/remove": "/manage/registries/east/differences/rules/{accept_rule}/remove",
    "api/v1/registries/<slug:name>/reconciliations": "/api/v1/registries/east/reconciliations",
    "api/v1/registries/<slug:name>/differences": "/api/v1/registries/east/differences",
    "api/v1/registries/<slug:name>/differences/accept": "/api/v1/registries/east/differences/accept",
    "api/v1/registries/<slug:name>/differences/ignore": "/api/v1/registries/east/differences/ignore",
    "api/v1/registries/<slug:name>/differences/missing-namespaces": "/api/v1/registries/east/differences/missing-namespaces",
    "api/v1/registries/<slug:name>/accept-rules": "/api/v1/registries/east/accept-rules",
    "api/v1/registries/<slug:name>/accept-rules/<int:rule_id>": "/api/v1/registries/east/accept-rules/{accept_rule}",
    "manage/plans": "/manage/plans",
    "manage/plans/new": "/manage/plans/new",
    "manage/plans/assign": "/manage/plans/assign",
    "manage/plans/<int:plan_id>": "/manage/plans/{plan}",
    "manage/plans/<int:plan_id>/change": "/manage/plans/{plan}/change",
    "manage/plans/<int:plan_id>/default": "/manage/plans/{plan}/default",
    "manage/plans/<int:plan_id>/delete": "/manage/plans/{plan}/delete",
    "api/v1/plans": "/api/v1/plans",
    "api/v1/plans/<int:plan_id>": "/api/v1/plans/{plan}",
    "api/v1/namespaces/<str:name>/plan": "/api/v1/namespaces/acme/plan",
    "api/v1/organizations/<str:name>/rename": "/api/v1/organizations/acme/rename",
    "accounts/2fa/": "/accounts/2fa/",
    "accounts/2fa/authenticate/": "/accounts/2fa/authenticate/",
    "accounts/2fa/reauthenticate/": "/accounts/2fa/reauthenticate/",
    "accounts/2fa/trust/": "/accounts/2fa/trust/",
    "accounts/2fa/totp/activate/": "/accounts/2fa/totp/activate/",
    "accounts/2fa/totp/deactivate/": "/accounts/2fa/totp/deactivate/",
    "accounts/2fa/recovery-codes/": "/accounts/2fa/recovery-codes/",
    "accounts/2fa/recovery-codes/generate/": "/accounts/2fa/recovery-codes/generate/",
    "accounts/2fa/recovery-codes/download/": "/accounts/2fa/recovery-codes/download/",
    "accounts/2fa/webauthn/": "/accounts/2fa/webauthn/",
    "accounts/2fa/webauthn/add/": "/accounts/2fa/webauthn/add/",
    "accounts/2fa/webauthn/reauthenticate/": "/accounts/2fa/webauthn/reauthenticate/",
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": "/accounts/2fa/webauthn/keys/1/remove/",
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": "/accounts/2fa/webauthn/keys/1/edit/",
    "accounts/2fa/webauthn/login/": "/accounts/2fa/webauthn/login/",
    "settings/profile": "/settings/profile",
    "settings/profile/picture": "/settings/profile/picture",
    "settings/profile/picture/remove": "/settings/profile/picture/remove",
    "settings/history": "/settings/history",
    "avatars/<slug:digest>": "/avatars/none",
    "settings/data": "/settings/data",
    "settings/data/export": "/settings/data/export",
    "settings/data/close": "/settings/data/close",
    "settings/sessions": "/settings/sessions",
    "settings/sessions/end-all": "/settings/sessions/end-all",
    "settings/sessions/<int:session_id>/end": "/settings/sessions/{session}/end",
    "settings/machines/<int:machine_id>/end": "/settings/machines/{machine}/end",
    "manage": "/manage",
    "manage/look": "/manage/look",
    "manage/people/<str:username>/log-out": "/manage/people/alice/log-out",
    "manage/people/<str:username>/verify": "/manage/people/newt/verify",
    "manage/organizations": "/manage/organizations",
    "manage/organizations/<str:name>": "/manage/organizations/acme",
    **{
        f"manage/organizations/<str:name>/{step}": f"/manage/organizations/acme/{step}"
        for step in ("freeze", "unfreeze", "owner")
    },
    "manage/announcements": "/manage/announcements",
    "manage/announcements/<int:announcement_id>": "/manage/announcements/{announcement}",
    "manage/announcements/<int:announcement_id>/end": "/manage/announcements/{announcement}/end",
    "announcements/<int:announcement_id>/dismiss": "/announcements/{announcement}/dismiss",
    "manage/settings": "/manage/settings",
    "manage/reports": "/manage/reports",
    "manage/reports/<int:report_id>": "/manage/reports/{report}",
    "manage/reports/<int:report_id>/decide": "/manage/reports/{report}/decide",
    "manage/reports/hidden/<int:hiding_id>/show": "/manage/reports/hidden/{hiding}/show",
    "r/<repository:name>/-/report": "/r/acme/app/-/report",
    "admin/": "/admin/",
    "admin/jsi18n/": "/admin/jsi18n/",
    "admin/^(?P<app_label>index|accounts|tokenauth|search)/$": "/admin/accounts/",
    **LAST_RESORT,
    "manage/people": "/manage/people",
    "manage/people/<str:username>": "/manage/people/alice",
    "manage/people/<str:username>/disable": "/manage/people/alice/disable",
    "manage/people/<str:username>/enable": "/manage/people/alice/enable",
    "manage/people/<str:username>/reset-second-factor": "/manage/people/alice/reset-second-factor",
    "manage/people/<str:username>/appoint": "/manage/people/alice/appoint",
    "manage/people/<str:username>/dismiss": "/manage/people/alice/dismiss",
    "api/v1/manage/people/<str:name>": "/api/v1/manage/people/alice",
    "api/v1/manage/people/<str:name>/log-out": "/api/v1/manage/people/alice/log-out",
    "api/v1/manage/people/<str:name>/verify": "/api/v1/manage/people/newt/verify",
    "api/v1/manage/organizations": "/api/v1/manage/organizations",
    "api/v1/manage/organizations/<str:name>": "/api/v1/manage/organizations/acme",
    **{
        f"api/v1/manage/organizations/<str:name>/{step}": f"/api/v1/manage/organizations/acme/{step}"
        for step in ("freeze", "unfreeze", "owner")
    },
    "api/v1/announcements": "/api/v1/announcements",
    "api/v1/manage/announcements": "/api/v1/manage/announcements",
    "api/v1/manage/announcements/<int:announcement_id>": (
        "/api/v1/manage/announcements/{announcement}"
    ),
    "api/v1/manage/standing": "/api/v1/manage/standing",
    "api/v1/manage/settings": "/api/v1/manage/settings",
    "api/v1/challenge": "/api/v1/challenge",
    "api/v1/repositories/<repository:name>/-/reports": "/api/v1/repositories/acme/app/-/reports",
    "api/v1/manage/reports": "/api/v1/manage/reports",
    "api/v1/manage/reports/<int:report_id>": "/api/v1/manage/reports/{report}",
    "api/v1/manage/reports/<int:report_id>/decide": "/api/v1/manage/reports/{report}/decide",
    "api/v1/manage/hidden-repositories": "/api/v1/manage/hidden-repositories",
    "api/v1/manage/hidden-repositories/<int:hiding_id>/show": (
        "/api/v1/manage/hidden-repositories/{hiding}/show"
    ),
    "api/v1/trash/organizations": "/api/v1/trash/organizations",
    "api/v1/trash/organizations/<int:ending_id>/reopen": (
        "/api/v1/trash/organizations/{ending}/reopen"
    ),
    "api/v1/repositories/<repository:name>/-/deleted-tags/<int:deletion_id>/undo": (
        "/api/v1/repositories/acme/app/-/deleted-tags/{tag_deletion}/undo"
    ),
    "api/v1/placement/map": "/api/v1/placement/map",
    "api/v1/user/tokens/revoke-all": "/api/v1/user/tokens/revoke-all",
    "api/v1/user/second-factors/app": "/api/v1/user/second-factors/app",
    "api/v1/user/second-factors/recovery-codes": "/api/v1/user/second-factors/recovery-codes",
    "api/v1/manage/people/<str:name>/appoint": "/api/v1/manage/people/alice/appoint",
    "api/v1/manage/people/<str:name>/dismiss": "/api/v1/manage/people/alice/dismiss",
    "manage/invitations": "/manage/invitations",
    "manage/invitations/<int:invitation_id>/revoke": "/manage/invitations/{site_invitation}/revoke",
    "api/v1/user/connections": "/api/v1/user/connections",
    "api/v1/user/connections/<int:account_id>": "/api/v1/user/connections/{connection}",
    "api/v1/user/history": "/api/v1/user/history",
    "api/v1/organizations/<str:name>/picture": "/api/v1/organizations/acme/picture",
    "api/v1/user/picture": "/api/v1/user/picture",
    "api/v1/user/password": "/api/v1/user/password",
    "api/v1/user/addresses": "/api/v1/user/addresses",
    "api/v1/user/addresses/verify": "/api/v1/user/addresses/verify",
    "api/v1/user/addresses/<int:address_id>": "/api/v1/user/addresses/0",
    "api/v1/user/addresses/<int:address_id>/primary": "/api/v1/user/addresses/0/primary",
    "api/v1/user/second-factors": "/api/v1/user/second-factors",
    "api/v1/user/second-factors/<int:factor_id>": "/api/v1/user/second-factors/0",
    "api/v1/users/<str:name>": "/api/v1/users/alice",
    "api/v1/signup": "/api/v1/signup",
    "api/v1/manage/people": "/api/v1/manage/people",
    "api/v1/manage/people/<str:name>/disable": "/api/v1/manage/people/alice/disable",
    "api/v1/manage/people/<str:name>/enable": "/api/v1/manage/people/alice/enable",
    "api/v1/manage/people/<str:name>/reset-second-factor": "/api/v1/manage/people/alice/reset-second-factor",
    "api/v1/manage/invitations": "/api/v1/manage/invitations",
    "api/v1/manage/invitations/<int:invitation_id>": "/api/v1/manage/invitations/{site_invitation}",
    "api/v1/user/sessions": "/api/v1/user/sessions",
    "api/v1/user/sessions/this": "/api/v1/user/sessions/this",
    "api/v1/user/sessions/<int:session_id>": "/api/v1/user/sessions/{session}",
    "api/v1/user/machines": "/api/v1/user/machines",
    "api/v1/user/machines/<int:machine_id>": "/api/v1/user/machines/{machine}",
    "api/v1/user/log-out-everywhere": "/api/v1/user/log-out-everywhere",
    "api/v1/user/export": "/api/v1/user/export",
    "api/v1/user/close": "/api/v1/user/close",
    "setup/<str:token>": "/setup/forged",
    "dev/mail": "/dev/mail",
    "dev/mail/<str:name>": "/dev/mail/nothing",
    "": "/",
    "explore": "/explore",
    "help": "/help",
    "docs": "/docs",
    "docs/": "/docs/?q=immutable",
    "docs/<slug:slug>": "/docs/errors",
    "docs/<slug:slug>/": "/docs/administration/",
    "docs/api": "/docs/api",
    "docs/api/": "/docs/api/",
    "docs/api/<slug:name>/": "/docs/api/webhooks/",
    "client": "/client",
    "theme": "/theme",
    "language": "/language",
    "new": "/new",
    "settings/namespace": "/settings/namespace",
    "accounts/device": "/accounts/device",
    "api/v1/command-line/logins": "/api/v1/command-line/logins",
    "api/v1/command-line/sessions": "/api/v1/command-line/sessions",
    "settings/tokens": "/settings/tokens",
    "settings/tokens/new": "/settings/tokens/new",
    "settings/tokens/revoke-all": "/settings/tokens/revoke-all",
    "settings/tokens/<int:token_id>/rotate": "/settings/tokens/{token}/rotate",
    "settings/tokens/<int:token_id>/revoke": "/settings/tokens/{token}/revoke",
    "settings/robots": "/settings/robots",
    "settings/robots/new": "/settings/robots/new",
    "o/<str:name>/-/robots": "/o/acme/-/robots",
    "o/<str:name>/-/robots/new": "/o/acme/-/robots/new",
    "robots/<str:name>": "/robots/{robot}",
    "robots/<str:name>/settings": "/robots/{robot}/settings",
    "robots/<str:name>/disable": "/robots/{robot}/disable",
    "robots/<str:name>/enable": "/robots/{robot}/enable",
    "robots/<str:name>/builder": "/robots/{robot}/builder",
    "robots/<str:name>/builder/end": "/robots/{robot}/builder/end",
    "robots/<str:name>/delete": "/robots/{robot}/delete",
    "robots/<str:name>/secrets": "/robots/{robot}/secrets",
    "robots/<str:name>/secrets/<int:secret_id>/rotate": "/robots/{robot}/secrets/{robot_secret}/rotate",
    "robots/<str:name>/secrets/<int:secret_id>/revoke": "/robots/{robot}/secrets/{robot_secret}/revoke",
    "robots/<str:name>/grants": "/robots/{robot}/grants",
    "robots/<str:name>/grants/<int:grant_id>/delete": "/robots/{robot}/grants/{robot_grant}/delete",
    "api/v1/leaked-tokens": "/api/v1/leaked-tokens",
    "api/v1/credentials/docker": "/api/v1/credentials/docker",
    "api/v1/user/tokens": "/api/v1/user/tokens",
    "api/v1/user/tokens/<int:token_id>": "/api/v1/user/tokens/{token}",
    "api/v1/user/tokens/<int:token_id>/rotate": "/api/v1/user/tokens/{token}/rotate",
    "api/v1/user/robots": "/api/v1/user/robots",
    "api/v1/organizations/<str:name>/robots": "/api/v1/organizations/acme/robots",
    "api/v1/robots/<str:name>": "/api/v1/robots/{robot}",
    "api/v1/robots/<str:name>/secrets": "/api/v1/robots/{robot}/secrets",
    "api/v1/robots/<str:name>/secrets/<int:secret_id>": "/api/v1/robots/{robot}/secrets/{robot_secret}",
    "api/v1/robots/<str:name>/secrets/<int:secret_id>/rotate": "/api/v1/robots/{robot}/secrets/{robot_secret}/rotate",
    "u/<str:name>": "/u/alice",
    "o/<str:name>": "/o/acme",
    "o/<str:name>/-/rename": "/o/acme/-/rename",
    "r/<repository:name>/-/tags": "/r/acme/app/-/tags",
    "r/<repository:name>/-/tags/<str:tag>/history": "/r/acme/app/-/tags/{tag}/history",
    "r/<repository:name>/-/tags/<str:tag>/restore": "/r/acme/app/-/tags/{tag}/restore",
    "r/<repository:name>/-/compare": "/r/acme/app/-/compare?from={tag}&to={digest}",
    "r/<repository:name>/-/manifests/<str:reference>": "/r/acme/app/-/manifests/{tag}",
    "r/<repository:name>/-/manifests/<str:reference>/raw": "/r/acme/app/-/manifests/{digest}/raw",
    "api/v1/repositories/<repository:name>/-/tags": "/api/v1/repositories/acme/app/-/tags",
    "api/v1/repositories/<repository:name>/-/tags/<str:tag>/history": (
        "/api/v1/repositories/acme/app/-/tags/{tag}/history"
    ),
    "api/v1/repositories/<repository:name>/-/tags/<str:tag>/restore": (
        "/api/v1/repositories/acme/app/-/tags/{tag}/restore"
    ),
    "api/v1/repositories/<repository:name>/-/compare": (
        "/api/v1/repositories/acme/app/-/compare?from={tag}&to={digest}"
    ),
    "api/v1/repositories/<repository:name>/-/manifests/<str:reference>": (
        "/api/v1/repositories/acme/app/-/manifests/{tag}"
    ),
    "r/<repository:name>/-/star": "/r/acme/app/-/star",
    "r/<repository:name>/-/unstar": "/r/acme/app/-/unstar",
    "r/<repository:name>/-/settings": "/r/acme/app/-/settings",
    "r/<repository:name>/-/settings/description": "/r/acme/app/-/settings/description",
    "r/<repository:name>/-/settings/mode": "/r/acme/app/-/settings/mode",
    "r/<repository:name>/-/settings/immutable-tags": "/r/acme/app/-/settings/immutable-tags",
    "r/<repository:name>/-/settings/visibility": "/r/acme/app/-/settings/visibility",
    "r/<repository:name>/-/settings/grants": "/r/acme/app/-/settings/grants",
    "r/<repository:name>/-/settings/grants/<int:grant_id>/delete": (
        "/r/acme/app/-/settings/grants/{grant}/delete"
    ),
    "r/<repository:name>/-/settings/publishers": "/r/acme/app/-/settings/publishers",
    "r/<repository:name>/-/settings/publishers/<int:publisher_id>/delete": (
        "/r/acme/app/-/settings/publishers/{publisher}/delete"
    ),
    "robots/<str:name>/publishers": "/robots/{robot}/publishers",
    "robots/<str:name>/publishers/<int:publisher_id>/delete": (
        "/robots/{robot}/publishers/{robot_publisher}/delete"
    ),
    "api/v1/repositories/<repository:name>/-/publishers": "/api/v1/repositories/acme/app/-/publishers",
    "api/v1/repositories/<repository:name>/-/publishers/<int:publisher_id>": (
        "/api/v1/repositories/acme/app/-/publishers/{publisher}"
    ),
    "api/v1/robots/<str:name>/publishers": "/api/v1/robots/{robot}/publishers",
    "api/v1/robots/<str:name>/publishers/<int:publisher_id>": (
        "/api/v1/robots/{robot}/publishers/{robot_publisher}"
    ),
    "r/<repository:name>/-/delete": "/r/acme/app/-/delete",
    "r/<repository:name>": "/r/acme/app",
    "organizations": "/organizations",
    "organizations/new": "/organizations/new",
    "o/<str:name>/-/members": "/o/acme/-/members",
    "o/<str:name>/-/members/<str:username>/role": "/o/acme/-/members/rita/role",
    "o/<str:name>/-/members/<str:username>/remove": "/o/acme/-/members/rita/remove",
    "o/<str:name>/-/leave": "/o/acme/-/leave",
    "o/<str:name>/-/invitations": "/o/acme/-/invitations",
    "o/<str:name>/-/invitations/<int:invitation_id>/revoke": "/o/acme/-/invitations/{invitation}/revoke",
    "o/<str:name>/-/invitations/<int:invitation_id>/send-again": (
        "/o/acme/-/invitations/{invitation}/send-again"
    ),
    "o/<str:name>/-/teams": "/o/acme/-/teams",
    "o/<str:name>/-/teams/new": "/o/acme/-/teams/new",
    "o/<str:name>/-/teams/<str:team>": "/o/acme/-/teams/devs",
    "o/<str:name>/-/teams/<str:team>/change": "/o/acme/-/teams/devs/change",
    "o/<str:name>/-/teams/<str:team>/group": "/o/acme/-/teams/devs/group",
    "o/<str:name>/-/teams/<str:team>/delete": "/o/acme/-/teams/devs/delete",
    "o/<str:name>/-/teams/<str:team>/members": "/o/acme/-/teams/devs/members",
    "o/<str:name>/-/teams/<str:team>/members/<str:username>/remove": (
        "/o/acme/-/teams/devs/members/mila/remove"
    ),
    "o/<str:name>/-/teams/<str:team>/members/<str:username>/maintainer": (
        "/o/acme/-/teams/devs/members/mila/maintainer"
    ),
    "o/<str:name>/-/audit": "/o/acme/-/audit",
    "o/<str:name>/-/audit.csv": "/o/acme/-/audit.csv",
    "o/<str:name>/-/settings": "/o/acme/-/settings",
    "o/<str:name>/-/settings/profile": "/o/acme/-/settings/profile",
    "o/<str:name>/-/settings/picture": "/o/acme/-/settings/picture",
    "o/<str:name>/-/settings/picture/remove": "/o/acme/-/settings/picture/remove",
    "o/<str:name>/-/settings/rules": "/o/acme/-/settings/rules",
    "o/<str:name>/-/settings/domains": "/o/acme/-/settings/domains",
    "o/<str:name>/-/settings/domains/claim": "/o/acme/-/settings/domains/claim",
    "o/<str:name>/-/settings/domains/<int:domain_id>/check": "/o/acme/-/settings/domains/{domain}/check",
    "o/<str:name>/-/settings/domains/<int:domain_id>/remove": "/o/acme/-/settings/domains/{domain}/remove",
    "trash/organizations/<int:ending_id>/reopen": "/trash/organizations/{ending}/reopen",
    "o/<str:name>/-/guide/hide": "/o/acme/-/guide/hide",
    "o/<str:name>/-/delete": "/o/acme/-/delete",
    "invites/<str:secret>": "/invites/forged",
    "invites/<str:secret>/accept": "/invites/forged/accept",
    "invites/<str:secret>/decline": "/invites/forged/decline",
    "invitations/<int:invitation_id>": "/invitations/{invitation}",
    "invitations/<int:invitation_id>/accept": "/invitations/{invitation}/accept",
    "invitations/<int:invitation_id>/decline": "/invitations/{invitation}/decline",
    "api/v1/organizations": "/api/v1/organizations",
    "api/v1/organizations/<str:name>": "/api/v1/organizations/acme",
    "api/v1/organizations/<str:name>/members": "/api/v1/organizations/acme/members",
    "api/v1/organizations/<str:name>/members/<str:username>": (
        "/api/v1/organizations/acme/members/rita"
    ),
    "api/v1/user/invitations": "/api/v1/user/invitations",
    "api/v1/user/invitations/<int:invitation_id>/accept": "/api/v1/user/invitations/{invitation}/accept",
    "api/v1/user/invitations/<int:invitation_id>/decline": "/api/v1/user/invitations/{invitation}/decline",
    "api/v1/namespaces/<str:name>/usage": "/api/v1/namespaces/acme/usage",
    "api/v1/organizations/<str:organization>/access/confirm": (
        "/api/v1/organizations/acme/access/confirm"
    ),
    "api/v1/repositories/<repository:name>/-/access/confirm": (
        "/api/v1/repositories/acme/app/-/access/confirm"
    ),
    "api/v1/organizations/<str:name>/invitations": "/api/v1/organizations/acme/invitations",
    "api/v1/organizations/<str:name>/invitations/<int:invitation_id>": (
        "/api/v1/organizations/acme/invitations/{invitation}"
    ),
    "api/v1/organizations/<str:name>/invitations/<int:invitation_id>/send-again": (
        "/api/v1/organizations/acme/invitations/{invitation}/send-again"
    ),
    "api/v1/organizations/<str:name>/teams": "/api/v1/organizations/acme/teams",
    "api/v1/organizations/<str:name>/teams/<str:team>": "/api/v1/organizations/acme/teams/devs",
    "api/v1/organizations/<str:name>/teams/<str:team>/members": (
        "/api/v1/organizations/acme/teams/devs/members"
    ),
    "api/v1/organizations/<str:name>/teams/<str:team>/members/<str:username>": (
        "/api/v1/organizations/acme/teams/devs/members/mila"
    ),
    "api/v1/organizations/<str:name>/domains": "/api/v1/organizations/acme/domains",
    "api/v1/organizations/<str:name>/domains/<str:domain>": (
        "/api/v1/organizations/acme/domains/{domain_name}"
    ),
    "api/v1/organizations/<str:name>/domains/<str:domain>/check": (
        "/api/v1/organizations/acme/domains/{domain_name}/check"
    ),
    "api/v1/organizations/<str:name>/audit": "/api/v1/organizations/acme/audit",
    "api/v1/organizations/<str:name>/audit/export/<slug:kind>": (
        "/api/v1/organizations/acme/audit/export/csv"
    ),
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
        """Return a client as this visitor."""
        client = Client(raise_request_exception=False)
        self.equip(client, door)
        return client

    def request_for(self, door: str, method: str, path: str) -> WSGIRequest:
        """Return a request of this visitor, as a server would hand it on."""
        factory = RequestFactory()
        self.equip(factory, door)
        return factory.generic(method, path)

    def equip(self, factory: Client | RequestFactory, door: str) -> None:
        """Be this visitor: with Basic at the protocol doors, with a session at the pages."""
        if self.username and door.startswith(BASIC_DOORS):
            factory.defaults["HTTP_AUTHORIZATION"] = basic(self.username)
        elif self.session:
            factory.cookies[settings.SESSION_COOKIE_NAME] = self.session


def visit(person: User | None) -> Visitor:
    """Log someone in once, for all requests, as one who has just proven who is there."""
    if person is None:
        return Visitor("", "")
    client = Client()
    client.force_login(person)
    confirm(client)
    return Visitor(person.username, client.cookies[settings.SESSION_COOKIE_NAME].value)


# One for all requests, as in a process that serves; a client would load all middleware for each, and
# copy what every template was rendered with.
handler = ClientHandler(enforce_csrf_checks=False)


def status_of(door: str, method: str, visitor: Visitor, path: str) -> int:
    """Ask, take back whatever changed, return the status."""
    cache.clear()  # no limit of one request is another's
    status = 0
    try:
        with transaction.atomic():
            request = visitor.request_for(door, method, path)
            status = handler(request.environ).status_code
            raise Undo
    except Undo:
        return status


def area_of(address: str) -> str:
    """Return which table an address belongs to."""
    first = address.split("/")[1]
    return next((area for area, roots in AREAS.items() if first in roots), "others")


def make_table(world: World, area: str) -> str:
    """Return the table: a line for each door and each method that it knows."""
    visitors = [visit(world.person(who)) for who in PEOPLE]
    lines = [f"{'':<70} {'':<7}" + "".join(f"{person:>10}" for person in PEOPLE)]
    mounted = (door for door in set(doors()) if area_of(ADDRESSES[door]) == area)
    for door in sorted(mounted, key=lambda door: ADDRESSES[door]):
        path = fill_in(ADDRESSES[door], world)
        shown = ADDRESSES[door].partition("?")[0].replace("a" * 64, "ID")
        for method in METHODS:
            last = status_of(door, method, visitors[-1], path)
            if last == NO_SUCH_METHOD:  # to an administrator, so to everybody
                continue
            others = [status_of(door, method, visitor, path) for visitor in visitors[:-1]]
            answers = [*others, last]
            lines.append(f"{shown:<70} {method:<7}" + "".join(f"{a:>10}" for a in answers))
    return "\n".join(line.rstrip() for line in lines) + "\n"
