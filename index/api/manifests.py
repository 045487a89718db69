"""Manifests: what one is made of, what belongs to it, and how two differ."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from index.api.repository_view import RepositoryView
from index.image_comparison import compare_references
from index.manifest_facts import ManifestFacts, find_manifest
from index.names import is_digest, is_tag


class LayerOutput(serializers.Serializer[Any]):
    """A layer, the lowest first."""

    digest = serializers.CharField()
    size = serializers.IntegerField(help_text="Compressed, in bytes.")
    media_type = serializers.CharField()


class BuildStepOutput(serializers.Serializer[Any]):
    """One step of the build."""

    command = serializers.CharField()
    created_by = serializers.CharField(source="full", help_text="As the builder wrote it.")
    created = serializers.DateTimeField(allow_null=True)
    comment = serializers.CharField()
    layer = serializers.IntegerField(help_text="Number of the layer it made, from 1; 0 if none.")


class NamedOutput(serializers.Serializer[Any]):
    """A name and a value."""

    name = serializers.CharField()
    value = serializers.CharField()


class ConfigOutput(serializers.Serializer[Any]):
    """What an image says of how it runs; what cannot be seen in a text stands as <U+...>."""

    platform = serializers.CharField()
    created = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField()
    user = serializers.CharField()
    workdir = serializers.CharField()
    stop_signal = serializers.CharField()
    entrypoint = serializers.CharField(help_text="As a build file writes it.")
    command = serializers.CharField(help_text="As a build file writes it.")
    env = NamedOutput(many=True)
    labels = NamedOutput(many=True)
    ports = serializers.ListField(child=serializers.CharField())
    volumes = serializers.ListField(child=serializers.CharField())


class EntryOutput(serializers.Serializer[Any]):
    """What an index lists."""

    digest = serializers.CharField(source="entry.digest")
    platform = serializers.CharField(source="entry.platform")
    is_attestation = serializers.BooleanField(source="entry.is_attestation")
    about = serializers.CharField(source="entry.about", help_text="What an attestation is about.")
    kinds = serializers.ListField(child=serializers.CharField())
    size = serializers.IntegerField(allow_null=True)


class ReferrerOutput(serializers.Serializer[Any]):
    """What is about a manifest."""

    digest = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    artifact_type = serializers.CharField()
    predicates = serializers.ListField(child=serializers.CharField())
    size = serializers.IntegerField(allow_null=True)


class ParentOutput(serializers.Serializer[Any]):
    """An index that lists it."""

    digest = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())


class ManifestOutput(serializers.Serializer[ManifestFacts]):
    """A manifest. Lists are cut: `document` has all of it."""

    digest = serializers.CharField(source="manifest.digest")
    media_type = serializers.CharField(source="manifest.media_type")
    artifact_type = serializers.CharField(source="manifest.artifact_type")
    contents = serializers.CharField(
        source="manifest.contents", help_text="kept, too-large, gone, or empty: not read yet."
    )
    size = serializers.IntegerField(source="manifest.size", allow_null=True)
    platform = serializers.CharField(source="manifest.platform")
    kinds = serializers.ListField(
        child=serializers.CharField(), help_text="What an artifact is; empty for images."
    )
    tags = serializers.SerializerMethodField()
    layers = LayerOutput(source="image.layers", many=True)
    history = BuildStepOutput(source="image.history", many=True)
    config = ConfigOutput(source="image.config")
    entries = EntryOutput(many=True)
    parents = ParentOutput(many=True)
    subject = serializers.CharField(help_text="What it is about; empty if about nothing.")
    referrers = ReferrerOutput(many=True)
    document = serializers.SerializerMethodField()

    def get_tags(self, facts: ManifestFacts) -> list[str]:
        """Return the newest tags that point to it."""
        return [tag.name for tag in facts.tags]

    def get_document(self, facts: ManifestFacts) -> str:
        """Return the manifest as the registry served it, as text; empty if it is not kept."""
        return facts.document.decode("utf-8", "replace")


class ChangeOutput(serializers.Serializer[Any]):
    """One thing that differs."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class SideOutput(serializers.Serializer[Any]):
    """One of the two."""

    reference = serializers.CharField()
    digest = serializers.CharField(help_text="Of the image that was compared.")
    platform = serializers.CharField()
    problem = serializers.CharField(help_text="Why there is nothing to compare; or empty.")


class ComparisonOutput(serializers.Serializer[Any]):
    """How the second differs from the first."""

    before = SideOutput()
    after = SideOutput()
    platform = serializers.CharField()
    platforms = serializers.ListField(child=serializers.CharField())
    shared = LayerOutput(source="comparison.shared", many=True, default=list)
    removed = LayerOutput(source="comparison.removed", many=True, default=list)
    added = LayerOutput(source="comparison.added", many=True, default=list)
    same_base_layers = serializers.IntegerField(source="comparison.base", default=0)
    fields_changed = ChangeOutput(source="comparison.fields", many=True, default=list)
    env = ChangeOutput(source="comparison.env", many=True, default=list)
    labels = ChangeOutput(source="comparison.labels", many=True, default=list)


class OneManifest(RepositoryView):
    """One manifest."""

    is_open = True

    @extend_schema(operation_id="repositories_manifests_retrieve", responses=ManifestOutput)
    def get(self, request: Request, name: str, reference: str) -> Response:
        """Return what a tag or a digest names: layers, history, config, and what belongs to it."""
        repository = self.find(request, name)
        is_reference = is_tag(reference) or is_digest(reference)
        manifest = find_manifest(repository, reference) if is_reference else None
        if manifest is None:
            raise Http404
        return Response(ManifestOutput(ManifestFacts(manifest)).data)


class Compare(RepositoryView):
    """Two images."""

    is_open = True

    @extend_schema(
        operation_id="repositories_compare_retrieve",
        parameters=[
            OpenApiParameter("from", str, required=True, description="A tag or a digest."),
            OpenApiParameter("to", str, required=True, description="A tag or a digest."),
            OpenApiParameter("platform", str, description="Which image of an index."),
        ],
        responses=ComparisonOutput,
    )
    def get(self, request: Request, name: str) -> Response:
        """Return how the second image differs from the first."""
        repository = self.find(request, name)
        asked = [str(request.query_params.get(key, ""))[:140] for key in ("from", "to", "platform")]
        return Response(ComparisonOutput(compare_references(repository, *asked)).data)
