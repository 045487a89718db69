"""What an image is made of: its layers, and what its config says of how it runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.contents.documents import (
    MOST_PARTS,
    count,
    descriptors,
    inner,
    items,
    media_type,
    read_json,
)
from index.contents.history import Step, read_history
from index.contents.texts import Named, moment, one_line, shown, size_of
from index.manifests import platform_of


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, from 1 as they lie upon each other; `tenths` is its size beside the largest's."""

    number: int
    digest: str
    size: int
    media_type: str
    tenths: int  # of a percent


@dataclass(frozen=True, slots=True)
class Config:
    """What an image says of itself. Everything is made fit to be shown, and nothing is believed."""

    platform: str
    created: datetime | None
    author: str
    user: str
    workdir: str
    stop_signal: str
    entrypoint: str
    command: str
    env: tuple[Named, ...]
    labels: tuple[Named, ...]
    ports: tuple[str, ...]
    volumes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image as its page shows it. `hidden_layers` are those beyond what is shown."""

    layers: tuple[Layer, ...]
    history: tuple[Step, ...]
    config: Config
    hidden_layers: int = 0

    @property
    def size(self) -> int:
        """Compressed bytes of the layers that are shown."""
        return sum(layer.size for layer in self.layers)

    def command_of(self, layer: int) -> Step | None:
        """Return the step that made a layer."""
        return next((step for step in self.history if step.layer == layer), None)


def read_image(document: bytes, config: bytes) -> Image:
    """Return the image of a manifest and its config; what makes no sense is not there."""
    manifest, read = read_json(document), read_json(config)
    layers = read_layers(manifest)
    return Image(
        layers=tuple(layers),
        history=tuple(read_history(read, len(layers))),
        config=_config(read),
        hidden_layers=max(count(manifest, "layers") - MOST_PARTS, 0),
    )


def read_layers(manifest: dict[str, Any]) -> list[Layer]:
    """Return the layers of a manifest, the lowest first."""
    found = descriptors(manifest, "layers")
    largest = max((size_of(item.get("size")) for item in found), default=0)
    return [
        Layer(
            number,
            item["digest"],
            size_of(item.get("size")),
            media_type(item),
            size_of(item.get("size")) * 1_000 // largest if largest else 0,
        )
        for number, item in enumerate(found, start=1)
    ]


def _config(read: dict[str, Any]) -> Config:
    inside = inner(read, "config")
    return Config(
        platform=platform_of(read),
        created=moment(read.get("created")),
        author=one_line(read.get("author"), 200),
        user=one_line(inside.get("User"), 200),
        workdir=one_line(inside.get("WorkingDir"), 500),
        stop_signal=one_line(inside.get("StopSignal"), 40),
        entrypoint=_words(inside, "Entrypoint"),
        command=_words(inside, "Cmd"),
        env=tuple(_env(inside)),
        labels=tuple(_labels(inside)),
        ports=tuple(_names(inside, "ExposedPorts")),
        volumes=tuple(_names(inside, "Volumes")),
    )


def _words(inside: dict[str, Any], key: str) -> str:
    """Return a list of words as a build file writes it: ["sh", "-c"]."""
    words = [shown(word) for word in items(inside, key) if isinstance(word, str)]
    return shown(json.dumps(words, ensure_ascii=False), 4_000) if words else ""


def _env(inside: dict[str, Any]) -> list[Named]:
    pairs = [item.partition("=") for item in items(inside, "Env") if isinstance(item, str)]
    return [Named(one_line(name, 200), shown(value)) for name, _, value in pairs]


def _labels(inside: dict[str, Any]) -> list[Named]:
    labels = sorted(inner(inside, "Labels").items())[:MOST_PARTS]
    return [
        Named(one_line(name, 200), shown(value)) for name, value in labels if isinstance(value, str)
    ]


def _names(inside: dict[str, Any], key: str) -> list[str]:
    return [one_line(name, 200) for name in sorted(inner(inside, key))[:MOST_PARTS]]
