"""Announcements: administrators make them, and readers close them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.announcements import COOKIE, with_dismissed
from accounts.errors import AccountError
from accounts.flows.announce import change_announcement, end_announcement, make_announcement
from accounts.models import Announcement
from accounts.web.manage_forms import AnnouncementForm
from accounts.web.methods import post_only
from accounts.web.visitors import check_administrator

_PAGE_SIZE = 25
_YEAR = 365 * 86_400


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """List announcements, and make another one."""
    by = check_administrator(request)
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            make_announcement(form.wording, by=by)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is announced."))
            return redirect("web-manage-announcements")
    found = Announcement.objects.select_related("created_by")
    page = Paginator(found, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form}
    return render(request, "accounts/manage/announcements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Say it otherwise."""
    by = check_administrator(request)
    announcement = get_object_or_404(Announcement, pk=announcement_id)
    form = AnnouncementForm(request.POST or None, announcement=announcement)
    if request.method == "POST" and form.is_valid():
        try:
            change_announcement(announcement, form.wording, by=by)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The announcement is changed."))
            return redirect("web-manage-announcements")
    context = {"announcement": announcement, "form": form}
    return render(request, "accounts/manage/announcement.html", context)


@post_only
def end(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Show it no longer."""
    by = check_administrator(request)
    end_announcement(get_object_or_404(Announcement, pk=announcement_id), by=by)
    messages.success(request, _("The announcement is not shown any more."))
    return redirect("web-manage-announcements")


@login_not_required
@post_only
def dismiss(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Close a banner in this browser, and go back to where it was read."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    response = redirect(wanted if is_ours else "web-home")
    response.set_cookie(
        COOKIE,
        with_dismissed(request.COOKIES.get(COOKIE, ""), announcement_id),
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
