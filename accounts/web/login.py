"""Log in."""

from __future__ import annotations

from allauth.account.views import LoginView as AllauthLoginView

from accounts.web.forms import LoginForm


class LoginView(AllauthLoginView):
    """allauth's view, with our form."""

    form_class = LoginForm
