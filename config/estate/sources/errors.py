"""What stops a reading, said so that the operator knows what to do."""

from __future__ import annotations


class Unusable(Exception):
    """The export cannot be read; `str()` says why, and how to make one that can."""


class NotTaken(Exception):
    """One name does not move in; `str()` says why, and what would help."""
