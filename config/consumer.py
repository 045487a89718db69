"""What a worker does when it loses its Redis."""

from __future__ import annotations

from celery.worker import consumer


class Consumer(consumer.Consumer):
    """Celery's ends where it holds tasks and asks for more (5.7.0, AttributeError: no attribute 'hostname').

    It closes its channel, which fails at the answer to that question, forgets the address, and closes it again:
    now the tasks are to be given back, and nobody knows where to.
    """

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Close the channel wholly while it knows its address."""
        if self.connection and self.task_consumer:  # type: ignore[attr-defined]
            for _ in ("its question is forgotten", "it is closed"):
                self.connection.maybe_close_channel(self.task_consumer.channel)  # type: ignore[attr-defined]
        super().on_connection_error_after_connected(exc)
