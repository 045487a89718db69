"""Everything that `./dev run` needs from Django before it starts the processes, in one go."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from accounts.flows.first_administrator import make_setup_token
from index.flows.place_repositories import place
from index.flows.registries import register_registry
from index.gateway.nginx import AppServers, render_nginx
from index.models import PlacementRule, Registry, RegistryState
from index.registry_config import render_registry_config
from tokenauth.signing.keys import signing_keys

_FIRST_RULES = {"*": 0, "library/*": -1}  # everything on the first registry, official on the last


class Command(BaseCommand):
    """Idempotent: a second run changes only the ports."""

    help = "Migrate, make keys, register local registries, write their and nginx's configuration."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take addresses."""
        parser.add_argument("--listen", required=True, help="host:port of the gateway")
        for name in ("tokens", "passwords", "web"):
            parser.add_argument(f"--{name}", required=True, help="host:port of that app server")
        parser.add_argument("--registry", action="append", required=True, help="name=port")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it all; the last line is JSON with the set-up link."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        signing_keys.create(settings.PUBLIC_HOST)
        registries = [self._registry(*pair.split("=", 1)) for pair in options["registry"]]
        self._first_rules(registries)
        servers = AppServers([options["tokens"]], [options["passwords"]], [options["web"]])
        known = [*registries, *_others(registries)]
        nginx = render_nginx(known, listen=options["listen"], servers=servers)
        _write_private(settings.VAR_DIR / "nginx" / "nginx.conf", nginx)
        token = make_setup_token()
        link = f"{settings.PUBLIC_URL}/setup/{token}" if token else None
        self.stdout.write(json.dumps({"setup_link": link}))

    def _registry(self, name: str, port: str) -> Registry:
        address = f"127.0.0.1:{port}"
        secret = (settings.VAR_DIR / "secrets" / f"events_{name}").read_text().strip()
        registry = register_registry(name, upstream_url=f"http://{address}", events_secret=secret)
        storage = settings.VAR_DIR / "registries" / name
        storage.mkdir(parents=True, exist_ok=True)
        config = render_registry_config(
            registry, listen=address, storage=storage, events_secret=secret
        )
        _write_private(settings.VAR_DIR / "registries" / f"{name}.yml", config)
        return registry

    def _first_rules(self, registries: list[Registry]) -> None:
        with transaction.atomic():
            if not PlacementRule.objects.exists():
                for pattern, position in _FIRST_RULES.items():
                    place(pattern, on=registries[position])


def _others(local: list[Registry]) -> list[Registry]:
    """Return the registries that were added since; nginx would not start for a host nobody knows."""
    added = Registry.objects.exclude(pk__in=[registry.pk for registry in local])
    used = added.exclude(state=RegistryState.RETIRED).order_by("name")
    return [registry for registry in used if _is_known(urlsplit(registry.upstream_url).hostname)]


def _is_known(host: str | None) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
