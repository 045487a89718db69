"""The files of docs/recipes, with the names of this site in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "docs" / "recipes"
_PART = re.compile(
    r"^## (?P<heading>[^\n]+)$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
# What chapters call them.
_SHOWN = {
    ("github-actions", "Without a stored secret, with docker"): "github",
    ("gitlab-ci", "Without a stored secret, with docker"): "gitlab",
    ("gitlab-ci", "With a robot's secret"): "gitlab_robot",
    ("jenkins", "Without a stored secret, with docker"): "jenkins",
    ("jenkins", "With a robot's secret"): "jenkins_robot",
    ("kubernetes", "A job that builds, without a stored secret"): "kubernetes",
    ("kubernetes", "Flux: follow new tags"): "flux",
    ("kubernetes", "Argo CD Image Updater: follow new tags"): "argo",
    ("terraform", "A repository and a team"): "terraform",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file, or some commands, below the heading that says what it is for."""

    page: str
    heading: str
    kind: str
    text: str


def recipes() -> Iterator[Recipe]:
    """Yield each of every page, as it was written."""
    for path in sorted(FOLDER.glob("*.md")):
        heading = ""
        for part in _PART.finditer(path.read_text(encoding="utf-8")):
            heading = part["heading"] or heading
            if part["kind"]:
                yield Recipe(path.stem, heading, part["kind"], part["text"])


def shown_recipes() -> dict[str, str]:
    """Return those that the guide shows, for this host."""
    return {
        _SHOWN[one.page, one.heading]: _of_this_site(one.text)
        for one in recipes()
        if (one.page, one.heading) in _SHOWN
    }


def _of_this_site(text: str) -> str:
    text = text.replace("https://index.example.com", settings.PUBLIC_URL)
    return text.replace("index.example.com", settings.PUBLIC_HOST).rstrip()
