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
LEAF_LIFE = datetime.timedelta(days=90)
BACKDATE = datetime.timedelta(minutes=10)  # registries give certificates no leeway (F5)


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
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)

    @classmethod
    def from_pem(cls, pem: bytes) -> KeyPair:
        """Read what to_pem wrote; raise ValueError for anything else."""
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = "the signing key must be an elliptic curve key"
            raise ValueError(message)
        return cls(key, x509.load_pem_x509_certificate(pem))


def make_root(name: str) -> KeyPair:
    """Return a new self-signed root that may sign leaves and nothing below them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} token root"[:64])])
    builder = _builder(subject, subject, key, ROOT_LIFE).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return KeyPair(key, builder.sign(key, hashes.SHA256()))


def make_leaf(root: KeyPair, name: str) -> KeyPair:
    """Return a new leaf under the root."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} token signer"[:64])])
    builder = _builder(subject, root.certificate.subject, key, LEAF_LIFE).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    return KeyPair(key, builder.sign(root.key, hashes.SHA256()))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    life: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + life)
    )
