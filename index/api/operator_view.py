"""What every view for administrators of the site shares."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import at_field
from accounts.api.recent import Administrators, FactorShownLately
from index.api.repository_view import RepositoryView
from index.errors import RegistryInUse, RegistryRefused
from index.models import Registry


class OperatorView(RepositoryView):
    """For sessions of administrators; a refusal that names a field stands at that field."""

    permission_classes: tuple[type[BasePermission], ...] = (Administrators,)

    def handle_exception(self, exc: Exception) -> Response:
        """Translate a refusal, in its own words."""
        if isinstance(exc, RegistryRefused) and not isinstance(exc, RegistryInUse) and exc.field:
            return super().handle_exception(at_field(exc, exc.field))
        return super().handle_exception(exc)

    def find_registry(self, name: str) -> Registry:
        """Return the registry, or 404."""
        return get_object_or_404(Registry, name=name)

    def hold_registry(self, request: Request, name: str) -> None:
        """Keep the registry as it is now."""
        Registry.objects.select_for_update().filter(pk=self.find_registry(name).pk).first()


class _ConfirmedToChange(FactorShownLately):
    """Changes want a session that was confirmed lately."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        return request.method in SAFE_METHODS or super().has_permission(request, view)


class ConfirmedOperatorView(OperatorView):
    """The same, and whoever changes something confirmed a moment ago that it is them."""

    permission_classes = (Administrators, _ConfirmedToChange)
