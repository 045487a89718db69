"""The last resort: Django's admin, for looking at rows that no page shows.

Behind two factors shown a moment ago, for administrators alone. Nothing can be changed: flows check what
a form here would not, and write the audit. What can be deleted is what nothing else takes away:
notifications in quarantine. Secrets and their digests are left out.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib import admin, messages
from django.db.models import BinaryField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.web.recent_factor import factor_page, showed_second_factor
from accounts.web.visitors import by, check_administrator
from index.models import Notification

# Parts of names of columns that hold, or help to guess, a secret.
_SECRET = ("password", "secret", "digest_of", "selector", "token_hash", "encrypted", "seed")
_NOT_SECRET = frozenset({"refuses_public_secrets", "requires_second_factor", "tokens_not_before"})
_SITE_PAGES = frozenset({"index", "app_list", "jsi18n"})
_PAGE_SIZE = 50


class LastResort(admin.AdminSite):
    """Django's admin without its own log-in, log-out and passwords."""

    site_header = "Waybill"
    site_title = "Waybill"
    index_title = "Last resort"
    final_catch_all_view = False
    enable_nav_sidebar = False

    def admin_view(
        self,
        view: Any,
        cacheable: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> Any:
        """Let in administrators who showed a second factor; to all others there is no such page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check_administrator(request)
            if showed_second_factor(request):
                answer: HttpResponse = inner(request, *args, **kwargs)
                return answer
            if page := factor_page(request):
                return suspend_request(request, redirect_to=page)
            messages.error(request, _("The last resort opens with two factors alone: set one up."))
            return redirect("mfa_index")

        return guarded

    def has_permission(self, request: HttpRequest) -> bool:
        """Say the same once more where Django asks by itself."""
        return check_administrator(request).is_administrator and showed_second_factor(request)

    def get_urls(self) -> list[Any]:
        """Leave out the pages by which Django would let people in, and all that nothing here needs."""
        found: list[URLPattern | URLResolver] = super().get_urls()
        for one in found:  # Django's own log-in is not there to be sent to
            vars(getattr(one, "callback", None) or one).pop("login_url", None)
        return [one for one in found if isinstance(one, URLResolver) or one.name in _SITE_PAGES]


class ReadOnly(admin.ModelAdmin[Any]):
    """Rows to look at."""

    actions = None
    list_per_page = _PAGE_SIZE
    show_full_result_count = False
    ordering = ("-pk",)

    def get_urls(self) -> list[Any]:
        """Keep the list and the row, and what deletes where something may be deleted."""
        kept = ("_changelist", "_change", *(("_delete",) if self.is_deletable else ()))
        return [one for one in super().get_urls() if (one.name or "").endswith(kept)]

    is_deletable = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all columns but secrets."""
        return shown_fields(self.model)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let none be changed."""
        return shown_fields(self.model)

    def get_list_select_related(self, request: HttpRequest) -> bool:
        """Read with a row what it refers to."""
        return True

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Say no: a filter in the address tells of any column, secrets too, letter by letter."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


class Quarantine(ReadOnly):
    """Notifications: those that could not be read may be dropped."""

    is_deletable = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Return what was put aside; the rest is applied in a moment."""
        return Notification.objects.filter(state="quarantined")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the body as text."""
        return [*shown_fields(self.model), "text"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let none be changed."""
        return self.get_fields(request, obj)

    @admin.display(description="body")
    def text(self, row: Notification) -> str:
        """Return its beginning, whatever it is made of."""
        return bytes(row.body)[:4000].decode(errors="replace")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say yes: nothing else takes them away."""
        return True

    def delete_model(self, request: HttpRequest, obj: Notification) -> None:
        """Drop one, and write that down."""
        details: dict[str, Any] = {"registry": obj.registry.name, "problem": obj.problem}
        record(AuditAction.NOTIFICATION_DROPPED, by=by(request), target=str(obj.pk), **details)
        super().delete_model(request, obj)


def shown_fields(model: type[Model]) -> list[str]:
    """Return the columns that may be seen: no secret, no digest of one, no bytes."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, BinaryField) and not is_secret(field.name)
    ]


def is_secret(name: str) -> bool:
    """Whether the column holds a secret or what is made of one."""
    return name not in _NOT_SECRET and any(part in name for part in _SECRET)


site = LastResort(name="admin")
