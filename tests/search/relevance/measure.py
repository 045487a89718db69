"""How good answers are: the mean reciprocal rank, and which questions miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tests.search.relevance.tables import HERE, read_table

DEPTH = 10  # results that people look at


@dataclass(frozen=True, slots=True)
class Question:
    """What is typed, and which repositories are right to come first; several are equally right."""

    kind: str
    text: str
    expected: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, and the names that came."""

    question: Question
    found: Sequence[str]

    @property
    def reciprocal_rank(self) -> float:
        """1 where a right one comes first, 1/2 where it comes second, 0 where none is in the first ten."""
        places = enumerate(self.found[:DEPTH], start=1)
        return next((1 / rank for rank, name in places if name in self.question.expected), 0.0)

    def __str__(self) -> str:
        """Return a line: what was asked, what was right, what came."""
        expected, found = " ".join(self.question.expected), " ".join(self.found[:5]) or "nothing"
        return (
            f"{self.reciprocal_rank:.2f}  {self.question.text!r}  expected {expected}  got {found}"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """How all questions were answered."""

    answers: Sequence[Answer]

    @property
    def mean_reciprocal_rank(self) -> float:
        """The mean over all questions, between 0 and 1."""
        return fmean(answer.reciprocal_rank for answer in self.answers)

    @property
    def misses(self) -> list[Answer]:
        """Those whose first result is none of the right ones, the worst first."""
        missed = [answer for answer in self.answers if answer.reciprocal_rank < 1]
        return sorted(missed, key=lambda answer: answer.reciprocal_rank)

    def report(self) -> str:
        """Return the mean and a line for each miss."""
        head = f"mean reciprocal rank {self.mean_reciprocal_rank:.4f}, {len(self.misses)} misses"
        return "\n".join([f"{head} of {len(self.answers)}", *map(str, self.misses)])


def read_questions() -> list[Question]:
    """Return all of them."""
    return [
        Question(row["kind"], row["query"], tuple(row["expected"].split()), row["why"])
        for row in read_table(HERE / "queries.tsv")
    ]


def measure(questions: Sequence[Question], pages: Mapping[str, Sequence[str]]) -> Measured:
    """Compare first pages, by what was typed, with what was expected."""
    return Measured([Answer(question, pages[question.text]) for question in questions])
