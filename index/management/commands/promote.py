"""`manage.py promote SOURCE[:tag|@digest] TARGET[:tag] --by USER [--wait]`."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.principals import Principal
from index.errors import IndexRefusal, PromotionRefused
from index.flows.copy_promoted import claim, copy_promoted
from index.flows.promote import Wanted, digest_of_tag, request_promotion
from index.lookup import find_repository
from index.models import Promotion, PromotionState, Repository
from index.names import Reference, parse_reference
from index.outbox import start_soon
from index.promotion_tasks import continue_promotion

_PAUSE = 1.0  # seconds between two looks, where a worker copies


class Command(BaseCommand):
    """Promote an image."""

    help = (
        "Copy the image SOURCE by digest to TARGET, with all that belongs to it. It is somebody's doing: "
        "--by says whose, and what they may not do is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the two images."""
        parser.add_argument("source", help="acme/app:1.0, or acme/app@sha256:…; without, :latest")
        parser.add_argument("target", help="acme/release, or with a tag acme/release:1.0")
        parser.add_argument("--by", required=True, metavar="USER", help="user name")
        parser.add_argument("--reason", default="", help="for the record")
        parser.add_argument(
            "--wait", action="store_true", help="end when it is there, or fail with the reason"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask for it, and perhaps wait."""
        user = User.objects.filter(username=options["by"], is_active=True).first()
        if user is None:
            message = f"There is no account {options['by']}."
            raise CommandError(message)
        try:
            promotion = self._ask(Principal(user), options)
        except IndexRefusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(self._wait(promotion) if options["wait"] else promotion)

    def _ask(self, by: Principal, options: dict[str, Any]) -> Promotion:
        source_reference = parse_reference(options["source"])
        target_reference = parse_reference(options["target"])
        source, target = _find(source_reference, by), _find(target_reference, by)
        tag = source_reference.tag or ("" if source_reference.digest else "latest")
        digest = source_reference.digest or digest_of_tag(source, tag)
        wanted = Wanted(digest, target_reference.tag or tag or "latest", tag, options["reason"])
        promotion = request_promotion(source, target, wanted=wanted, by=by)
        if promotion.state == PromotionState.COPYING and not options["wait"]:
            start_soon(continue_promotion, promotion.pk)
        return promotion

    def _wait(self, promotion: Promotion) -> Promotion:
        """Copy it here, unless a worker is at it already."""
        while promotion.state == PromotionState.COPYING:
            claimed = claim(promotion.pk)
            if claimed:
                copy_promoted(claimed)
            promotion = Promotion.objects.select_related("target").get(pk=promotion.pk)
            if promotion.state == PromotionState.COPYING:
                self.stderr.write(
                    promotion.last_problem or f"{promotion.bytes_copied} bytes so far"
                )
                time.sleep(_PAUSE)
        return promotion

    def _tell(self, promotion: Promotion) -> None:
        where = f"{promotion.target}:{promotion.target_tag}"
        if promotion.state == PromotionState.FAILED:
            message = f"{where}: {promotion.last_problem}"
            raise CommandError(message)
        self.stdout.write(f"{where}: {promotion.get_state_display()} (promotion {promotion.pk})")
        if promotion.state == PromotionState.DONE:
            self.stdout.write(
                f"{promotion.digest}: {promotion.bytes_copied} bytes copied, "
                f"{promotion.bytes_mounted} mounted, {promotion.referrers_copied} referrers"
            )


def _find(reference: Reference, by: Principal) -> Repository:
    found = find_repository(Repository.objects.visible_to(by), reference.name)
    if found is None:
        message = f"there is no repository {reference.name}, or '{by.name}' may not see it"
        raise PromotionRefused(message)
    return found
