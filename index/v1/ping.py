"""`/v1/_ping`: that this is an index and not a registry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from index.v1.responses import json_response


def get_ping(_request: HttpRequest) -> HttpResponse:
    """Answer that registries stand elsewhere: docker then spares us an empty Basic header."""
    response = json_response({"standalone": False})
    response["X-Docker-Registry-Version"] = "0.9.1"
    response["X-Docker-Registry-Standalone"] = "false"
    return response
