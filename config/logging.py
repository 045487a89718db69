"""What is kept out of the log."""

from __future__ import annotations

import logging


class NotReadiness(logging.Filter):
    """Drops Django's error line for a `/readyz` that says 503: the answer itself is the news."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep everything else."""
        return not record.getMessage().endswith("/readyz")
