"""Reading what images say: right for real ones, and harmless for those that mean harm (case 28)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from index.contents.comparison import compare
from index.contents.documents import MOST_PARTS, pretty, read_json
from index.contents.history import clean, read_history
from index.contents.images import read_image
from index.contents.indexes import read_index
from index.contents.kinds import kinds_of
from index.contents.texts import moment, shown
from tests.contents import CONFIG, IMAGE, LAYER, digest_of, make_config

A, B, C = (digest_of(word) for word in (b"a", b"b", b"c"))


def manifest(*digests: str, **fields: Any) -> bytes:
    layers = [{"mediaType": LAYER, "digest": digest, "size": 10} for digest in digests]
    return json.dumps({"mediaType": IMAGE, "layers": layers, **fields}).encode()


def config(**fields: Any) -> bytes:
    return json.dumps(make_config(**fields)).encode()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'),
        ("/bin/sh -c #(nop) ADD file:1 in / ", "ADD file:1 in / "),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("|2 A=1 B=2 /bin/sh -c make", "RUN make"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |1 V=1.2 /bin/sh -c make all # buildkit", "RUN make all"),
        ("RUN /bin/bash -c set -e # buildkit", "RUN set -e"),
        ("COPY . /app # buildkit", "COPY . /app"),
        ("bazel build ...", "bazel build ..."),
        ("", ""),
    ],
)
def test_commands_are_shown_as_their_author_wrote_them(written: str, read: str) -> None:
    assert clean(written) == read


def test_each_layer_has_the_step_that_made_it() -> None:
    steps = [
        {"created_by": "ADD base /"},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN make"},
    ]
    image = read_image(manifest(A, B), config(history=steps))
    assert [step.layer for step in image.history] == [1, 0, 2]
    made = image.command_of(2)
    assert made
    assert made.short == "RUN make"


def test_more_steps_than_layers_make_no_layer() -> None:
    image = read_image(manifest(A), config(history=[{"created_by": "x"}] * 3))
    assert [step.layer for step in image.history] == [1, 0, 0]


def test_an_image_says_how_it_runs() -> None:
    inside: dict[str, Any] = {
        "Env": ["A=1=2", "B"],
        "Entrypoint": ["/app", "--x y"],
        "Cmd": None,
        "User": "1000",
        "WorkingDir": "/srv",
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "Labels": {"b": "2", "a": "1"},
    }
    read = read_image(manifest(A), config(config=inside, created="2026-01-02T03:04:05.123456789Z"))
    said = read.config
    assert said.env == (("A", "1=2"), ("B", ""))
    assert said.labels == (("a", "1"), ("b", "2"))
    assert (said.entrypoint, said.command) == ('["/app", "--x y"]', "")
    assert (said.user, said.workdir, said.ports, said.volumes) == (
        "1000", "/srv", ("80/tcp",), ("/data",),
    )  # fmt: skip
    assert said.created
    assert said.created.microsecond == 123456


@pytest.mark.parametrize(
    "hostile",
    [
        b"", b"[]", b"null", b"\xff\xfe", b"{", b'{"a":' * 100_000, b"[" * 100_000,
        b'{"layers": {"digest": 1}}', b'{"layers": [null, 1, {"digest": []}], "config": 7}',
        b'{"manifests": [{"digest": {}, "platform": []}], "annotations": [1]}',
        b'{"config": {"Env": {"a": 1}, "Labels": ["x"], "Cmd": "sh"}, "history": {"0": 1}}',
        b'{"history": [1, null, {"created_by": 7, "created": {}, "empty_layer": "yes"}]}',
        b'{"layers": [{"digest": "sha256:00", "size": "big"}], "created": "9999999-01-01"}',
        b'{"size": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
def test_whatever_a_document_is_nothing_breaks(hostile: bytes) -> None:
    image, index = read_image(hostile, hostile), read_index(hostile)
    assert image.layers == ()
    assert index.entries == ()
    assert kinds_of(read_json(hostile))
    assert compare(image, image).is_same
    assert isinstance(pretty(hostile, 1_000_000), str)


@pytest.mark.parametrize("size", [-1, 2**70, True, 1.5, "1", None])
def test_sizes_that_are_none_count_nothing(size: Any) -> None:
    document = json.dumps({"layers": [{"digest": A, "size": size}]}).encode()
    assert [layer.size for layer in read_image(document, b"").layers] == [0]


def test_what_cannot_be_seen_is_shown_by_its_number() -> None:
    assert shown("a\u202eb\x00\x1b[31m\ud800\u200b\U000e0041") == (
        "a<U+202E>b<U+0000><U+001B>[31m<U+D800><U+200B><U+E0041>"
    )
    assert shown("Zoë 日本 😀\n\tx") == "Zoë 日本 😀\n\tx"


def test_long_texts_and_lists_are_cut() -> None:
    image = read_image(
        manifest(*[digest_of(str(n).encode()) for n in range(10_000)]),
        config(
            history=[{"created_by": "x" * 30_000}] * (MOST_PARTS + 1),
            config={
                "Env": ["A=" + "y" * 3_000] * (MOST_PARTS + 1),
                "Labels": {str(n): "z" for n in range(MOST_PARTS + 1)},
            },
        ),
    )
    assert len(image.layers) == len(image.history) == MOST_PARTS
    assert image.hidden_layers == 9_000
    assert len(image.config.env) == len(image.config.labels) == MOST_PARTS
    assert len(image.history[0].full) == 20_001
    assert len(image.config.env[0].value) == 2_001


@pytest.mark.parametrize("text", ["", "x", "2026-01-01", "0001-01-01T00:00:00+23:59", 7, "9" * 99])
def test_a_time_that_is_none_is_none(text: Any) -> None:
    assert moment(text) is None


def test_an_index_tells_images_from_attestations() -> None:
    listed = [
        {"digest": A, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        {
            "digest": B,
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": A,
            },
        },
    ]
    index = read_index(json.dumps({"manifests": listed}).encode())
    assert [entry.platform for entry in index.images] == ["linux/arm64/v8"]
    assert [(entry.digest, entry.about) for entry in index.attestations] == [(B, A)]


def in_toto(*predicates: str) -> dict[str, Any]:
    layers = [
        {
            "mediaType": "application/vnd.in-toto+json",
            "digest": A,
            "annotations": {"in-toto.io/predicate-type": predicate},
        }
        for predicate in predicates
    ]
    return {"config": {"mediaType": CONFIG, "digest": B}, "layers": layers}


@pytest.mark.parametrize(
    ("document", "suffix", "kinds"),
    [
        (in_toto("https://slsa.dev/provenance/v0.2", "https://spdx.dev/Document"), "",
         ["Provenance (SLSA)", "SBOM (SPDX)"]),
        (in_toto(), "", ["Artifact"]),
        (in_toto("https://example.com/own"), "", ["Attestation"]),
        ({"artifactType": "application/vnd.cyclonedx+json"}, "", ["SBOM (CycloneDX)"]),
        ({"artifactType": "application/spdx+json"}, "", ["SBOM (SPDX)"]),
        ({"artifactType": "application/vnd.cncf.notary.signature"}, "", ["Signature"]),
        ({"layers": [{"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
                      "digest": A}]}, "", ["Signature"]),
        ({}, "sig", ["Signature"]), ({}, "att", ["Attestation"]), ({}, "sbom", ["SBOM"]),
        ({"artifactType": "application/vnd.helm.chart"}, "", ["Artifact"]),
    ],
)  # fmt: skip
def test_artifacts_are_called_what_they_are(
    document: dict[str, Any], suffix: str, kinds: list[str]
) -> None:
    assert kinds_of(document, suffix) == kinds


def test_a_comparison_says_what_is_shared_gone_and_new() -> None:
    before = read_image(manifest(A, B), config(config={"Env": ["X=1", "Y=1"], "Cmd": ["a"]}))
    after = read_image(manifest(A, C, A), config(config={"Env": ["X=2", "Z=1"], "Cmd": ["a"]}))
    found = compare(before, after)
    assert [[layer.digest for layer in layers] for layers in (found.shared, found.removed, found.added)] == [
        [A], [B], [C],
    ]  # fmt: skip
    assert (found.base, found.size_added) == (1, 10)
    changes = [(change.name, change.before, change.after) for change in found.env]
    assert changes == [("X", "1", "2"), ("Y", "1", None), ("Z", None, "1")]
    assert found.fields == ()


def test_history_without_layers_stays_readable() -> None:
    assert [step.layer for step in read_history({"history": [{}]}, 0)] == [0]
