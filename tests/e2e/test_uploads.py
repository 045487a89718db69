"""Uploads as clients send them that are not docker: one request with a length, or a form."""

from __future__ import annotations

import pytest

from tests.e2e.images import begin_upload, put_blob
from tests.e2e.people import Person
from tests.e2e.wire import Wire


@pytest.mark.parametrize("size", [0, 2 * 1024 * 1024 + 1, 12 * 1024 * 1024])
def test_a_blob_in_one_request_may_have_any_length(alice: Person, wire: Wire, size: int) -> None:
    name = f"{alice.name}/whole"
    headers = wire.bearer(alice, f"repository:{name}:pull,push")
    location = begin_upload(wire, name, headers)
    assert put_blob(wire, location, headers, b"x" * size).status == 201


def test_the_source_of_a_mount_cannot_hide_in_a_form(alice: Person, wire: Wire) -> None:
    name = f"{alice.name}/form"
    headers = wire.bearer(alice, f"repository:{name}:pull,push")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"mount=sha256:{'0' * 64}&from={alice.name}/other".encode()
    answer = wire.ask("POST", f"/v2/{name}/blobs/uploads/", headers | form, body)
    assert (answer.status, answer.code) == (405, "UNSUPPORTED")


def test_a_refused_upload_is_refused_before_its_body_is_sent(alice: Person, wire: Wire) -> None:
    headers = wire.bearer(alice, "repository:nobody/app:pull,push")
    announced = {"Content-Length": str(50 * 1024 * 1024)}
    answer = wire.ask("POST", "/v2/nobody/app/blobs/uploads/", headers | announced)
    assert (answer.status, answer.code) == (403, "DENIED")
