"""What ends a backup or a restore, with a sentence."""

from __future__ import annotations


class BackupTrouble(Exception):
    """It cannot be done as it is; the sentence says why, and what to do."""
