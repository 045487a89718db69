"""Pictures: what is uploaded is drawn anew, or refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts.errors import NotAllowed, PictureRefused
from accounts.flows.pictures import LARGEST_BYTES, draw, set_picture
from accounts.models import Picture
from accounts.principals import Principal
from tests.conftest import World


def picture_file(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    """A picture as a browser would send it."""
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_becomes_a_square_webp(kind: str) -> None:
    with Image.open(BytesIO(draw(picture_file(kind)))) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (256, 256))


def test_nothing_that_the_file_said_besides_is_kept() -> None:
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at my front door"
    Image.new("RGB", (64, 64)).save(file, "JPEG", exif=exif)
    assert b"front door" in file.getvalue()
    assert b"front door" not in draw(file.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x00\x00\x01\x00" + b"\x00" * 60,
        picture_file("BMP"),
        picture_file("TIFF"),
        picture_file()[:60],
        b"x" * 1_000_001,
        bomb(50_000, 50_000),
        bomb(6_001, 10),
        bomb(5_900, 5_900),
    ],
    ids=["empty", "cut gif", "svg", "ico", "bmp", "tiff", "cut png", "big", "bomb", "wide", "area"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        draw(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_what_is_hidden_behind_a_picture_goes(kind: str) -> None:
    script = b"<script>alert(document.domain)</script>"
    drawn = draw(picture_file(kind) + script + b"PK\x05\x06" + b"\0" * 18)
    assert script not in drawn
    assert drawn.startswith(b"RIFF")


def test_a_picture_that_is_also_a_program_loses_the_program() -> None:
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, "GIF", comment=b"*/=alert(1)/*")
    text = BytesIO()
    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>", zip=True)
    Image.new("RGB", (64, 64)).save(text, "PNG", pnginfo=info)
    for data in (file.getvalue(), text.getvalue()):
        assert b"alert" not in draw(data)


def test_text_that_unpacks_to_much_is_refused_or_left_out() -> None:
    info = PngInfo()
    info.add_text("Comment", "x" * 50_000_000, zip=True)
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG", pnginfo=info)
    assert len(file.getvalue()) < LARGEST_BYTES
    with pytest.raises(PictureRefused):
        draw(file.getvalue())


def test_only_the_first_of_many_frames_is_drawn() -> None:
    frames = [Image.new("P", (300, 300), number % 256) for number in range(500)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], optimize=False)
    with Image.open(BytesIO(draw(file.getvalue()))) as drawn:
        assert getattr(drawn, "n_frames", 1) == 1


def test_a_frame_larger_than_the_gif_says_is_refused() -> None:
    data = bytearray(picture_file("GIF", (64, 64)))
    place = data.index(b",\0\0\0\0") + 5
    data[place : place + 4] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(PictureRefused):
        draw(bytes(data))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16", "LA"])
def test_pictures_of_every_kind_are_drawn(mode: str) -> None:
    file = BytesIO()
    Image.new(mode, (40, 300)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(BytesIO(draw(file.getvalue()))) as drawn:
        assert drawn.size == (256, 256)


def test_an_uploaded_picture_is_served_to_everybody_for_good(world: World, client: Client) -> None:
    client.force_login(world.alice)
    file = SimpleUploadedFile("me.html", picture_file(), "text/html")
    assert client.post("/settings/profile/picture", {"picture": file}).status_code == 302
    digest = Picture.objects.get(user=world.alice).digest
    assert f"/avatars/{digest}" in client.get("/u/alice").content.decode()
    answer = Client().get(f"/avatars/{digest}")
    assert answer.headers["Content-Type"] == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_refused_picture_is_explained_and_changes_nothing(world: World, client: Client) -> None:
    client.force_login(world.alice)
    file = SimpleUploadedFile("me.png", b"<svg/>", "image/png")
    page = client.post("/settings/profile/picture", {"picture": file}).content.decode()
    assert "That is no picture we can read" in page
    assert not Picture.objects.exists()


def test_initials_come_back(world: World, client: Client) -> None:
    set_picture(world.alice, data=picture_file(), by=Principal(world.alice))
    client.force_login(world.alice)
    client.post("/settings/profile/picture/remove")
    assert not Picture.objects.exists()


def test_owners_choose_the_picture_of_an_organization_and_nobody_else(world: World) -> None:
    set_picture(world.acme, data=picture_file(), by=Principal(world.olga))
    assert Picture.objects.get().organization == world.acme
    with pytest.raises(NotAllowed):
        set_picture(world.acme, data=picture_file(), by=Principal(world.mia))
    with pytest.raises(NotAllowed):
        set_picture(world.alice, data=picture_file(), by=Principal(world.bob))


def test_an_unknown_picture_is_404(db: None, client: Client) -> None:
    assert client.get(f"/avatars/{'0' * 64}").status_code == 404
