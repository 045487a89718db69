"""`/_design/`: every component in every state, both themes side by side; on a machine of one's own only.

It renders the templates that pages use, and reads the tokens from the style sheet: it cannot drift.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Namespace
from index.models import Repository

_TOKEN = re.compile(r"^  --([a-z0-9-]+):", re.MULTILINE)
_LONG = "a-name-as-long-as-somebody-will-choose-one-day-for-what-they-build"
_DIGEST = "sha256:" + "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(help_text="Lower-case letters, digits and single hyphens.")
    description = forms.CharField(max_length=100, required=False, help_text="One line.")
    password = forms.CharField(widget=forms.PasswordInput)
    readme = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    role = forms.ChoiceField(choices=[("reader", "Reader"), ("writer", "Writer")])
    ends = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    visibility = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            ("public", "Public: anyone may pull"),
            ("private", "Private: people with a grant"),
        ],
        initial="private",
    )
    follow = forms.BooleanField(label="Follow the newest image", help_text="Of its labels.")


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice shows, as Django's messages are."""

    tags: str
    text: str
    extra_tags: str = ""

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


@login_not_required
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show the design system; 404 on any site that others reach."""
    if not settings.IS_OWN_MACHINE:
        raise Http404
    groups = _tokens()
    return render(request, "design/index.html", {"groups": groups, "themes": _themes()})


@login_not_required
@require_safe
def question(request: HttpRequest) -> HttpResponse:
    """Show what opens as a dialog, as the page that it is without JavaScript."""
    if not settings.IS_OWN_MACHINE:
        raise Http404
    return render(request, "design/question.html")


def _tokens() -> dict[str, list[str]]:
    """Return the names of tokens by what they are of, in the order of the sheet."""
    sheet = (settings.BASE_DIR / "static" / "css" / "variables.css").read_text()
    names = _TOKEN.findall(sheet)
    kinds = {"step-": "type", "gap-": "spacing", "radius": "corners"}
    groups: dict[str, list[str]] = {"type": [], "spacing": [], "corners": [], "colours": []}
    for token in names:
        kind = next((kind for start, kind in kinds.items() if token.startswith(start)), "colours")
        if not token.startswith(("sans", "mono", "shadow", "header-", "control-")):
            groups[kind].append(token)
    return groups


def _themes() -> list[dict[str, object]]:
    return [{"theme": theme, **_samples(theme)} for theme in ("light", "dark")]


def _samples(theme: str) -> dict[str, object]:
    """Return what the components are given; ids differ between both themes."""
    wrong = SampleForm({"name": "Not so"}, auto_id=f"{theme}-wrong-%s")
    wrong.add_error("name", "Names are lower-case.")
    return {
        "form": SampleForm(auto_id=f"{theme}-%s"),
        "wrong": wrong,
        "messages": [
            Message("success", "Saved."),
            Message("warning", "One address is not verified yet."),
            Message("error", "That did not work. Nothing was changed."),
        ],
        "repositories": _repositories(),
        "page": Paginator(range(90), 10).page(4),
        "long_name": _LONG,
        "digest": _DIGEST,
        "snippet": "steps:\n  - run: docker login index.example.com\n",
        "line": SimpleNamespace(words="amd64", count=12, is_chosen=True, address="#"),
        "other_line": SimpleNamespace(words="arm64", count=3, is_chosen=False, address="#"),
    }


def _repositories() -> list[Repository]:
    acme = Namespace(name="acme", is_verified=True)
    now = timezone.now()
    public = Repository(
        name="acme/app",
        namespace=acme,
        visibility="public",
        description="What it is, in one line.",
        star_count=1234,
        pull_count=5_600_000,
        last_pushed_at=now - timedelta(hours=2),
        is_automated=True,
    )
    private = Repository(
        name=f"acme/{_LONG}", namespace=acme, visibility="private", mode="archived"
    )
    return [public, private]
