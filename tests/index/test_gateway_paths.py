"""Which repository and which actions a raw request line means (security.md F10, case 30)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexRefusal, NameInvalid, Unsupported
from index.gateway.paths import parse_request
from index.roles import Action

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("/v2/alice/app/manifests/latest", "alice/app"),
        (f"/v2/alice/app/manifests/{DIGEST}", "alice/app"),
        (f"/v2/ubuntu/blobs/{DIGEST}", "ubuntu"),
        ("/v2/alice/app/blobs/uploads/", "alice/app"),
        ("/v2/alice/app/blobs/uploads/0e5a-4c?_state=a%2Fb%3D", "alice/app"),
        ("/v2/alice/app/tags/list?n=10", "alice/app"),
        ("/v2/alice/tags/tags/list", "alice/tags"),
        ("/v2/alice/blobs/manifests/blobs/uploads/", "alice/blobs/manifests"),
        (f"/v2/alice/app/referrers/{DIGEST}", "alice/app"),
    ],
)
def test_the_name_is_what_stands_before_the_endpoint(uri: str, name: str) -> None:
    assert parse_request("GET", uri).name.value == name


@pytest.mark.parametrize(
    "uri",
    [
        "/v2/alice/app/..%2f..%2fbob/app/manifests/latest",
        "/v2/alice/../bob/manifests/latest",
        "/v2/alice/./app/manifests/latest",
        "/v2/alice//app/manifests/latest",
        "/v2/alice/app/manifests/..",
        "/v2/alice/app/blobs/uploads/..",
        "/v2/alice/app/manifests/.hidden",
        "/v2//alice/app/manifests/latest",
        "/v2/alice%2Fapp/manifests/latest",
        "/v2/Alice/app/manifests/latest",
        "/v2/alice/app;x/manifests/latest",
        "/v2/alice/app/manifests/latest/",
        "/v2/alice/app/manifests/latest#x",
        "/v2/alice/app/manifests/a\\b",
        "/v2/alice/app/manifests/la%00test",
        "/v2/alice/app/manifests/la%0atest",
        "/v2/alice/app/manifests/latest\n",
        "/v2/\u0430lice/app/manifests/latest",
        "/V2/alice/app/manifests/latest",
        "/x/../v2/alice/app/manifests/latest",
        "http://h/v2/alice/app/manifests/latest",
        "/v2/_catalog",
        "/v2/_catalog/",
        "/v2/alice/app",
        "/v2/host:5000/alice/manifests/latest",
        "/v2/library/base/manifests/latest",
        "/v2/a/b/c/d/e/f/manifests/latest",
        f"/v2/alice/{'a' * 250}/manifests/latest",
        "/v2/alice/app/blobs/uploads/?from=alice/a&from=bob/b&mount=x",
        "",
    ],
)
def test_every_other_spelling_is_refused(uri: str) -> None:
    with pytest.raises(NameInvalid):
        parse_request("POST", uri)


@pytest.mark.parametrize(
    ("method", "needs"),
    [
        ("GET", {Action.PULL}),
        ("HEAD", {Action.PULL}),
        ("PUT", {Action.PULL, Action.PUSH}),
        ("POST", {Action.PULL, Action.PUSH}),
        ("PATCH", {Action.PULL, Action.PUSH}),
        ("DELETE", {Action.DELETE}),
    ],
)
def test_methods_need_what_registries_demand(method: str, needs: set[Action]) -> None:
    assert parse_request(method, "/v2/alice/app/blobs/uploads/").needs == needs


def test_cancelling_an_upload_needs_delete() -> None:
    assert parse_request("DELETE", "/v2/alice/app/blobs/uploads/1").needs == {Action.DELETE}


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "BREW", "", "get"])
def test_other_methods_are_unsupported(method: str) -> None:
    with pytest.raises(Unsupported):
        parse_request(method, "/v2/alice/app/manifests/latest")


def test_only_uploads_and_manifests_start_a_push() -> None:
    assert parse_request("POST", "/v2/alice/app/blobs/uploads/").starts_push
    assert parse_request("PUT", "/v2/alice/app/manifests/latest").starts_push
    assert not parse_request("PATCH", "/v2/alice/app/blobs/uploads/1").starts_push
    assert not parse_request("GET", "/v2/alice/app/manifests/latest").starts_push


def test_the_source_of_a_mount_is_decoded_once() -> None:
    uri = f"/v2/alice/app/blobs/uploads/?from=alice%2Fbase&mount={DIGEST}"
    assert parse_request("POST", uri).mount_from == "alice/base"


@given(st.sampled_from(["GET", "PUT", "POST", "DELETE"]), st.text(max_size=80))
def test_any_text_is_a_request_or_a_refusal(method: str, tail: str) -> None:
    try:
        request = parse_request(method, f"/v2/{tail}")
    except IndexRefusal:
        return
    assert f"/v2/{request.name}/" in f"/v2/{tail}"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "Application/X-WWW-FORM-urlencoded",
    ],
)
def test_the_source_of_a_mount_cannot_hide_in_a_form(content_type: str) -> None:
    with pytest.raises(Unsupported):
        parse_request("POST", "/v2/alice/app/blobs/uploads/", content_type)
    plain = parse_request("POST", "/v2/alice/app/blobs/uploads/", "application/octet-stream")
    assert plain.mount_from == ""


def test_a_source_longer_than_any_name_is_refused() -> None:
    with pytest.raises(NameInvalid):
        parse_request("POST", f"/v2/alice/app/blobs/uploads/?from={'a' * 6000}")
