"""Log in with the company's provider, choose a name at the first time, connect and disconnect."""

from __future__ import annotations

import logging
from collections.abc import Callable

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import flows
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from accounts.errors import AccountError, LastWayIn
from accounts.models import DirectoryAccount
from accounts.openid.adapter import configured_app, suggested_name
from accounts.openid.connections import end_connection, is_last_way_in, known_as
from accounts.openid.provider import Adapter, CallbackView, Provider
from accounts.web.forms import ExternalSignupForm

log = logging.getLogger(__name__)


@login_not_required
@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    return _go_on(request, AuthProcess.LOGIN, get_next_redirect_url(request))


@require_POST
@reauthentication_required
def connect(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider, to connect what it says to the account of this session."""
    return _go_on(request, AuthProcess.CONNECT, None)


@login_not_required
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer."""
    provider = _provider(request)
    adapter = Adapter(request, provider.sub_id)
    view: Callable[[HttpRequest], HttpResponse]
    view = CallbackView.adapter_view(adapter)  # type: ignore[no-untyped-call]  # allauth's
    return view(request)


@login_not_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """Say that nothing has happened."""
    return render(request, "socialaccount/login_cancelled.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_name(request: HttpRequest) -> HttpResponse:
    """Ask for what the provider did not say, or said in a way that is no name here."""
    waiting = flows.signup.get_pending_signup(request)
    if waiting is None:
        return redirect("account_login")
    has_address = any(address.verified for address in waiting.email_addresses)
    form = ExternalSignupForm(request.POST or None, initial=_suggested(waiting))
    if has_address:
        del form.fields["email"]
    done = _create(request, waiting, form) if form.is_valid() else None
    if done is not None:
        return done
    context = {"form": form, "provider": waiting.provider, "address": _suggested(waiting)["email"]}
    return render(request, "socialaccount/signup.html", context | {"has_address": has_address})


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Show by what one can log in besides a password of ours."""
    user = request.user
    accounts = list(
        SocialAccount.objects.filter(user=user.pk).select_related("user").order_by("pk")
    )
    is_alone = len(accounts) == 1  # of several none is the last
    context = {
        "accounts": [
            (account, known_as(account), is_alone and is_last_way_in(request, account))
            for account in accounts
        ],
        "provider": configured_app(),
        "directory_account": DirectoryAccount.objects.filter(user=user.pk).first(),
        "is_connected": any(_is_current(account) for account in accounts),
    }
    return render(request, "socialaccount/connections.html", context)


@require_POST
@reauthentication_required
def disconnect(request: HttpRequest, account_id: int) -> HttpResponse:
    """Forget a connection, unless it is the last way in."""
    account = get_object_or_404(SocialAccount, pk=account_id, user=request.user.pk)
    adapter = get_account_adapter(request)
    try:
        end_connection(request, account)
    except LastWayIn:
        adapter.add_message(request, messages.ERROR, "socialaccount/messages/last_way_in.txt")
    else:
        adapter.add_message(
            request, messages.INFO, "socialaccount/messages/account_disconnected.txt"
        )
    return redirect("socialaccount_connections")


def _provider(request: HttpRequest) -> Provider:
    app = configured_app()
    if app is None:
        raise Http404
    provider: Provider = get_adapter(request).get_provider(request, app.provider_id)
    return provider


def _go_on(request: HttpRequest, process: str, next_url: str | None) -> HttpResponse:
    """Answer a page that leads on.

    A redirect would be the answer to a form, and our policy lets forms lead nowhere else.
    """
    provider = _provider(request)
    try:
        answer = provider.redirect(request, process, next_url)
    except (RequestException, OAuth2Error, ValueError) as error:
        log.warning("single sign-on: the provider gives no answer: %s", type(error).__name__)
        return render(
            request, "socialaccount/provider_away.html", {"provider": provider}, status=503
        )
    if not isinstance(answer, HttpResponseRedirect):
        return answer
    return render(
        request, "socialaccount/go_on.html", {"provider": provider, "address": answer.url}
    )


def _suggested(waiting: SocialLogin) -> dict[str, str]:
    address = next(iter(waiting.email_addresses), None)
    return {"username": suggested_name(waiting), "email": address.email if address else ""}


def _create(
    request: HttpRequest, waiting: SocialLogin, form: ExternalSignupForm
) -> HttpResponse | None:
    try:
        get_adapter(request).save_user(request, waiting, form=form)
    except AccountError as error:
        form.add_error(None, str(error))
        return None
    flows.signup.clear_pending_signup(request)
    response: HttpResponse = flows.signup.complete_social_signup(request, waiting)
    return response


def _is_current(account: SocialAccount) -> bool:
    app = configured_app()
    return app is not None and account.provider == app.provider_id
