"""What may go: over random graphs of tags, indexes, children and referrers (case 38)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.manifest_graph import Graph, Node, pins_of

DIGESTS = [f"sha256:{number:064x}" for number in range(8)]
digests = st.sampled_from(DIGESTS)
nodes = st.builds(Node, st.frozensets(digests, max_size=3), st.frozensets(digests, max_size=1))
graphs = st.dictionaries(digests, nodes, max_size=8).map(Graph)
some = st.sets(digests, max_size=4)


def needed(graph: Graph, roots: set[str]) -> set[str]:
    """What a client that pulls these and asks for their signatures would miss: the slow, plain way."""
    found = set(roots)
    while True:
        more = {child for one in found & set(graph.nodes) for child in graph.nodes[one].children}
        more |= {
            subject for one in found & set(graph.nodes) for subject in graph.nodes[one].subjects
        }
        more |= {one for one, node in graph.nodes.items() if node.subjects & found}
        if more <= found:
            return found
        found |= more


@given(graphs, some, some)
def test_nothing_that_a_tag_needs_ever_goes(graph: Graph, doomed: set[str], pins: set[str]) -> None:
    assert not set(graph.goes(doomed, pinned=pins)) & needed(graph, pins)


@given(graphs, some, some)
def test_what_nobody_deleted_goes_only_with_what_it_hangs_on(
    graph: Graph, doomed: set[str], pins: set[str]
) -> None:
    gone = set(graph.goes(doomed, pinned=pins))
    for digest in gone - doomed:
        listed = any(digest in graph.nodes[one].children for one in gone if one in graph.nodes)
        assert listed or graph.nodes[digest].subjects & gone


@given(graphs, some, some)
def test_no_index_that_stays_lists_what_goes(
    graph: Graph, doomed: set[str], pins: set[str]
) -> None:
    gone = set(graph.goes(doomed, pinned=pins))
    for digest, node in graph.nodes.items():
        if digest not in gone:
            assert not node.children & gone


@given(graphs, digests)
def test_what_stands_alone_and_is_deleted_goes(graph: Graph, digest: str) -> None:
    alone = Graph({digest: Node()} if digest in graph.nodes else {})
    assert alone.goes([digest], pinned=[]) == [digest]


def test_what_lists_goes_before_what_is_listed() -> None:
    a, b, c = DIGESTS[:3]
    graph = Graph({a: Node(), b: Node(frozenset({a})), c: Node(frozenset({b}))})
    assert graph.goes([c], pinned=[]) == [c, b, a]


def test_tags_of_signatures_are_no_reason_to_keep_an_image() -> None:
    image, signature, other = DIGESTS[:3]
    tag = image.replace(":", "-") + ".sig"
    pins = pins_of({tag: signature, "latest": other}, [])
    assert pins.digests == {other}
    assert pins.attached == {signature: image}
    assert pins.names == {tag}
    assert pins_of({tag: signature}, ["*"]).digests == {signature}
