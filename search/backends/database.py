"""Search with LIKE on the repository table, the same on SQLite and PostgreSQL.

Reads every visible row, which is fine for some ten thousand repositories. Django escapes `%` and
`_` in what is looked for, so they are characters like any other.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.models.namespace import ROOT_NAMESPACE
from index.models import Repository
from search.query import SearchQuery

_POPULAR = ("-star_count", "-pull_count", "name")


class DatabaseSearch:
    """A SearchBackend without an index of its own."""

    def find(self, visible: QuerySet[Repository], query: SearchQuery) -> QuerySet[Repository]:
        """Return the matches: by class of match, then stars, pulls and name."""
        if query.is_empty:
            return visible.order_by(*_POPULAR)
        today = dict(query.renamed)
        wanted = [
            _has_word(word) | _has_word(today[word]) if word in today else _has_word(word)
            for word in query.words
        ]
        matching = visible.filter(reduce(and_, wanted))
        return matching.annotate(match=_class_of_match(query)).order_by("match", *_POPULAR)


def _has_word(word: str) -> Q:
    return (
        Q(name__icontains=word)
        | Q(description__icontains=word)
        | Q(namespace__name__icontains=word)
    )


def _class_of_match(query: SearchQuery) -> Case:
    """0 the very name, 1 official, 2 the name begins so, 3 all words in the name, 4 the rest."""
    words = [word.lower() for word in query.words]
    in_name = reduce(and_, (Q(name__contains=word) for word in words))
    # `alice/app` begins with `alice` and, to whoever looks for `app`, with `app` too.
    begins = Q(name__startswith=words[0]) | Q(name__contains=f"/{words[0]}")
    return Case(
        When(Q(name=" ".join(words)) | Q(name__in=dict(query.renamed).values()), then=Value(0)),
        When(Q(namespace__name=ROOT_NAMESPACE), then=Value(1)),
        When(begins & in_name, then=Value(2)),
        When(in_name, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
