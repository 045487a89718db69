"""Rules of the house that a linter does not know; each reads the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LDAP = "accounts/directory/connection.py"
APPS = ("accounts", "config", "index", "search", "tokenauth")


def sources(*folders: str) -> Iterator[Path]:
    """Yield our Python files, migrations left out."""
    for folder in folders or (*APPS, "launcher", "clients"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def offenders(pattern: str, *, allowed: tuple[str, ...] = ()) -> list[str]:
    """Return the places in our code that match."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*APPS)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line) and str(path.relative_to(ROOT)) not in allowed
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bpickle\b|\bmarshal\b|yaml\.load\(",  # CVE-2026-32590
        r"verify\s*=\s*False",  # CVE-2019-10214
        r"\.(filter|exclude|get)\(\*\*request",  # CVE-2025-64459
        r"\bcsrf_protect_m\b|@csrf_exempt\s*#",
        r"(secret|digest|token|password)\w*\s*[!=]=\s*(supplied|given|request)",  # CVE-2023-20902
        r"(Repository|Namespace)\.objects\.select_for_update\((?!no_key)",  # see `quotas.lock_namespace`
        r"name\.startswith\(",  # no right derives from how a name begins (harbor c080060316)
    ],
)
def test_what_the_code_never_does(pattern: str) -> None:
    assert offenders(pattern) == []


def test_html_is_marked_safe_only_where_it_was_sanitised() -> None:
    assert (
        offenders(
            r"mark_safe|\|safe\b|SafeString\(",
            allowed=(
                "index/readme.py",
                "index/web/templatetags.py",
                "config/style_sheet.py",
                "config/form_renderer.py",  # joins options, each of whose parts is escaped
                "config/quick_translation.py",  # texts of templates, as Django's own tags say them
            ),
        )
        == []
    )


def test_one_module_speaks_http_to_others() -> None:
    allowed = (
        "index/registry_client.py",
        "index/registry_connection.py",
        "index/probing/probe.py",  # a stranger to the registry: other tokens, and none
        "accounts/outgoing.py",  # to addresses from outside, which it checks when connecting
        "config/demo/pushing.py",  # plays a client
        "config/management/commands/demo.py",
        "accounts/audit_forwarding/targets.py",  # the operator's own collectors, by a setting
        "accounts/web/single_sign_on.py",  # names the errors of django-allauth's requests
    )
    assert (
        offenders(r"^(import|from) (requests|urllib3|httpx|http\.client)\b", allowed=allowed) == []
    )


def test_one_module_speaks_ldap() -> None:
    assert offenders(r"\bldap3\b.*import|import ldap3", allowed=(_LDAP,)) == []


def test_one_module_speaks_with_opensearch() -> None:
    allowed = ("search/backends/opensearch_cluster.py",)
    assert offenders(r"^\s*(import|from) opensearchpy\b", allowed=allowed) == []


def test_no_template_has_inline_script_style_or_handler() -> None:
    bad = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if bad.search(path.read_text())
    ]
    assert found == []


def test_every_empty_cell_has_the_one_sign_for_it() -> None:
    own = re.compile(r"[>}][\u2013\u2014][<{]|:\"[\u2013\u2014]\"")
    templates = (ROOT / "templates").rglob("*.html")
    found = [str(one.relative_to(ROOT)) for one in templates if own.search(one.read_text())]
    assert found == []


def test_modules_stay_small_enough_to_hold_in_the_head() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in sources()
        if len(path.read_text().splitlines()) > 300
    ]
    assert long == []


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
