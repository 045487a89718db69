"""The search index in the database. All of it is made of other tables and can be made again.

There are two of each table, slots `a` and `b`: one is searched, the other is filled when the index is
rebuilt (`search.rebuild`). Engines read and write them by statements of their own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from search.documents import Audience
from search.popularity import MOST_POPULAR


class LexemesField(models.TextField):  # type: ignore[type-arg]  # nor is it one when it runs
    """The lexemes: `tsvector` without positions, or a text with a blank around each."""

    def db_type(self, connection: Any) -> str:
        """Return what the database calls it."""
        return "tsvector" if connection.vendor == "postgresql" else "text"


class SearchChange(models.Model):
    """A repository whose entry may be out of date; triggers write it, in the transaction of the change.

    Not unique: whoever changes a repository waits for nobody else who does.
    """

    repository_id = models.BigIntegerField()

    def __str__(self) -> str:
        """Return which."""
        return f"repository {self.repository_id} changed"


class SearchOutbox(models.Model):
    """A repository whose entry was written here and is not in OpenSearch yet; empty without OpenSearch.

    The key is the version of the document that is sent: the later, the newer what it was made of.
    """

    repository_id = models.BigIntegerField()

    def __str__(self) -> str:
        """Return which."""
        return f"repository {self.repository_id} waits"


class SearchLoss(models.Model):
    """Lexemes of a public entry that a trigger took out: the dictionary does not know of it yet."""

    slot = models.CharField(max_length=1)
    lexemes = LexemesField()

    def __str__(self) -> str:
        """Return where from."""
        return f"an entry of slot {self.slot}"


class SearchState(models.Model):
    """The one row that says which slot is searched; whoever writes the index holds it locked."""

    # Counts rebuilds: of two at once the later one counts.
    build = models.PositiveIntegerField(default=0, db_default=0)
    live = models.CharField(max_length=1, default="a")
    built_at = models.DateTimeField(null=True)
    # The slot that is being filled; upkeep goes to both meanwhile.
    filling = models.CharField(max_length=1, default="", blank=True)
    # Where buckets of popularity end: [popularity, id] of the last of each, but for the last bucket.
    bounds: models.JSONField[Any, Any] = models.JSONField(default=list)
    filling_bounds: models.JSONField[Any, Any] = models.JSONField(default=list)
    # Words of which each two that stand in one entry have a lexeme of their own.
    frequent: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])
    filling_frequent: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])

    def __str__(self) -> str:
        """Return the slot."""
        return f"slot {self.live}"


class _Entry(models.Model):
    """A repository as it is searched: `search.documents.Entry`."""

    repository_id = models.BigIntegerField(primary_key=True)
    namespace_id = models.BigIntegerField()
    audience = models.PositiveSmallIntegerField(choices=[(one, one.name) for one in Audience])
    popularity = models.PositiveSmallIntegerField()
    stars = models.PositiveIntegerField()
    pulls = models.PositiveBigIntegerField()
    pushed_at = models.DateTimeField()  # NEVER where nothing was
    name = models.CharField(max_length=200)
    text = models.TextField()
    marks = models.TextField()
    lexemes = LexemesField()

    class Meta:
        """Found by namespace only where it is for its people; the rest is `search.schema`."""

        abstract = True
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["namespace_id"],
                condition=Q(audience=Audience.ITS_PEOPLE),
                name="%(class)s_ours",
            ),
            models.Index(fields=["-stars", "repository_id"], name="%(class)s_stars"),
            models.Index(fields=["-pulls", "repository_id"], name="%(class)s_pulls"),
            models.Index(fields=["-pushed_at", "repository_id"], name="%(class)s_pushed"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class EntryA(_Entry):
    """Slot a."""

    class Meta(_Entry.Meta):
        """By its slot."""

        db_table = "search_entry_a"


class EntryB(_Entry):
    """Slot b."""

    class Meta(_Entry.Meta):
        """By its slot."""

        db_table = "search_entry_b"


class _Word(models.Model):
    """A word of public entries, and in how many it is: what somebody who mistyped may have meant."""

    word = models.CharField(max_length=200, primary_key=True)
    # Below 0 while a rebuild has yet to write what it counted, and an entry of that is gone.
    entries = models.IntegerField()
    # The popularity of the most popular one that has it, or had it: before that nobody need look.
    best = models.PositiveSmallIntegerField(default=MOST_POPULAR, db_default=MOST_POPULAR)
    # The popularity of the last one on the first page, where there is another page; 0 where it is not known.
    page = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        """Two of them."""

        abstract = True

    def __str__(self) -> str:
        """Return the word."""
        return self.word


class WordA(_Word):
    """Slot a."""

    class Meta:
        """By its slot."""

        db_table = "search_word_a"


class WordB(_Word):
    """Slot b."""

    class Meta:
        """By its slot."""

        db_table = "search_word_b"


class _Variant(models.Model):
    """A word, and what is left of it without one of its letters (SymSpell)."""

    pk = models.CompositePrimaryKey("variant", "word")
    variant = models.CharField(max_length=200)
    word = models.CharField(max_length=200)

    class Meta:
        """Two of them."""

        abstract = True

    def __str__(self) -> str:
        """Return both."""
        return f"{self.variant} of {self.word}"


class VariantA(_Variant):
    """Slot a."""

    class Meta:
        """By its slot."""

        db_table = "search_variant_a"


class VariantB(_Variant):
    """Slot b."""

    class Meta:
        """By its slot."""

        db_table = "search_variant_b"
