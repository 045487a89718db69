"""Pages about one manifest, and about two of them side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from index.contents.documents import pretty
from index.image_comparison import compare_references
from index.manifest_facts import ManifestFacts, find_manifest
from index.models import Repository
from index.names import is_digest, is_tag
from index.promotions import promotion_of, source_shown_to
from index.shared_layers import Shared, shared_layers
from index.web.layer_picture import draw as draw_layers
from index.web.lookup import find_repository, principal_of
from index.web.repositories import page_context

_LONGEST_PRETTY = 256 * 1024
_LONGEST_REFERENCE = 140
_MOST_TAGS = 500  # that are suggested where two are compared


@login_not_required
@require_safe
def show(request: HttpRequest, name: str, reference: str) -> HttpResponse:
    """Show what a manifest is made of, and what belongs to it."""
    repository = find_repository(request, name)
    facts = _find(repository, reference)
    principal = principal_of(request)
    context = page_context(repository, principal)
    is_image = bool(facts.image.layers) and not facts.kinds
    shared = shared_layers(facts.manifest) if is_image else Shared()
    [promotions] = facts.others
    promotion = promotions[0] if promotions else None
    context |= {
        "promotion": promotion,
        "promoted_from": source_shown_to(principal, promotion) if promotion else "",
        "sees_promotions": bool(promotion) and context["sees_promotions"],
        "reference": reference,
        "tag": "" if is_digest(reference) else reference,
        "manifest": facts.manifest,
        "facts": facts,
        "layers": _layers(facts, shared.having),
        "layer_bar": draw_layers(facts.image.layers, shared.having) if is_image else None,
        "shared": shared,
        "pretty": pretty(facts.document, _LONGEST_PRETTY),
        "pretty_config": pretty(facts.config, _LONGEST_PRETTY),
    }
    return render(request, "index/manifest.html", context)


@login_not_required
@require_safe
def raw(request: HttpRequest, name: str, reference: str) -> HttpResponse:
    """Hand out the bytes of a manifest, or of its config, as a file of text."""
    repository = find_repository(request, name)
    facts = _find(repository, reference)
    part = request.GET.get("part", "manifest")
    content = {"manifest": facts.document, "config": facts.config}.get(part, b"")
    if not content:
        raise Http404
    # Text to be saved: whatever it claims to be, no browser runs it (nosniff is on every answer).
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    short = hashlib.sha256(content).hexdigest()[:12]
    response["Content-Disposition"] = f'attachment; filename="{part}-{short}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@require_safe
def compare(request: HttpRequest, name: str) -> HttpResponse:
    """Show how one image differs from another; both are asked for by a form."""
    repository = find_repository(request, name)
    before, after = (
        request.GET.get(key, "").strip()[:_LONGEST_REFERENCE] for key in ("from", "to")
    )
    platform = request.GET.get("platform", "")[:80]
    asked = bool(before and after)
    pair = compare_references(repository, before, after, platform) if asked else None
    tags = repository.tags.order_by("-pushed_at", "-name").values_list("name", flat=True)
    context = page_context(repository, principal_of(request))
    context |= {
        "before": before,
        "after": after,
        "pair": pair,
        "suggested": tags[:_MOST_TAGS],
        "step": "compared" if pair and pair.comparison else "chosen" if asked else "",
    }
    return render(request, "index/compare.html", context)


def _find(repository: Repository, reference: str) -> ManifestFacts:
    """Return the facts of what a tag or digest names; 404 alike for whatever is not there."""
    if not (is_tag(reference) or is_digest(reference)):
        raise Http404
    manifest = find_manifest(repository, reference)
    if manifest is None:
        raise Http404
    return ManifestFacts(manifest, promotion_of(repository, reference, manifest.digest))


def _layers(facts: ManifestFacts, having: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the layers with the step that made each, and how many images have it too."""
    steps = {step.layer: step for step in facts.image.history if step.layer}
    return [
        {"layer": layer, "step": steps.get(layer.number), "also": having.get(layer.digest, 0)}
        for layer in facts.image.layers
    ]
