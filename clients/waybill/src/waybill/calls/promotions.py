"""Promotions: an image of one repository copied into another, perhaps after somebody's yes."""

from __future__ import annotations

from waybill.answers import Promotion, PromotionPreview
from waybill.call import Call, Listing, get, post, segments


def every(repository: str) -> Listing[Promotion]:
    """Those into a repository and out of it, the newest first."""
    return Listing(_path(repository))


def one(repository: str, number: int) -> Call[Promotion]:
    """One, with how far the copying is."""
    return get(f"{_path(repository)}/{number}")


def preview(repository: str, image: str, target: str) -> Call[PromotionPreview]:
    """What would be copied; `image` is a tag or a digest."""
    return get(f"{_path(repository)}/preview", image=image, target=target)


def promote(
    repository: str, image: str, target: str, *, target_tag: str = "", reason: str = ""
) -> Call[Promotion]:
    """Ask for it."""
    given = {"target_tag": target_tag, "reason": reason}
    said = {name: text for name, text in given.items() if text}
    return post(_path(repository), image=image, target=target, **said)


def approve(repository: str, number: int, *, note: str = "") -> Call[Promotion]:
    """Let somebody else's go."""
    return _answered(repository, number, "approve", note)


def refuse(repository: str, number: int, *, note: str = "") -> Call[Promotion]:
    """Say no to somebody else's."""
    return _answered(repository, number, "refuse", note)


def retry(repository: str, number: int) -> Call[Promotion]:
    """Try one again that failed."""
    return post(f"{_path(repository)}/{number}/retry")


def drop(repository: str, number: int) -> Call[Promotion]:
    """Give one up."""
    return post(f"{_path(repository)}/{number}/drop")


def _answered(repository: str, number: int, word: str, note: str) -> Call[Promotion]:
    path = f"{_path(repository)}/{number}/{word}"
    return post(path, note=note) if note else post(path)


def _path(repository: str) -> str:
    return f"repositories/{segments(repository)}/-/promotions"
