"""What a shell runs of the recipes of docs/recipes."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import yaml

from config.guide.recipes import Recipe, recipes

_SH = re.compile(r"sh '''\n(.*?)'''", re.DOTALL)


def documents(one: Recipe) -> list[Any]:
    """Return what its YAML says."""
    return list(yaml.safe_load_all(one.text))


def lines(one: Recipe) -> list[str]:
    """Return what is run of it, step by step; nothing is installed."""
    if one.kind == "groovy":
        return [dedent(script) for script in _SH.findall(one.text)]
    found = [step for document in documents(one) for step in _steps(document)]
    return [line for line in found if not line.startswith("apk add")]


def _steps(document: dict[str, Any]) -> list[str]:
    if "jobs" in document:  # GitHub
        jobs = document["jobs"].values()
        return [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    if document.get("kind") == "Job":  # Kubernetes
        containers = document["spec"]["template"]["spec"]["containers"]
        return [line for container in containers for line in container["args"]]
    jobs = [job for job in document.values() if isinstance(job, dict)]
    return [line for job in jobs for line in job.get("script", [])]


def recipe(page: str, heading: str) -> Recipe:
    """Return the file there, not the commands beside it."""
    found = (one for one in recipes() if (one.page, one.heading) == (page, heading))
    return next(one for one in found if one.kind != "sh")
