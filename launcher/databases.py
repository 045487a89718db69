"""On which database a test is asked: on SQLite and on PostgreSQL, but for what is named here.

`./dev test --every-database` asks everything on both, and so does whoever chooses tests by name or path.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path("tests")
# On SQLite alone, which is quicker by a third, beside all that asks for no database (tests/conftest.py marks it):
# rules of the tree, the permission matrix, the launcher, texts, and conversations with providers, directories,
# registries and an engine elsewhere, whose flows are tested on both by themselves.
ON_SQLITE = tuple(
    TESTS / path
    for path in (
        *("architecture", "client", "config", "demo", "directory", "guide", "launcher", "openid"),
        *("translations", "accounts/test_domains.py", "accounts/test_outgoing.py"),
        *("index/test_copying.py", "index/test_copying_faults.py", "index/test_probes.py"),
        *("index/test_registry_snippets.py", "index/test_secret_formats.py"),
        *("index/test_contents.py", "index/test_credential_patterns.py"),
        *(f"search/opensearch/test_{it}.py" for it in ("away", "engine", "queries", "relevance")),
        *("tokenauth/workloads/test_issuer_keys.py", "tokenauth/workloads/test_other_forges.py"),
    )
)
# On SQLite alone, too: what drives a door. The flows and queries behind it are tested on both, in the other folders.
DOORS = tuple(TESTS / name for name in ("api", "manage", "v1", "web"))
# Of those on both: whatever opens each door once, counts queries, waits for locks, or keeps an order of rows.
DOORS_ON_BOTH = frozenset(
    TESTS / path
    for path in (
        *("api/test_described_answers.py", "web/test_every_page_needs_few_queries.py"),
        *("web/test_query_counts.py", "web/test_statistics.py", "web/test_canaries.py"),
        *("api/test_done_once.py", "api/test_idempotency.py", "api/test_pagination.py"),
        *("api/test_preconditions.py", "api/test_preconditions_at_once.py"),
    )
)
# On PostgreSQL alone: odd input, of which it refuses more (NUL, numbers too large, text that is none).
ON_POSTGRESQL = frozenset({TESTS / "api/test_whatever_is_asked.py"})


def on_sqlite(checkout: Path) -> list[Path]:
    """What PostgreSQL is not asked: folders and files."""
    files = (path for door in DOORS for path in sorted((checkout / door).rglob("test_*.py")))
    doors = {path.relative_to(checkout) for path in files} - DOORS_ON_BOTH - ON_POSTGRESQL
    return [*ON_SQLITE, *sorted(doors)]
