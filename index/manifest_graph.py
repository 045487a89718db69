"""What hangs together in a repository: which manifests may go when one does, and which must stay. Pure.

Indexes need their children, and a referrer (a signature, an SBOM) is about its subject. Whatever is
not on its way out keeps itself and all that it touches.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.prepared import prepared
from accounts.together import read_together
from index.models import IndexEntry, Manifest, Repository
from index.tag_patterns import frozen_by

# The referrers tag schema of OCI 1.1, and what cosign adds to it.
_ATTACHED = re.compile(r"(sha256|sha512)-([0-9a-f]{64,128})(?:\.(?:sig|att|sbom))?")

Step = Callable[[str], Set[str]]


@dataclass(frozen=True, slots=True)
class Node:
    """One manifest: what it lists, and what it is about."""

    children: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()


_ALONE = Node()  # as most are
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pins:
    """What the tags of a repository say.

    A tag like `sha256-….sig` is no reason of its own to keep anything: it is how clients attach a
    signature or a list of referrers to a manifest, where the registry has no better way.
    """

    digests: frozenset[str]
    attached: Mapping[str, str]  # digest of what hangs on another, by such a tag; and on which
    names: frozenset[str]  # of those tags


@dataclass(slots=True)
class Graph:
    """The manifests of one repository, by digest; those that stand alone may be left out."""

    nodes: Mapping[str, Node]
    _referrers: dict[str, set[str]] = field(default_factory=dict)
    _indexes: dict[str, set[str]] = field(default_factory=dict)
    _linked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Turn subjects and lists around."""
        found: dict[str, set[str]] = defaultdict(set)
        listed_by: dict[str, set[str]] = defaultdict(set)
        for digest, node in self.nodes.items():
            for subject in node.subjects:
                found[subject].add(digest)
            for child in node.children:
                listed_by[child].add(digest)
        self._referrers, self._indexes = dict(found), dict(listed_by)
        self._linked = set(found)
        self._linked |= {one for one, node in self.nodes.items() if node.children or node.subjects}

    def goes(self, doomed: Iterable[str], *, pinned: Iterable[str]) -> list[str]:
        """Return what may be deleted with `doomed`, each before what it lists.

        `pinned` is what tags, or a trash, point to. What neither hangs on a doomed one nor is doomed
        stays, with its children, its referrers and its subject: nobody asked for its end.
        """
        hanging = self._hanging_on(doomed)
        staying = (set(self.nodes) - hanging) | set(pinned)
        kept = self._touched_by(staying)
        gone = hanging - kept
        below = {digest: len(self._spread([digest], self._lists)) for digest in gone}
        return sorted(gone, key=lambda digest: (-below[digest], digest))

    def family(self, digest: str) -> set[str]:
        """Return what it lists and what is about it, all the way down."""
        return self._hanging_on([digest]) - {digest}

    def indexes_over(self, digest: str) -> set[str]:
        """Return the indexes that list it."""
        return self._indexes.get(digest, set())

    def _hanging_on(self, doomed: Iterable[str]) -> set[str]:
        return self._spread(doomed, lambda digest: self._lists(digest) | self._about(digest))

    def _touched_by(self, staying: Iterable[str]) -> set[str]:
        return self._spread(
            staying,
            lambda digest: self._lists(digest) | self._about(digest) | self._subject(digest),
        )

    def _spread(self, start: Iterable[str], step: Step) -> set[str]:
        seen = set(start)
        waiting = list(seen & self._linked)  # most stand alone: no step leads on from them
        while waiting:
            new = step(waiting.pop()) - seen
            seen |= new
            waiting += new & self._linked
        return seen

    def _lists(self, digest: str) -> frozenset[str]:
        return self.nodes.get(digest, _ALONE).children

    def _about(self, digest: str) -> Set[str]:
        return self._referrers.get(digest, _NOTHING)

    def _subject(self, digest: str) -> frozenset[str]:
        return self.nodes.get(digest, _ALONE).subjects


def pins_of(tags: Mapping[str, str], immutable: Sequence[str]) -> Pins:
    """Read tags and the digests that they point to; one that never changes keeps what it points to."""
    attached, names = {}, set()
    for name in (name for name in tags if name[:3] == "sha"):  # few of thousands
        found = _ATTACHED.fullmatch(name)
        if found and not frozen_by(immutable, name):
            names.add(name)
            attached[tags[name]] = f"{found[1]}:{found[2]}"
    pinned = frozenset(digest for name, digest in tags.items() if name not in names)
    return Pins(pinned, attached, frozenset(names))


def known_graph(repository: Repository, attached: Mapping[str, str]) -> Graph:
    """Return what our own rows say, and tags: one query. What neither lists nor is about another is left out."""
    lists: dict[str, set[str]] = defaultdict(set)
    about: dict[str, set[str]] = defaultdict(set)
    subjects, listed = read_together(
        prepared(_subjects, repository=repository.pk),
        prepared(_entries, repository=repository.pk),
    )
    for index, child in listed:
        lists[index].add(child)
    for digest, subject in [*subjects, *attached.items()]:
        about[digest].add(subject)
    nodes = {
        digest: Node(frozenset(lists[digest]), frozenset(about[digest]))
        for digest in lists.keys() | about.keys()
    }
    return Graph(nodes)


def _subjects(*, repository: int) -> QuerySet[Manifest, tuple[str, str]]:
    about = Manifest.objects.filter(repository=repository).exclude(subject="")
    return about.values_list("digest", "subject")


def _entries(*, repository: int) -> QuerySet[IndexEntry, tuple[str, str]]:
    listed = IndexEntry.objects.filter(index__repository=repository)
    return listed.values_list("index__digest", "digest")
