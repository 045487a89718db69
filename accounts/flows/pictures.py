"""Pictures of people and organizations: drawn anew from what was uploaded, never kept as it came."""

from __future__ import annotations

import hashlib
import struct
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.audit import AuditAction, record
from accounts.errors import NotAllowed, PictureRefused
from accounts.limits import PICTURES
from accounts.models import Organization, Picture, User
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from accounts.ratelimits import spend

LARGEST_BYTES = 1_000_000
_LARGEST_SIDE = 6_000
_LARGEST_PIXELS = 24_000_000  # four bytes each while it is drawn
_SIDE = 256
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # SVG is a program, and would be served from here
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    MemoryError,
    struct.error,
)


def set_picture(holder: User | Organization, *, data: bytes, by: Principal) -> Picture:
    """Show this picture of a person or an organization; raise PictureRefused or NotAllowed."""
    _check(holder, by)
    spend(PICTURES, by.subject, what=gettext("new pictures"))
    image = draw(data)
    digest = hashlib.sha256(image).hexdigest()
    with transaction.atomic():
        picture, _ = Picture.objects.update_or_create(
            **_owner(holder), defaults={"image": image, "digest": digest}
        )
        _record(AuditAction.PICTURE_CHANGED, holder, by=by)
    return picture


def remove_picture(holder: User | Organization, *, by: Principal) -> None:
    """Show initials again."""
    _check(holder, by)
    with transaction.atomic():
        deleted, _ = Picture.objects.filter(**_owner(holder)).delete()
        if deleted:
            _record(AuditAction.PICTURE_REMOVED, holder, by=by)


def draw(data: bytes) -> bytes:
    """Return a square WebP of the first frame, without anything that the file said besides."""
    if len(data) > LARGEST_BYTES:
        message = gettext("A picture has at most %(largest_bytes)s MB.") % {
            "largest_bytes": LARGEST_BYTES // 1000000
        }
        raise PictureRefused(message)
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_size(*image.size)  # the header says it; nothing has been unpacked yet
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            square = ImageOps.fit(upright, (_SIDE, _SIDE), Image.Resampling.LANCZOS)
    except _BROKEN as error:
        message = gettext("That is no picture we can read. Send a PNG, JPEG, GIF or WebP file.")
        raise PictureRefused(message) from error
    drawn = BytesIO()
    square.save(drawn, "WEBP", quality=85, exif=b"", icc_profile=b"")
    return drawn.getvalue()


def _check_size(width: int, height: int) -> None:
    if max(width, height) > _LARGEST_SIDE or width * height > _LARGEST_PIXELS:
        message = gettext(
            "A picture has at most %(largest_side)s pixels on a side, and 24 million in all."
        ) % {"largest_side": _LARGEST_SIDE}
        raise PictureRefused(message)


def _check(holder: User | Organization, by: Principal) -> None:
    if isinstance(holder, Organization):
        check_owner(by, holder)
    elif by.user != holder:
        message = gettext("Only you yourself choose your picture.")
        raise NotAllowed(message)


def _owner(holder: User | Organization) -> dict[str, Any]:
    return {"organization" if isinstance(holder, Organization) else "user": holder}


def _record(action: AuditAction, holder: User | Organization, *, by: Principal) -> None:
    user = holder if isinstance(holder, User) else None
    record(action, by=by, namespace=holder.namespace, user=user, target=str(holder))
