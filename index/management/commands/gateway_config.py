"""`manage.py gateway_config --listen 443 --tokens HOST:PORT … --web HOST:PORT …` prints nginx.conf."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.gateway.nginx import AppServers, Certificate, render_nginx
from index.models import Registry


class Command(BaseCommand):
    """Make it anew after adding a registry or changing an address, then reload nginx."""

    help = "Print the configuration of the gateway. It holds a secret: keep the file private."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take addresses and the certificate."""
        parser.add_argument("--listen", required=True, help="[host:]port")
        where = "host:port; repeatable; as --web if left out"
        parser.add_argument("--tokens", action="append", help=f"app servers for tokens: {where}")
        parser.add_argument("--passwords", action="append", help=f"for passwords: {where}")
        parser.add_argument(
            "--web", required=True, action="append", help="for pages: host:port; repeatable"
        )
        parser.add_argument("--certificate", help="certificate chain, if nginx is to end TLS")
        parser.add_argument("--key", help="its private key")
        parser.add_argument("--access-log", default="", help="a file: a line of JSON per request")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        chain, key = options["certificate"], options["key"]
        if bool(chain) != bool(key):
            message = "Give both --certificate and --key, or neither."
            raise CommandError(message)
        certificate = Certificate(chain, key) if chain else None
        web = options["web"]
        servers = AppServers(options["tokens"] or web, options["passwords"] or web, web)
        registries = Registry.objects.order_by("name")
        self.stdout.write(
            render_nginx(
                registries,
                listen=options["listen"],
                servers=servers,
                certificate=certificate,
                access_log=options["access_log"],
            )
        )
