"""Keys of one test, in a folder of its own, and registries that take some of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import jwt
import pytest

from index.models import Registry
from tests.factories import make_registry
from tests.registry_stub import RegistryStub, serve
from tokenauth.signing.keys import SigningKeys, signing_keys


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[SigningKeys]:
    """The installation's keys, made for this test."""
    before = signing_keys._directory
    signing_keys._directory = tmp_path / "keys"
    signing_keys.create("test")
    yield signing_keys
    signing_keys._directory = before


class Gate(RegistryStub):
    """A registry's door: it takes tokens of the keys it was started with, or of all."""

    def __init__(self, registry: Registry) -> None:
        """Take everything that is signed."""
        super().__init__()
        self.registry = registry
        self.started_with: set[str] | None = None
        self.status = 0

    def start_with(self, keys: SigningKeys) -> None:
        """Read what is published, as a registry does at its start."""
        self.started_with = {key.kid for key in keys.all()}

    def answer(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        media_type: str = "",
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer `GET /v2/`."""
        assert (method, path) == ("GET", "/v2/")
        if self.status:
            return self.status, {}, b""
        token = self.requests[-1][1].removeprefix("Bearer ")
        if not token:
            return 401, {}, b""
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["access"] == []
        assert claims["aud"] == self.registry.service
        kid = jwt.get_unverified_header(token)["kid"]
        takes = self.started_with is None or kid in self.started_with
        return (200 if takes else 401), {}, b""


@pytest.fixture
def gates(db: None) -> Iterator[dict[str, Gate]]:
    """East and west."""
    with ExitStack() as stack:
        gates = {}
        for name in ("east", "west"):
            gate = Gate(make_registry(name))
            stack.enter_context(serve(gate))
            Registry.objects.filter(name=name).update(upstream_url=gate.url)
            gates[name] = gate
        yield gates
