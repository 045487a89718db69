"""The picture of an organization; without one its initials are shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.flows.pictures import remove_picture, set_picture
from accounts.web.methods import post_only
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.organizations.head import find_for_owners
from accounts.web.organizations.settings import settings_page
from accounts.web.profile_forms import PictureForm


@post_only
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Take another picture."""
    head = find_for_owners(request, name)
    form = PictureForm(request.POST, request.FILES)
    if not attempt_form(
        form,
        lambda: set_picture(
            head.organization, data=form.cleaned_data["picture"], by=head.principal
        ),
        field="picture",
    ):
        return settings_page(request, head, picture_form=form)
    return redirect("web-organization-settings", name)


@post_only
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Go back to initials."""
    head = find_for_owners(request, name)
    attempt(
        request,
        lambda: remove_picture(head.organization, by=head.principal),
        done=_("Initials stand for %(name)s again.") % {"name": name},
    )
    return redirect("web-organization-settings", name)
