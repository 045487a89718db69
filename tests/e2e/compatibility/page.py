"""docs/compatibility.md, of what runs of the tests have written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from launcher.layout import CHECKOUT
from tests.e2e.compatibility.asking import CLIENTS

RUNS = CHECKOUT / "docs" / "compatibility.json"
PAGE = CHECKOUT / "docs" / "compatibility.md"
Run = dict[str, Any]

OPERATIONS = {
    "log-in": "log in",
    "push": "push",
    "again": "send nothing twice",
    "pull": "pull",
    "platforms": "push or pull several platforms",
    "mount": "mount layers of another repository",
    "tags": "list tags",
    "search": "search",
    "attach": "attach to an image (referrers)",
    "delete": "delete",
}
# What a client cannot be asked; the others have a test for each of the above.
_NO_COMMAND = "no command for it"
MISSING = {
    "docker": {
        **dict.fromkeys(("tags", "delete"), _NO_COMMAND),
        "attach": "buildx does, of which Debian 12 has no package",
    },
    "containerd": {
        **dict.fromkeys(("again", "mount"), "`ctr` does not say what it sent"),
        **dict.fromkeys(("tags", "search", "attach", "delete"), _NO_COMMAND),
    },
    "podman": dict.fromkeys(("attach", "delete"), _NO_COMMAND),
    "skopeo": dict.fromkeys(("search", "attach"), _NO_COMMAND),
    "buildah": dict.fromkeys(("tags", "search", "attach", "delete"), _NO_COMMAND),
    "crane": {"search": "`crane catalog` lists names alone", "attach": _NO_COMMAND},
    "oras": {"search": "`oras repo ls` lists names alone"},
}
NOT_TRIED = {
    "nerdctl": "Debian 12 has no package of it, and no Go module of it is to be had where the tests run",
    "docker buildx, BuildKit": "Debian 12 has no package of them, and what builds comes as an image from elsewhere",
    "cosign": "Debian 12 has no package of it, and to compile it takes longer than all else together; oras attaches in the same way",
    "notation": "no Go module of it is to be had where the tests run; oras attaches in the same way",
    "kubelet, CRI-O": "there is no cluster where the tests run; containerd is what most kubelets pull with",
    "Docker Desktop, Windows, macOS": "the tests run on Linux",
    "Harbor, zot, Quay as the registry": "the registry is distribution; [keys](operations/keys.md) says what zot would need",
}


def render(runs: list[Run]) -> str:
    """Return the page."""
    registries = [run["registry"] for run in runs]
    parts = [
        *_head(runs),
        *_glance(runs),
        *("", "## What was run", ""),
        "Each line is a test; its name says what came out, and its file has the commands.",
        "",
        f"| client | what | test | {' | '.join(f'with {one}' for one in registries)} |",
        f"|---|---|---|{'---|' * len(runs)}",
        *_rows(runs),
        *("", "## What is not there", ""),
        *_missing(),
        *("", "## Not tried", ""),
        *(f"- **{name}**: not tried, because {why}." for name, why in NOT_TRIED.items()),
    ]
    return "\n".join(parts) + "\n"


def _head(runs: list[Run]) -> Iterator[str]:
    newest = runs[-1]
    registries = " and with ".join(f"distribution {run['registry']}" for run in runs)
    yield "# Which clients work"
    yield ""
    yield "`./dev compatibility` runs all of this with the real programs and writes this page and"
    yield "[compatibility.json](compatibility.json): change neither by hand."
    yield ""
    yield f"Last run on {newest['date']}, {newest['system']}, once each with {registries}."
    yield "Versions are what the programs themselves say."


def _glance(runs: list[Run]) -> Iterator[str]:
    versions = runs[-1]["clients"]
    heads = [f"{one} {versions[one]}".strip() for one in MISSING]
    yield ""
    yield f"| | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(MISSING)}"
    for operation, words in OPERATIONS.items():
        cells = [cell(runs, client, operation) for client in MISSING]
        yield f"| {words} | {' | '.join(cells)} |"


def cell(runs: list[Run], client: str, operation: str) -> str:
    """Return "yes", or which registry it failed with, or "-" where there is nothing to say."""
    found = {run["registry"]: set(_outcomes(run, client, operation)) for run in runs}
    if not any(found.values()):
        return "-"
    failing = [one for one, outcomes in found.items() if "failed" in outcomes]
    if failing:
        return f"not with {', '.join(failing)}"
    return "yes" if all(outcomes == {"passed"} for outcomes in found.values()) else "not tried"


def _outcomes(run: Run, client: str, operation: str) -> Iterator[str]:
    for result in run["results"]:
        if result["client"] == client and operation in result["operations"]:
            yield result["outcome"]


def _rows(runs: list[Run]) -> Iterator[str]:
    outcomes = [{result["test"]: result["outcome"] for result in run["results"]} for run in runs]
    for client in CLIENTS:
        for result in runs[-1]["results"]:
            if result["client"] != client:
                continue
            path, _, name = result["test"].partition("::")
            sentence = name.removeprefix("test_").replace("_", " ")
            came_out = " | ".join(one.get(result["test"], "not tried") for one in outcomes)
            operations = ", ".join(result["operations"])
            yield f"| {client} | {operations} | [{sentence}](../{path}) | {came_out} |"


def _missing() -> Iterator[str]:
    for client, reasons in MISSING.items():
        for why in dict.fromkeys(reasons.values()):
            operations = [OPERATIONS[one] for one, reason in reasons.items() if reason == why]
            yield f"- **{client}**, {why}: {', '.join(operations)}."
    yield ""
    yield "Going on after an interruption is asked of the protocol itself, with curl: no client lets itself be"
    yield "interrupted at a chosen byte."
