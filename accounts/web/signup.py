"""Sign up."""

from __future__ import annotations

from typing import Any

from allauth.account.views import SignupView as AllauthSignupView
from django.http import HttpResponse

from accounts.errors import AccountError, EmailRefused, NameTaken
from accounts.flows import proof_of_work
from accounts.flows.signup import why_closed
from accounts.flows.site_invitations import find_invitation
from accounts.models import Invitation

_FIELDS = {NameTaken: "username", EmailRefused: "email"}


class SignupView(AllauthSignupView):
    """allauth's view; invitations and the proof of work go to the flow with the form."""

    template_name_signup_closed = "account/signup_closed.html"

    def get_initial(self) -> dict[str, Any]:
        """Fill in what the invitation says."""
        initial: dict[str, Any] = super().get_initial()
        if found := self._invitation():
            initial |= {"invitation": self._secret(), "email": found.email}
        return initial

    def form_valid(self, form: Any) -> HttpResponse:
        """Create the account, or show why not: the name may have gone since the form was checked."""
        try:
            response: HttpResponse = super().form_valid(form)
        except AccountError as error:
            form.add_error(_FIELDS.get(type(error)), str(error))
            response = self.form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who may sign up, and the work for the browser."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        invitation = self._invitation()
        context["invitation"] = invitation
        context["rule"] = "" if invitation else why_closed()
        if proof_of_work.is_demanded(has_invitation=invitation is not None):
            context["challenge"] = proof_of_work.make_challenge()
        return context

    def _invitation(self) -> Invitation | None:
        text = self._secret()
        return find_invitation(text) if text else None

    def _secret(self) -> str:
        return self.request.POST.get("invitation") or self.request.GET.get("invitation", "")
