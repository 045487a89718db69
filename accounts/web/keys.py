"""Remove a security key: not the last factor of whom two are demanded."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.http import HttpResponse


class RemoveKeyView(RemoveWebAuthnView):
    """allauth's view, which asks nobody whether the key may go."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say at once why not."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[no-untyped-call] # allauth's
        context["refusal"] = self._refusal()
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or show why not."""
        if self._refusal():
            return self.render_to_response(self.get_context_data(form=form))
        response: HttpResponse = super().form_valid(form)
        return response

    def _refusal(self) -> str:
        adapter = get_adapter()
        if adapter.can_delete_authenticator(self.object):
            return ""
        return str(adapter.error_messages["cannot_delete_authenticator"])
