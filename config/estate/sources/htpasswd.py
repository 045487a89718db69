"""A file of `htpasswd`, as registries without a token server have: names and hashes, no rights at all."""

from __future__ import annotations

from pathlib import Path

from config.estate.records.people import Person
from config.estate.sources.errors import NotTaken, Unusable
from config.estate.sources.moving import Moving
from config.estate.sources.names import Kind


def read(path: Path, moving: Moving) -> None:
    """Make an account of each line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        message = f"{path.name} cannot be read as UTF-8 text: {trouble}."
        raise Unusable(message) from trouble
    entries = [one for one in enumerate(lines, 1) if one[1].strip() and one[1][0] != "#"]
    if not any(":" in line for _, line in entries):
        message = f"No line of {path.name} is like name:hash: this is no file of htpasswd."
        raise Unusable(message)
    for number, line in entries:
        old, colon, hashed = line.strip().partition(":")
        try:
            if not colon or not old or not hashed:
                moving.leave("line", str(number), "it is not like name:hash")
                continue
            name = moving.names.take(Kind.PERSON, old)
            moving.only_one(Person, name)
        except NotTaken as why:
            moving.leave("person", old, str(why))
            continue
        password, addresses = moving.password(hashed), moving.addresses(old)
        moving.add(Person(username=name, password=password, addresses=addresses))
