"""The pinned root certificate and the short-lived leaves that sign tokens (F4).

Registries are given the root once and read it at start; a token carries its leaf in `x5c`. So the
signing key changes without touching any registry.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT_LIFE = datetime.timedelta(days=3650)
LEAF_LIFE = datetime.timedelta(days=90)  # from the day on which it is a leaf's turn to sign
OVERLAP = datetime.timedelta(days=30)  # what a leaf has left when the next one is to take over
BACKDATE = datetime.timedelta(minutes=10)  # registries give certificates no leeway (F5)

_NO_LEADING_ZERO = 1 << 248


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and the certificate of its public half."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def to_pem(self) -> bytes:
        """Return key and certificate as PEM, the key unencrypted: file permissions guard it."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return key + certificate_pem(self.certificate)

    @classmethod
    def from_pem(cls, pem: bytes) -> KeyPair:
        """Read what to_pem wrote; raise ValueError for anything else."""
        try:
            key = serialization.load_pem_private_key(pem, None)
        except TypeError as error:
            message = "the key is encrypted; decrypt it with `openssl pkey` first"
            raise ValueError(message) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = "the key must be one of an elliptic curve"
            raise ValueError(message)
        certificate = x509.load_pem_x509_certificate(pem)
        if certificate.public_key() != key.public_key():
            message = "key and certificate do not belong together"
            raise ValueError(message)
        return cls(key, certificate)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return it as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def certificate_of(pem: bytes) -> x509.Certificate:
    """Read a certificate; raise ValueError."""
    return x509.load_pem_x509_certificate(pem)


def make_root(name: str) -> KeyPair:
    """Return a new self-signed root that may sign leaves and nothing below them."""
    key = _new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} token root"[:64])])
    builder = _builder(subject, subject, key, _now() + ROOT_LIFE).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return KeyPair(key, builder.sign(key, hashes.SHA256()))


def make_leaf(root: KeyPair, name: str, *, until: datetime.datetime | None = None) -> KeyPair:
    """Return a new leaf under the root, which it never outlives.

    It is good at once even if its turn comes later: registries are asked beforehand whether they
    take it.
    """
    ends_at = min(until or _now() + LEAF_LIFE, root.certificate.not_valid_after_utc)
    if ends_at <= _now():
        message = "the root certificate has ended"
        raise ValueError(message)
    key = _new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} token signer"[:64])])
    builder = _builder(subject, root.certificate.subject, key, ends_at).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    return KeyPair(key, builder.sign(root.key, hashes.SHA256()))


def _new_key() -> ec.EllipticCurvePrivateKey:
    """Return a key without a zero byte before x or y, as one in 128 has.

    distribution 3.1 leaves such bytes out of its thumbprint, so it would know the key by another
    name than RFC 7638 gives it.
    """
    while True:
        key = ec.generate_private_key(ec.SECP256R1())
        numbers = key.public_key().public_numbers()
        if min(numbers.x, numbers.y) >= _NO_LEADING_ZERO:
            return key


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    ends_at: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - BACKDATE)
        .not_valid_after(ends_at)
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
