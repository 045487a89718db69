"""The pictures of oneself and of organizations, as the body of a request."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import OrganizationView
from accounts.api.views import APIView
from accounts.flows.pictures import LARGEST_BYTES, remove_picture, set_picture
from accounts.people_only import check_person


class PictureParser(BaseParser):
    """The picture itself as the body."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the bytes, and no more than a picture may have."""
        return stream.read(LARGEST_BYTES + 1)


class OwnPicture(APIView):
    """The picture that stands for oneself."""

    parser_classes = (PictureParser,)

    @extend_schema(request={"image/*": OpenApiTypes.BINARY}, responses={204: None})
    def put(self, request: Request) -> Response:
        """Show this picture: PNG, JPEG, GIF or WebP, at most 1 MB."""
        person = check_person(principal_of(request))
        set_picture(person, data=sent_picture(request), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Show initials again."""
        remove_picture(check_person(principal_of(request)), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OrganizationPicture(OrganizationView):
    """The picture that stands for an organization."""

    parser_classes = (PictureParser,)

    @extend_schema(request={"image/*": OpenApiTypes.BINARY}, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Show this picture: PNG, JPEG, GIF or WebP, at most 1 MB."""
        organization = self.find_for_owners(request, name)
        set_picture(organization, data=sent_picture(request), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Show initials again."""
        remove_picture(self.find_for_owners(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def sent_picture(request: Request) -> bytes:
    """Return the body; raise UnsupportedMediaType if it says to be something else."""
    data: Any = request.data
    if not isinstance(data, bytes):
        raise UnsupportedMediaType(str(request.content_type))
    return data
