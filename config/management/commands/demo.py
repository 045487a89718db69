"""`manage.py demo`: fill an instance on this machine with people, repositories and images."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import afterwards, filling
from config.demo.catalogue import REPOSITORIES
from config.demo.content import ContentMover, wait_for_news
from config.demo.nightly import push_nightly
from config.demo.password import demo_password
from config.demo.people import ORGANIZATIONS, PEOPLE
from config.demo.pushing import PushRefused
from index.errors import IndexRefusal


class Command(BaseCommand):
    """Idempotent: what is there is left alone."""

    help = "Fill a local, running instance with example people, repositories and pushed images."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make what is missing, and say what there is."""
        if not is_loopback(settings.PUBLIC_URL):
            message = (
                f"The demo fills local instances alone, and this one is {settings.PUBLIC_URL}: "
                "its people would be strangers with accounts on a real service."
            )
            raise CommandError(message)
        password = demo_password(settings.VAR_DIR / "secrets")
        try:
            made = self._fill(password)
        except filling.NameInUse as error:
            message = (
                f"The name {error} is taken by somebody who is not of the demo: "
                "use a fresh instance (./dev run --var DIR --port PORT)."
            )
            raise CommandError(message) from error
        except (PushRefused, IndexRefusal) as error:
            message = f"The demo stopped half-way; run it again once this is mended: {error}"
            raise CommandError(message) from error
        self._report(made, password)

    def _fill(self, password: str) -> dict[str, int]:
        filling.place_releases()
        made = {
            "people": sum(filling.add_person(name, password=password) for name in PEOPLE),
            "organizations": sum(map(filling.add_organization, ORGANIZATIONS)),
            "repositories": sum(map(filling.add_repository, REPOSITORIES)),
        }
        for organization in ORGANIZATIONS:
            filling.add_grants(organization)
        made["stars"] = sum(map(filling.add_stars, REPOSITORIES))
        mover = ContentMover(settings.PUBLIC_URL, password)
        for plan in REPOSITORIES:
            mover.fill(plan)
        mover.tags += push_nightly(mover)
        is_known = not mover.tags or wait_for_news(REPOSITORIES, say=self.stdout.write)
        if not is_known:
            self.stdout.write(
                "For a minute no registry has told of anything, and some images are not known yet: what "
                "is promoted and deleted is left out. Look whether the worker and the registries run "
                "(./dev run shows their lines), then run ./dev demo again: it adds what is missing."
            )
        events = afterwards.do_all() if is_known else 0
        return {**made, "tags": mover.tags, "pulls": mover.pulls, "things that happened": events}

    def _report(self, made: dict[str, int], password: str) -> None:
        if any(made.values()):
            self.stdout.write("\nThe demo has added:\n")
            for what, number in made.items():
                if number:
                    self.stdout.write(f"  {number:>4}  {what}")
        else:
            self.stdout.write("\nThe demo was here already: nothing is changed.")
        host, url = settings.PUBLIC_HOST, settings.PUBLIC_URL
        self.stdout.write(
            f"\nEverybody's password here: {password}\n"
            f"  {', '.join(PEOPLE)}\n"
            "\nLook first at\n"
            f"  {url}/r/lantern       one image for three platforms\n"
            f"  {url}/o/harborworks   what an organization shows; log in as pavel and look again\n"
            f"  {url}/r/harborworks/almanac   its README is in the image; log in as oskar: history,\n"
            "      what was promoted, deleted and kept, who is told\n"
            f"  {url}/r/greenfield/price-feed/-/secrets   log in as tamsin: a password in an image\n"
            f"  {url}/search?q=web    what visitors find; log in as leila and search again\n"
            f"  docker search {host}/server\n"
            f"  docker pull {host}/nadia/hello:1.0\n"
            f"  docker login -u quentin {host}\n"
            f"  docker pull {host}/harborworks/secrets-sync:3      quentin is on call: he may\n"
            f"  docker pull {host}/tidepool-labs/etl-nightly       he may not, and is told so"
        )


def is_loopback(url: str) -> bool:
    """Whether the URL can only mean this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
