"""What an artifact is: a signature, a list of what is in an image, how it was built."""

from __future__ import annotations

from typing import Any

from index.contents.documents import descriptor, descriptors, inner, media_type
from index.contents.texts import one_line
from index.manifests import plain_type

SIGNATURE, ATTESTATION, OTHER = "Signature", "Attestation", "Artifact"
_SPDX, _CYCLONEDX, _SBOM = "SBOM (SPDX)", "SBOM (CycloneDX)", "SBOM"
_PROVENANCE, _VULNERABILITIES = "Provenance (SLSA)", "Report of a scanner"
# What a type has in it, and what that is; the first that fits.
_MARKS = (
    ("cosign.simplesigning", SIGNATURE),
    ("notary.signature", SIGNATURE),
    ("sigstore.bundle", SIGNATURE),
    ("spdx", _SPDX),
    ("cyclonedx", _CYCLONEDX),
    ("syft", _SBOM),
    ("slsa", _PROVENANCE),
    ("vuln", _VULNERABILITIES),
    ("sarif", _VULNERABILITIES),
    ("in-toto", ATTESTATION),
    ("dsse.envelope", ATTESTATION),
)
_PREDICATES = ("in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType")
# What follows the digest in cosign's tags: sha256-<hex>.sig
COSIGN_SUFFIXES = {"sig": SIGNATURE, "att": ATTESTATION, "sbom": _SBOM}
_MOST_LOOKED_AT = 50


def kinds_of(manifest: dict[str, Any], suffix: str = "") -> list[str]:
    """Return what a manifest is, in words; `suffix` is what follows the digest in cosign's tags.

    An attestation of a build may be several things, one for each of its layers.
    """
    told = [_kind(text) for text in _telling(manifest)]
    kinds = sorted({kind for kind in told if kind}, key=told.index)
    precise = [kind for kind in kinds if kind != ATTESTATION] or kinds
    if precise:
        return precise
    return [COSIGN_SUFFIXES.get(suffix, OTHER)]


def type_of(manifest: dict[str, Any]) -> str:
    """Return the artifact type, or the type of the config."""
    return plain_type(manifest.get("artifactType")) or media_type(descriptor(manifest, "config"))


def predicate_types(manifest: dict[str, Any]) -> list[str]:
    """Return what the layers of an attestation say they are about."""
    layers = descriptors(manifest, "layers")[:_MOST_LOOKED_AT]
    notes = [inner(manifest, "annotations"), *(inner(layer, "annotations") for layer in layers)]
    found = [one_line(note.get(key), 200) for note in notes for key in _PREDICATES]
    return list(dict.fromkeys(filter(None, found)))


def _telling(manifest: dict[str, Any]) -> list[str]:
    layers = descriptors(manifest, "layers")[:_MOST_LOOKED_AT]
    return [
        *predicate_types(manifest),
        type_of(manifest),
        *(media_type(layer) for layer in layers),
    ]


def _kind(text: str) -> str:
    lowered = text.lower()
    return next((kind for mark, kind in _MARKS if mark in lowered), "")
