"""What the API says of a search."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from index.api.repositories import RepositoryOutput


class CorrectionOutput(serializers.Serializer[Any]):
    """A word that was searched for instead of what was typed."""

    typed = serializers.CharField()
    searched = serializers.CharField()


class FacetOutput(serializers.Serializer[Any]):
    """One value, and how to search with it, or without it again."""

    value = serializers.CharField()
    count = serializers.IntegerField(help_text="Among the first 1,000 that were found.")
    is_chosen = serializers.BooleanField()
    query = serializers.CharField(help_text="`q` with this value added, or taken out.")


class FacetGroupOutput(serializers.Serializer[Any]):
    """What can be chosen of one kind."""

    title = serializers.CharField()
    key = serializers.CharField(help_text="Of the operator that stands for it.")
    facets = FacetOutput(many=True)


class SearchOutput(serializers.Serializer[Any]):
    """A page of what was found; only what the caller may see is counted."""

    query = serializers.CharField(help_text="`q` with single blanks.")
    total = serializers.IntegerField(help_text="How many were found; counting ends at 1,000.")
    is_more = serializers.BooleanField(help_text="Whether there are more than `total`.")
    next = serializers.URLField(allow_null=True, help_text="The next page; null at the end.")
    corrected = CorrectionOutput(many=True)
    partial = serializers.BooleanField(  # type: ignore[assignment]  # Serializer has a `partial` too
        help_text="Whether none has all the words."
    )
    facets = FacetGroupOutput(many=True, allow_null=True, help_text="Null unless asked for.")
    results = RepositoryOutput(many=True)


class SuggestionsOutput(serializers.Serializer[Any]):
    """What could be meant, the best first."""

    results = RepositoryOutput(many=True)


class RowOutput(serializers.Serializer[Any]):
    """A repository of another index, as that index describes it."""

    name = serializers.CharField()
    description = serializers.CharField()
    star_count = serializers.IntegerField(source="stars")
    is_official = serializers.BooleanField()


class IndexOutput(serializers.Serializer[Any]):
    """What one other index answered."""

    title = serializers.CharField()
    address = serializers.URLField()
    problem = serializers.CharField(help_text="Why there are no results; empty if it answered.")
    results = RowOutput(source="rows", many=True)


class ElsewhereOutput(serializers.Serializer[Any]):
    """What other indexes answered, in the order of the setting that names them."""

    indexes = IndexOutput(many=True)
