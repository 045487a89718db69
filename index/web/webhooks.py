"""Pages of webhooks: list, create, change, show; of repositories, organizations and oneself."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Namespace
from accounts.web.organizations.head import find_for_owners
from index.errors import WebhookRefused
from index.flows.webhooks import MOST_FOR_ONE, change_webhook, create_webhook
from index.models import ActivityKind, DeliveryState, Webhook
from index.web.lookup import find_administered, principal_of, signed_in_user
from index.web.webhook_forms import WebhookForm
from index.web.webhook_lookup import Owner, find_webhook, frame_of, owner_of
from index.webhooks.rights import Rights

_PAGE_SIZE = 25
_KINDS = dict(ActivityKind.choices)


@require_safe
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """List a repository's webhooks, to its admins."""
    repository = find_administered(request, name)
    return _list(request, Owner(repository.namespace, repository))


@require_safe
def of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """List those for all repositories of an organization, to its owners."""
    return _list(request, Owner(find_for_owners(request, name).organization.namespace))


@require_safe
def of_user(request: HttpRequest) -> HttpResponse:
    """List those for all repositories of one's own."""
    return _list(request, Owner(_own_namespace(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new_of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Create one of a repository."""
    repository = find_administered(request, name)
    return _new(request, Owner(repository.namespace, repository))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new_of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """Create one for all repositories of an organization."""
    return _new(request, Owner(find_for_owners(request, name).organization.namespace))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new_of_user(request: HttpRequest) -> HttpResponse:
    """Create one for all repositories of one's own."""
    return _new(request, Owner(_own_namespace(request)))


@require_safe
def show(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Show what it sends where, and its deliveries."""
    webhook = find_webhook(request, webhook_id)
    state = request.GET.get("state", "")
    deliveries = webhook.deliveries.defer("body", "headers")
    if state in DeliveryState.values:
        deliveries = deliveries.filter(state=state)
    context = {
        **frame_of(request, owner_of(webhook), page=webhook.name),
        "webhook": webhook,
        "kinds": [_KINDS.get(kind, kind) for kind in webhook.kinds],
        "has_rights": Rights().has(webhook),
        "state": state,
        "states": DeliveryState.choices,
        "page": Paginator(deliveries, _PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"state={state}&" if state in DeliveryState.values else "",
    }
    return render(request, "index/webhook.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def change(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Change name, address and kinds."""
    webhook = find_webhook(request, webhook_id)
    initial = {"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds}
    form = WebhookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            secret = change_webhook(webhook, by=principal_of(request), fields=form.fields_chosen)
        except WebhookRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request, _("%(value)s is changed.") % {"value": form.cleaned_data["name"]}
            )
            if secret is None:
                return redirect("web-webhook", webhook.pk)
            return show_secret(request, find_webhook(request, webhook_id), secret)
    context = {**frame_of(request, owner_of(webhook), page=webhook.name), "form": form}
    return render(request, "index/webhook_form.html", {**context, "webhook": webhook})


def show_secret(request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
    """Show a secret, this once."""
    context = {
        **frame_of(request, owner_of(webhook), page=webhook.name),
        "webhook": webhook,
        "secret": secret,
    }
    response = render(request, "index/webhook_secret.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _list(request: HttpRequest, owner: Owner) -> HttpResponse:
    webhooks = Webhook.objects.filter(namespace=owner.namespace, repository=owner.repository)
    context = {
        **frame_of(request, owner),
        "webhooks": webhooks.select_related("created_by"),
        "most": MOST_FOR_ONE,
    }
    return render(request, "index/webhooks.html", context)


def _new(request: HttpRequest, owner: Owner) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = create_webhook(
                owner.namespace,
                owner.repository,
                by=principal_of(request),
                fields=form.fields_chosen,
            )
        except WebhookRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return show_secret(request, webhook, secret)
    context = {**frame_of(request, owner, page=_("New webhook")), "form": form}
    return render(request, "index/webhook_form.html", context)


def _own_namespace(request: HttpRequest) -> Namespace:
    return Namespace.objects.get(user=signed_in_user(request))
