"""How names of repositories stand in addresses."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter


class RepositoryConverter(StringConverter):
    """`<repository:name>`: segments of which none is `-`, so what follows `/-/` is always ours."""

    regex = r"(?!-(?![^/]))[^/]+(?:/(?!-(?![^/]))[^/]+)*"


register_converter(RepositoryConverter, "repository")
