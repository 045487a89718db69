"""What is kept out of the log, and the log as programs read it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class NotReadiness(logging.Filter):
    """Drops Django's error line for a `/readyz` that says 503: the answer itself is the news."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep everything else."""
        return not record.getMessage().endswith("/readyz")


class JsonLines(logging.Formatter):
    """One object a line; a traceback is a text in it, so that no line of it is taken for another's."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if number := getattr(record, "request_id", ""):
            entry["request"] = number
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
