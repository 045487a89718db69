"""One's profile and picture; the pictures of everybody; one's security history."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit_search import events_of
from accounts.errors import AccountError
from accounts.flows.change_profile import change_profile
from accounts.flows.pictures import remove_picture, set_picture
from accounts.models import Picture, User
from accounts.web.methods import post_only
from accounts.web.profile_forms import PictureForm, ProfileForm
from accounts.web.visitors import by, signed_in

_A_YEAR = 365 * 24 * 3600
_PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change what one says of oneself."""
    user = signed_in(request)
    initial = {name: getattr(user, name) for name in ("display_name", "location", "link")}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_profile(user, by=by(request), **form.cleaned_data)
        messages.success(request, _("Your profile is changed."))
        return redirect("web-profile")
    return _show(request, user, form, PictureForm())


@post_only
def upload(request: HttpRequest) -> HttpResponse:
    """Take another picture."""
    user = signed_in(request)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_picture(user, data=form.cleaned_data["picture"], by=by(request))
        except AccountError as error:
            form.add_error("picture", str(error))
        else:
            messages.success(request, _("Your picture is changed."))
            return redirect("web-profile")
    initial = {name: getattr(user, name) for name in ("display_name", "location", "link")}
    return _show(request, user, ProfileForm(initial=initial), form)


@post_only
def remove(request: HttpRequest) -> HttpResponse:
    """Go back to initials."""
    remove_picture(signed_in(request), by=by(request))
    messages.success(request, _("Your initials stand for you again."))
    return redirect("web-profile")


@login_not_required
@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """Serve a picture; its address changes with it, so browsers may keep it for good."""
    found = Picture.objects.filter(digest=digest).values_list("image", flat=True).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found), "image/webp")
    response["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show what happened to the account, and what it did, newest first."""
    user = signed_in(request)
    subject = f"user:{user.pk}"
    # What others did in one's organizations is in the organization's audit.
    page = Paginator(events_of(user), _PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/history.html", {"page": page, "subject": subject})


def _show(
    request: HttpRequest, user: User, form: ProfileForm, picture_form: PictureForm
) -> HttpResponse:
    context = {"form": form, "picture_form": picture_form, "namespace": user.namespace}
    return render(request, "accounts/profile.html", context)
