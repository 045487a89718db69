"""Pages of one's personal access tokens. A new secret is shown in the answer to the POST, nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountError, CredentialRefused
from accounts.flows.personal_access_tokens import (
    NewToken,
    create_token,
    revoke_all_tokens,
    revoke_token,
    rotate_token,
)
from accounts.models import PersonalAccessToken, User
from accounts.principals import Principal
from accounts.snippets import login_command, snippets_for
from accounts.web.credential_forms import TokenForm
from accounts.web.methods import post_only, require_recent_login
from accounts.web.organizations.head import signed_in_user


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the tokens that hold, and the latest that ended."""
    user = signed_in_user(request)
    return render(request, "accounts/tokens.html", _lists(user))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a token and show it once."""
    require_recent_login(request)
    user = signed_in_user(request)
    form = TokenForm(request.POST or None, initial={"repositories": f"{user.username}/*"})
    if request.method == "POST" and form.is_valid():
        try:
            made = create_token(
                user,
                name=form.cleaned_data["name"],
                limits=form.limits,
                networks=form.cleaned_data["networks"],
                expires_at=form.expires_at,
                by=Principal(user),
            )
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return _show_once(request, user, made)
    return render(request, "accounts/token_new.html", {"form": form})


@post_only
def rotate(request: HttpRequest, token_id: int) -> HttpResponse:
    """Put a new secret in place of one of mine, and show it once."""
    require_recent_login(request)
    user = signed_in_user(request)
    token = get_object_or_404(PersonalAccessToken, pk=token_id, user=user)
    try:
        made = rotate_token(token, by=Principal(user))
    except CredentialRefused as error:
        messages.error(request, str(error))
        return redirect("web-tokens")
    return _show_once(request, user, made)


@post_only
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one of mine. In an emergency nobody has to log in again first."""
    user = signed_in_user(request)
    token = get_object_or_404(PersonalAccessToken, pk=token_id, user=user)
    revoke_token(token, by=Principal(user))
    messages.success(
        request,
        _("The token %(name)s is revoked: nobody can use it any more.") % {"name": token.name},
    )
    return redirect("web-tokens")


@post_only
def revoke_all(request: HttpRequest) -> HttpResponse:
    """End all of mine."""
    user = signed_in_user(request)
    count = revoke_all_tokens(user, by=Principal(user))
    messages.success(
        request,
        ngettext(
            "%(count)s access token is revoked.", "%(count)s access tokens are revoked.", count
        )
        % {"count": count},
    )
    return redirect("web-tokens")


def _show_once(request: HttpRequest, user: User, made: NewToken) -> HttpResponse:
    """Answer with the secret itself: a redirect would have to keep it somewhere in between."""
    context = {
        "token": made.token,
        "secret": made.value,
        "login_command": login_command(user.username, made.value),
        "snippets": snippets_for(user.username, made.value),
    }
    response = render(request, "accounts/token_created.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _lists(user: User) -> dict[str, object]:
    mine = PersonalAccessToken.objects.filter(user=user).order_by("-pk")
    usable = PersonalAccessToken.objects.usable().filter(user=user)
    return {
        "tokens": mine.filter(pk__in=usable),
        "ended": mine.exclude(pk__in=usable)[:10],
        "snippets": snippets_for(user.username),
    }
