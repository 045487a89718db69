"""How one image differs from another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from index.contents.images import Config, Image, Layer
from index.contents.texts import Named

# What of a config is compared as a whole, and what it is called.
_FIELDS = (
    ("platform", gettext_lazy("Platform")),
    ("entrypoint", gettext_lazy("Entrypoint")),
    ("command", gettext_lazy("Command")),
    ("user", gettext_lazy("User")),
    ("workdir", gettext_lazy("Working directory")),
    ("stop_signal", gettext_lazy("Stop signal")),
    ("author", gettext_lazy("Author")),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same; None where it is not there at all."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is shared, what is gone, what came; layers by their digests.

    `base` is how many layers, from the lowest, are the very same in both.
    """

    shared: tuple[Layer, ...]
    removed: tuple[Layer, ...]
    added: tuple[Layer, ...]
    base: int
    fields: tuple[Change, ...]
    env: tuple[Change, ...]
    labels: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that is shown."""
        return not (self.removed or self.added or self.fields or self.env or self.labels)

    @property
    def size_shared(self) -> int:
        """Bytes of the layers that both have."""
        return _sum(self.shared)

    @property
    def size_removed(self) -> int:
        """Bytes that the second one does without."""
        return _sum(self.removed)

    @property
    def size_added(self) -> int:
        """Bytes that whoever has the first one still has to pull."""
        return _sum(self.added)


def compare(before: Image, after: Image) -> Comparison:
    """Return how the second image differs from the first."""
    old = {layer.digest for layer in before.layers}
    new = {layer.digest for layer in after.layers}
    return Comparison(
        shared=_once(layer for layer in after.layers if layer.digest in old),
        removed=_once(layer for layer in before.layers if layer.digest not in new),
        added=_once(layer for layer in after.layers if layer.digest not in old),
        base=_base(before, after),
        fields=tuple(_fields(before.config, after.config)),
        env=_pairs(before.config.env, after.config.env),
        labels=_pairs(before.config.labels, after.config.labels),
    )


def _base(before: Image, after: Image) -> int:
    same = 0
    for old, new in zip(before.layers, after.layers, strict=False):
        if old.digest != new.digest:
            break
        same += 1
    return same


def _fields(before: Config, after: Config) -> Iterable[Change]:
    for field, name in _FIELDS:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(str(name), old or None, new or None)
    for title, was, becomes in (
        (_("Ports"), before.ports, after.ports),
        (_("Volumes"), before.volumes, after.volumes),
    ):
        if was != becomes:
            yield Change(str(title), ", ".join(was) or None, ", ".join(becomes) or None)


def _pairs(before: tuple[Named, ...], after: tuple[Named, ...]) -> tuple[Change, ...]:
    old, new = dict(before), dict(after)
    return tuple(
        Change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def _once(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return each layer once: an empty one is in many images more than once."""
    return tuple({layer.digest: layer for layer in layers}.values())


def _sum(layers: Iterable[Layer]) -> int:
    return sum(layer.size for layer in layers)
