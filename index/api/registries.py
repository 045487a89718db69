"""Registries, for sessions of administrators: what the pages under /manage/registries do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from index.api.operator_view import ConfirmedOperatorView, OperatorView
from index.flows import registries as flows
from index.flows.check_registry import check_registry
from index.models import KeyFormat, Registry, RegistryCheck, Stage, Writers
from index.probing.findings import told
from index.registry_health import latest_checks
from index.registry_map import Holdings, holdings
from index.registry_settings import RegistrySettings
from index.registry_snippets import Distribution, snippets_for


class RegistryOutput(serializers.ModelSerializer[Registry]):
    """A registry; what it keeps is as it was counted last, sizes in bytes."""

    is_healthy = serializers.SerializerMethodField(help_text="Null if nobody looked yet.")
    repositories = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    size = serializers.SerializerMethodField()
    secrets = serializers.SerializerMethodField(
        help_text="How many events secrets hold: 2 during a change."
    )

    class Meta:
        """The fields, by name."""

        model = Registry
        fields: ClassVar[list[str]] = [
            "name", "upstream_url", "service", "key_format", "stage", "writers", "needs_approval",
            "description", "state", "is_healthy", "last_heard_at", "writes_held_until",
            "repositories", "tags", "size", "secrets", "created_at",
        ]  # fmt: skip

    def get_is_healthy(self, registry: Registry) -> bool | None:
        """Return what the newest check found."""
        checks = self.context.get("checks")
        check = registry.checks.first() if checks is None else checks.get(registry.pk)
        return check.is_healthy if check else None

    def get_repositories(self, registry: Registry) -> int:
        """Return how many it keeps."""
        return self._kept(registry).repositories

    def get_tags(self, registry: Registry) -> int:
        """Return how many it keeps."""
        return self._kept(registry).tags

    def get_size(self, registry: Registry) -> int:
        """Return how much it keeps; a blob counts once."""
        return self._kept(registry).size

    def get_secrets(self, registry: Registry) -> int:
        """Return how many hold."""
        digests = (registry.events_secret_digest, registry.previous_events_secret_digest)
        return len([digest for digest in digests if digest])

    def _kept(self, registry: Registry) -> Holdings:
        kept: Mapping[int, Holdings] = self.context.get("kept") or holdings()
        return kept.get(registry.pk, Holdings())


class NewRegistryOutput(RegistryOutput):
    """A registry and its events secret, shown this once."""

    events_secret = serializers.CharField()

    class Meta(RegistryOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*RegistryOutput.Meta.fields, "events_secret"]


class RetiredRegistryOutput(RegistryOutput):
    """A registry that is asked nothing any more."""

    copies_given_up = serializers.IntegerField(
        help_text="Old copies of what was moved that are still there: nobody will delete them."
    )

    class Meta(RegistryOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*RegistryOutput.Meta.fields, "copies_given_up"]


class EventsSecretOutput(serializers.Serializer[Any]):
    """A new events secret, shown this once."""

    events_secret = serializers.CharField()


class RegistryInput(serializers.Serializer[Any]):
    """What a registry is; what is left out of a change stays. An empty service is the gateway's."""

    upstream_url = serializers.CharField(max_length=200)
    service = serializers.CharField(max_length=255, required=False, allow_blank=True)
    key_format = serializers.ChoiceField(choices=KeyFormat.choices, required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False, allow_blank=True)
    writers = serializers.ChoiceField(choices=Writers.choices, required=False)
    needs_approval = serializers.BooleanField(required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NewRegistryInput(RegistryInput):
    """A registry to add."""

    name = serializers.CharField(max_length=40)


class RegistryCheckOutput(serializers.ModelSerializer[RegistryCheck]):
    """One look: findings are `check`, `verdict` (good, warning, bad, unknown) and `words`."""

    findings = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = RegistryCheck
        fields: ClassVar[list[str]] = ["at", "is_healthy", "milliseconds", "findings"]

    def get_findings(self, check: RegistryCheck) -> list[dict[str, str]]:
        """Return what was found, in words."""
        return [told(kept) for kept in check.findings]


class RegistryFileOutput(serializers.Serializer[Any]):
    """One file to paste."""

    key = serializers.CharField()
    title = serializers.CharField()
    file = serializers.CharField()
    text = serializers.CharField()
    hint = serializers.CharField()


class RegistryFilesOutput(serializers.Serializer[Any]):
    """Everything there is to paste."""

    files = RegistryFileOutput(many=True)


class Registries(ConfirmedOperatorView):
    """All registries."""

    shown_once = "registries/{name}"

    @extend_schema(responses=RegistryOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of registries, by name."""
        registries = Registry.objects.order_by("name")
        context = {"checks": latest_checks(registries), "kept": holdings()}
        return paginated(request, registries, RegistryOutput, context)

    @extend_schema(request=NewRegistryInput, responses={201: NewRegistryOutput})
    def post(self, request: Request) -> Response:
        """Add a registry. Its events secret is in this answer alone."""
        sent = NewRegistryInput(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = dict(sent.validated_data)
        name, to_be = asked.pop("name"), RegistrySettings(**_typed(asked))
        registry, secret = flows.add_registry(name, to_be=to_be, by=principal_of(request))
        return Response(RegistryOutput(registry).data | {"events_secret": secret}, status=201)


class OneRegistry(ConfirmedOperatorView):
    """One registry."""

    passing = ("is_healthy", "last_heard_at", "writes_held_until", "repositories", "tags", "size")
    hold = ConfirmedOperatorView.hold_registry

    @extend_schema(responses=RegistryOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return a registry."""
        return Response(RegistryOutput(self.find_registry(name)).data)

    @extend_schema(request=RegistryInput, responses=RegistryOutput)
    @conditional
    def patch(self, request: Request, name: str) -> Response:
        """Change the fields that are sent."""
        registry = self.find_registry(name)
        sent = RegistryInput(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        to_be = replace(_as_it_is(registry), **_typed(dict(sent.validated_data)))
        flows.change_registry(registry, to_be=to_be, by=principal_of(request))
        return Response(RegistryOutput(registry).data)


class RegistrySecret(ConfirmedOperatorView):
    """What a registry signs in with to notify us."""

    shown_once = "registries/{name}/secret"

    @extend_schema(request=None, responses={201: EventsSecretOutput})
    def post(self, request: Request, name: str) -> Response:
        """Make a new secret; the one of until now holds beside it."""
        secret = flows.renew_events_secret(self.find_registry(name), by=principal_of(request))
        return Response({"events_secret": secret}, status=201)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """End the older secret."""
        flows.end_previous_secret(self.find_registry(name), by=principal_of(request))
        return Response(status=204)


class _Step(ConfirmedOperatorView):
    flow: ClassVar[Callable[..., None]]

    @extend_schema(request=None, responses=RegistryOutput)
    def post(self, request: Request, name: str) -> Response:
        registry = self.find_registry(name)
        type(self).flow(registry, by=principal_of(request))
        return Response(RegistryOutput(registry).data)


class DrainRegistry(_Step):
    """Give a registry nothing new."""

    flow = staticmethod(flows.drain_registry)


class UseRegistry(_Step):
    """Use a registry again."""

    flow = staticmethod(flows.use_registry)


class RetireRegistry(ConfirmedOperatorView):
    """Ask a registry nothing any more, once it keeps nothing."""

    @extend_schema(request=None, responses=RetiredRegistryOutput)
    def post(self, request: Request, name: str) -> Response:
        """Retire a registry, and say how many old copies are given up there."""
        registry = self.find_registry(name)
        given_up = flows.retire_registry(registry, by=principal_of(request))
        return Response(RegistryOutput(registry).data | {"copies_given_up": given_up})


class RegistryChecks(OperatorView):
    """How a registry has been."""

    @extend_schema(
        responses=RegistryCheckOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of checks, the newest first."""
        return paginated(request, self.find_registry(name).checks.all(), RegistryCheckOutput)

    @extend_schema(request=None, responses={201: RegistryCheckOutput})
    def post(self, request: Request, name: str) -> Response:
        """Check a registry now."""
        check = check_registry(self.find_registry(name), thoroughly=True)
        return Response(RegistryCheckOutput(check).data, status=201)


class RegistryConfiguration(OperatorView):
    """What to paste where a registry runs."""

    @extend_schema(
        parameters=[OpenApiParameter("distribution", str, enum=["2", "3"])],
        responses=RegistryFilesOutput,
    )
    def get(self, request: Request, name: str) -> Response:
        """Return the files, for distribution 3 unless `?distribution=2`; the secret is left out."""
        chosen: Distribution = "2" if request.query_params.get("distribution") == "2" else "3"
        snippets = snippets_for(self.find_registry(name), distribution=chosen)
        return Response(RegistryFilesOutput({"files": snippets}).data)


def _as_it_is(registry: Registry) -> RegistrySettings:
    return RegistrySettings(
        upstream_url=registry.upstream_url,
        service=registry.service,
        stage=Stage(registry.stage),
        writers=Writers(registry.writers),
        needs_approval=registry.needs_approval,
        description=registry.description,
    )


def _typed(asked: dict[str, Any]) -> dict[str, Any]:
    types = {"key_format": KeyFormat, "stage": Stage, "writers": Writers}
    return {name: types[name](value) if name in types else value for name, value in asked.items()}
