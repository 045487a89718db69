"""Which mails one gets: the page, and the link that each such mail ends with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.flows.choose_mails import choose_mails, unsubscribe
from accounts.mail_kinds import MailKind, read_unsubscribe_token, unwanted_by
from accounts.web.visitors import by, signed_in


class MailsForm(forms.Form):
    """The kinds that are wanted."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Send me"),
        choices=MailKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Show and change the kinds of mails one gets."""
    unwanted = unwanted_by(signed_in(request))
    wanted = [kind for kind in MailKind.values if kind not in unwanted]
    form = MailsForm(request.POST or None, initial={"kinds": wanted})
    if request.method == "POST":
        form = MailsForm(request.POST)
        if form.is_valid():
            choose_mails(by=by(request), wanted=map(MailKind, form.cleaned_data["kinds"]))
            messages.success(request, _("Saved."))
            return redirect("web-mails")
    return render(request, "accounts/mails.html", {"form": form})


# Mail programs post without a cookie (RFC 8058); the token says what may be done.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to end mails of a kind, and do it: programs follow links, so GET changes nothing."""
    found = read_unsubscribe_token(token)
    if found is None:
        return render(request, "accounts/unsubscribe_unknown.html", status=404)
    user, kind = found
    context: dict[str, Any] = {"kind": kind, "is_done": request.method == "POST", "token": token}
    if request.method == "POST":
        unsubscribe(user, kind)
    return render(request, "accounts/unsubscribe.html", context)
