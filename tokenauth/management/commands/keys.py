"""`manage.py keys list|create|prepare|probe|rotate|retire|export`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.changes import stamp
from index.key_formats import key_format_of
from index.models import KeyFormat, Registry
from tokenauth import key_exports
from tokenauth.key_list import describe_keys
from tokenauth.key_probe import ask_registries
from tokenauth.key_rotation import rotate
from tokenauth.models import Verdict
from tokenauth.signing.key_folder import KeyTrouble, kid_of
from tokenauth.signing.keys import signing_keys
from tokenauth.signing.tokens import LEEWAY

_MOST_AHEAD = 12
_ROOT_HELP = "file of the root's private key, where it is not in the keys folder"
_EXPORTS: dict[str, Callable[[str, KeyFormat], str]] = {
    "distribution-2": lambda service, kind: key_exports.distribution(service, kind, version=2),
    "distribution-3": lambda service, kind: key_exports.distribution(service, kind, version=3),
    "zot": lambda service, _kind: key_exports.zot(service),
    "jwks": lambda _service, kind: key_exports.jwks(signing_keys.all(), kind),
    "certificates": lambda _service, _kind: key_exports.certificates(signing_keys.all()),
    "certificate": lambda _service, _kind: key_exports.one_certificate(signing_keys),
    "root": lambda _service, _kind: signing_keys.root_certificate.read_text().rstrip("\n"),
}


class Command(BaseCommand):
    """Look after the signing keys. No key is ever managed over HTTP."""

    help = "List the signing keys, make, try, rotate or retire them, and tell registries of them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a verb and what belongs to it."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the root, every key, and who takes the next one")
        create = verbs.add_parser("create", help="make root and first key, where there are none")
        create.add_argument("--root", type=Path, help="keep the root's private key in this file")
        prepare = verbs.add_parser("prepare", help="make and publish keys that will sign later")
        prepare.add_argument("--ahead", type=int, default=1, help="how many, each for 60 days")
        prepare.add_argument("--root", type=Path, help=_ROOT_HELP)
        probe = verbs.add_parser("probe", help="try the next key at each registry, change nothing")
        probe.add_argument("registry", nargs="*", help="only these")
        rotation = verbs.add_parser(
            "rotate", help="sign with the next key, if all registries take it"
        )
        rotation.add_argument("--root", type=Path, help=_ROOT_HELP)
        rotation.add_argument(
            "--skip", action="append", default=[], metavar="REGISTRY", help="do not wait for it"
        )
        retire = verbs.add_parser("retire", help="let a key verify no more")
        retire.add_argument("kid", help="its id, or how the id begins")
        retire.add_argument("--now", action="store_true", help="even while its tokens live")
        export = verbs.add_parser("export", help="print what a registry needs to know")
        export.add_argument("what", choices=list(_EXPORTS))
        export.add_argument("--service", help="of registries that have one of their own")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in a sentence why not."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except KeyTrouble as trouble:
            raise CommandError(_sentence(str(trouble))) from trouble

    def _list(self, _options: dict[str, Any]) -> None:
        for line in describe_keys(signing_keys):
            self.stdout.write(line)

    def _create(self, options: dict[str, Any]) -> None:
        signing_keys.create(settings.PUBLIC_HOST, root=options["root"])
        if not (signing_keys.directory / "current").exists():
            message = f"{signing_keys.directory} has a root and no signing key: run `keys rotate`"
            raise KeyTrouble(message)
        self._list(options)

    def _prepare(self, options: dict[str, Any]) -> None:
        if not 1 <= options["ahead"] <= _MOST_AHEAD:
            message = f"--ahead takes 1 to {_MOST_AHEAD}"
            raise KeyTrouble(message)
        for _ in range(options["ahead"]):
            last = signing_keys.contents().last_in_line
            key = signing_keys.prepare(settings.PUBLIC_HOST, root=options["root"], after=last)
            self.stdout.write(f"{key.kid} is next after {last.kid}, until {key.ends_at:%Y-%m-%d}")

    def _probe(self, options: dict[str, Any]) -> None:
        _check_names(options["registry"])
        contents = signing_keys.contents()
        key = contents.next or contents.current
        self.stdout.write(f"{key.kid}, which {'signs next' if contents.next else 'signs'}:")
        probes = ask_registries(key, names=options["registry"] or None)
        for probe in probes:
            self.stdout.write(f"  {probe}")
        if any(probe.verdict != Verdict.ACCEPTED for probe in probes):
            message = "not every registry takes this key and asks for one"
            raise KeyTrouble(message)

    def _rotate(self, options: dict[str, Any]) -> None:
        _check_names(options["skip"])
        key = rotate(root=options["root"], skip=options["skip"])
        self.stdout.write(f"{key.kid} signs from now on, until {key.ends_at:%Y-%m-%d}")

    def _retire(self, options: dict[str, Any]) -> None:
        kid = _find(options["kid"])
        contents = signing_keys.contents()
        stopped_at = contents.stopped_at.get(kid)
        lived = timedelta(seconds=settings.TOKEN_LIFETIME + LEEWAY)
        until = stopped_at + lived if stopped_at else None
        if until and until > timezone.now() and not options["now"]:
            message = (
                f"{kid} has signed tokens that live until {until:%Y-%m-%d %H:%M:%S} UTC: retire it"
                " then, or with --now, which ends them at once"
            )
            raise KeyTrouble(message)
        signing_keys.retire(kid)
        stamp.renew()  # what was decided for its tokens is not to be remembered
        self.stdout.write(f"{kid} verifies no more and is out of the JWKS.")
        if until:
            self.stdout.write(
                f"The last tokens it signed live until {until:%Y-%m-%d %H:%M:%S} UTC."
            )
        self.stdout.write("Registries that were given this key itself forget it when restarted.")

    def _export(self, options: dict[str, Any]) -> None:
        service = options["service"] or settings.SERVICE
        self.stdout.write(_EXPORTS[options["what"]](service, key_format_of(service)))
        if options["what"] == "zot":
            self.stderr.write(key_exports.ZOT_HINT)


def _find(beginning: str) -> str:
    """Return the one key whose id begins so; keys with a broken file are found by its name."""
    names = {kid_of(path) for path in signing_keys.directory.glob("leaf-*.pem")}
    found = sorted(kid for kid in names if kid[: len(beginning)] == beginning)
    if len(found) != 1:
        message = f"{len(found) or 'no'} keys begin with {beginning}: see `keys list`"
        raise KeyTrouble(message)
    return found[0]


def _check_names(names: list[str]) -> None:
    for name in names:
        if not Registry.objects.filter(name=name).exists():
            message = f"there is no registry {name}"
            raise KeyTrouble(message)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] if text[:2].isalpha() and text[:1].islower() else text
