"""Sign up."""

from __future__ import annotations

from typing import Any

from allauth.account.views import SignupView as AllauthSignupView
from django.http import HttpResponse

from accounts.errors import AccountError


class SignupView(AllauthSignupView):
    """allauth's view; whoever loses a race for a name reads so, in the form."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Create the account, or show why not: the name may have gone since the form was checked."""
        try:
            response: HttpResponse = super().form_valid(form)
        except AccountError as error:
            form.add_error("username", str(error))
            response = self.form_invalid(form)
        return response
