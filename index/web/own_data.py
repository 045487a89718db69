"""Take one's data along, and close the account."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountError
from accounts.flows.export_own_data import export_own_data
from index.flows.close_account import close_account, consequences_of_closing
from index.web.lookup import principal_of, signed_in_user
from index.web.methods import post_only


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Say what can be had, and where the account is closed."""
    return render(request, "index/own_data.html")


@post_only
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """Send the document."""
    user = signed_in_user(request)
    try:
        document = export_own_data(by=principal_of(request))
    except AccountError as error:
        messages.error(request, str(error))
        return redirect("web-own-data")
    response = HttpResponse(document, "application/json")
    response["Content-Disposition"] = f'attachment; filename="waybill-{user.username}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def close(request: HttpRequest) -> HttpResponse:
    """Say what closing the account does, then do it."""
    user = signed_in_user(request)
    refusal = ""
    if request.method == "POST":
        try:
            close_account(by=principal_of(request), typed=request.POST.get("username", ""))
        except AccountError as error:
            refusal = str(error)
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Thank you for having been here."))
            return redirect("web-home")
    context = {"consequences": consequences_of_closing(user), "refusal": refusal}
    return render(request, "index/close_account.html", context)
