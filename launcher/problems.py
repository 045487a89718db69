"""The one way the launcher gives up: a sentence that says what to do."""

from __future__ import annotations


class Problem(Exception):
    """Something the person at the terminal can mend; shown without a traceback."""

    def __init__(self, sentence: str, *, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_code = exit_code
