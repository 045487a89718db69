"""One's own stars and watches."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from index.api.repositories import RepositoryOutput
from index.api.repository_view import RepositoryView
from index.flows import star_repository, watch_repository
from index.models import Repository


class RepositoryStar(RepositoryView):
    """The caller's star."""

    @extend_schema(summary="Star a repository", request=None, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Add the star, unless it is there."""
        star_repository.star(self.find(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Take a star back", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Take it back, if there is one."""
        star_repository.unstar(self.find(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RepositoryWatch(RepositoryView):
    """The caller's watch."""

    @extend_schema(summary="Watch a repository", request=None, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Be mailed what happens, as far as the caller's choice of mails says."""
        watch_repository.watch(self.find(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Stop watching", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Be told no longer."""
        watch_repository.unwatch(self.find(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Starred(RepositoryView):
    """What the caller has starred."""

    @extend_schema(summary="List starred repositories", responses=RepositoryOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of them, by name, as far as the caller may still see them."""
        principal = principal_of(request)
        visible = Repository.objects.visible_to(principal).filter(stars__user=principal.user)
        rows = visible.select_related("namespace").order_by("name")
        return paginated(request, rows, RepositoryOutput)


class Watching(RepositoryView):
    """What the caller watches."""

    @extend_schema(summary="List watched repositories", responses=RepositoryOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of them, by name, as far as the caller may still see them."""
        return paginated(
            request, watch_repository.watched_by(principal_of(request)), RepositoryOutput
        )
