"""Which registry keeps a new repository. The choice is stored with the repository."""

from __future__ import annotations

from index.errors import NoPlacement
from index.models.placement_rule import PlacementRule
from index.models.registry import Registry
from index.names import RepositoryName


def choose_registry(name: RepositoryName) -> Registry:
    """Return the registry of the most specific matching rule; raise NoPlacement without one."""
    patterns = [name.value, f"{name.namespace}/*", "*"]
    rules = PlacementRule.objects.filter(pattern__in=patterns).select_related("registry")
    by_pattern = {rule.pattern: rule.registry for rule in rules}
    for pattern in patterns:
        if pattern in by_pattern:
            return by_pattern[pattern]
    message = f"no placement rule says which registry keeps {name}: ask an administrator"
    raise NoPlacement(message)
