"""Keys, and the signing and checking of registry tokens. Imports no other app."""

from __future__ import annotations
