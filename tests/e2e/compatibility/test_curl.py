"""The protocol itself, where no client can be made to stop in the middle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contents import digest_of
from tests.e2e.images import begin_upload, put_blob
from tests.e2e.people import Person
from tests.e2e.programs import Program
from tests.e2e.wire import Wire

HALF = 3 * 1024 * 1024


def next_of(here: str, printed: str) -> str:
    """Return where an upload goes on."""
    found = re.search(r"(?im)^location: (\S+)", printed)
    assert found, printed
    return here + found[1]


@pytest.mark.shows("curl", "resume")
def test_an_upload_goes_on_where_it_stopped(
    alice: Person, wire: Wire, curl: Program, home: Path
) -> None:
    """The second half goes to where the registry says that it has the first."""
    name, content = f"{alice.name}/halves", bytes(HALF) + b"x" * HALF
    for part, file in ((content[:HALF], "first"), (content[HALF:], "second")):
        (home / file).write_bytes(part)
    bearer = wire.bearer(alice, f"repository:{name}:pull,push")
    sign = ("-H", f"Authorization: {bearer['Authorization']}")
    kind = ("-H", "Content-Type: application/octet-stream")
    here = f"http://{alice.host}"
    begun = here + begin_upload(wire, name, bearer)
    words = ("-i", "-X", "PATCH", *sign, *kind, "--data-binary")
    stopped = next_of(here, curl(*words, f"@{home}/first", begun))
    asked = curl("-i", *sign, stopped)
    assert f"range: 0-{HALF - 1}" in asked.casefold()
    more = ("-H", f"Content-Range: {HALF}-{2 * HALF - 1}")
    last = next_of(here, curl(*words, f"@{home}/second", *more, next_of(here, asked)))
    digest = digest_of(content)
    curl("-X", "PUT", *sign, f"{last}&digest={digest}")
    curl(*sign, "-o", str(home / "back"), f"{here}/v2/{name}/blobs/{digest}")
    assert (home / "back").read_bytes() == content


@pytest.mark.shows("curl", "resume")
def test_a_download_goes_on_where_it_stopped(
    alice: Person, wire: Wire, curl: Program, home: Path
) -> None:
    name, content = f"{alice.name}/halves", bytes(HALF) + b"y" * HALF
    bearer = wire.bearer(alice, f"repository:{name}:pull,push")
    assert put_blob(wire, begin_upload(wire, name, bearer), bearer, content).status == 201
    sign = ("-H", f"Authorization: {bearer['Authorization']}")
    (home / "back").write_bytes(content[:HALF])
    address = f"http://{alice.host}/v2/{name}/blobs/{digest_of(content)}"
    curl(*sign, "-C", "-", "-o", str(home / "back"), address)
    assert (home / "back").read_bytes() == content
