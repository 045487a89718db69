"""What index keeps about a person, for the document that everybody can take along."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from accounts.models import Namespace, User
from accounts.own_data import own_data
from accounts.owned import owned
from accounts.principals import Principal
from index.models import AccessGrant, AccessRequest, Report, Repository, Star, Tag, Watch, Webhook


@own_data("repositories")
def _repositories(user: User) -> list[Any]:
    found = Repository.objects.filter(namespace__user=user).order_by("name")
    fields = ("name", "description", "visibility", "state", "created_at", "last_pushed_at")
    return list(found.values(*fields, "pull_count", "star_count"))


@own_data("grants")
def _grants(user: User) -> list[Any]:
    found = AccessGrant.objects.filter(user=user).order_by("repository__name")
    return list(found.values("repository__name", "role", "expires_at"))


@own_data("access_requests")
def _requests(user: User) -> list[Any]:
    # Rows are kept of repositories that exist alone: of others they would tell that they do.
    visible = Repository.objects.visible_to(Principal(user)).values("pk")
    found = AccessRequest.objects.filter(user=user, repository__in=visible).order_by("pk")
    return list(found.values("repository__name", "role", "message", "created_at"))


@own_data("reports")
def _reports(user: User) -> list[Any]:
    found = Report.objects.filter(reporter=user).order_by("pk")
    return list(found.values("repository_name", "kind", "text", "state", "created_at"))


@owned(gettext_noop("Repositories"))
def _owned(namespace: Namespace) -> QuerySet[Repository]:
    return Repository.objects.live().filter(namespace=namespace)


@own_data("stars")
def _stars(user: User) -> list[Any]:
    found = Star.objects.filter(user=user).order_by("pk")
    # A repository that was closed to this person since is nobody's to tell.
    visible = Repository.objects.visible_to(Principal(user)).values("pk")
    return list(found.filter(repository__in=visible).values("repository__name"))


@own_data("watches")
def _watches(user: User) -> list[Any]:
    visible = Repository.objects.visible_to(Principal(user)).values("pk")
    found = Watch.objects.filter(user=user, repository__in=visible).order_by("pk")
    return list(found.values("repository__name", "created_at"))


@own_data("webhooks")
def _webhooks(user: User) -> list[Any]:
    # Those of their own; of what belongs to others the address is not theirs to take along.
    found = Webhook.objects.filter(namespace__user=user).order_by("pk")
    return list(found.values("repository__name", "name", "url", "kinds", "created_at"))


@own_data("pushed_tags")
def _tags(user: User) -> list[Any]:
    found = Tag.objects.filter(pushed_by=user).order_by("pk")
    return list(found.values("repository__name", "name", "pushed_at"))
