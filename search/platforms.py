"""Spelling of platforms: what people type and manifests contain, as one. Pure.

Source: Go's lists of systems and architectures, containerd's platforms.Normalize, `uname -m`.
"""

from __future__ import annotations

import re

LONGEST_PLATFORM = 80  # as in Manifest.platform
_SYSTEMS = """
aix android darwin dragonfly freebsd illumos ios linux netbsd openbsd plan9 solaris wasip1 windows
"""
_ARCHITECTURES = """
386 alpha amd64 arm arm64 arm64be armbe hppa loong64 m68k mips mips64 mips64el mips64le mips64r6
mips64r6le mipsel mipsle ppc ppc64 ppc64le riscv32 riscv64 s390 s390x sh4 sparc sparc64 wasm wasm32
wasm64
"""
SYSTEMS = frozenset(_SYSTEMS.split())
ARCHITECTURES = frozenset(_ARCHITECTURES.split())
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*){0,2}", re.ASCII)
_OTHER_SPELLINGS = {
    "macos": "darwin",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "x64": "amd64",
    "x86": "386",
    "i386": "386",
    "i686": "386",
    "aarch64": "arm64",
    "arm64v8": "arm64",
    "armv8": "arm64",
    "arm32v5": "arm/v5",
    "armv5": "arm/v5",
    "armel": "arm/v6",
    "arm32v6": "arm/v6",
    "armv6": "arm/v6",
    "armv6l": "arm/v6",
    "armhf": "arm/v7",
    "arm32v7": "arm/v7",
    "armv7": "arm/v7",
    "armv7l": "arm/v7",
    "loongarch64": "loong64",
    "ppc64el": "ppc64le",
}
_PLAIN_VARIANTS = ("arm64/v8", "amd64/v1")  # mean the same as without


def fold_platform(text: str) -> str:
    """Return `system`, `architecture`, `architecture/variant` or with the system before; "" if none.

    Systems and architectures that nobody here has heard of stay: registries keep what is pushed.
    """
    parts = [_OTHER_SPELLINGS.get(part, part) for part in text.lower().split("/")]
    folded = "/".join(parts)
    for variant in _PLAIN_VARIANTS:
        if folded == variant or folded.endswith(f"/{variant}"):
            folded = folded.rpartition("/")[0]
    is_one = len(folded) <= LONGEST_PLATFORM and _PLATFORM.fullmatch(folded)
    return folded if is_one else ""


def is_whole(platform: str) -> bool:
    """Whether a folded platform says system and architecture: not `arm/v7`, which is a part of one."""
    system, slash, _ = platform.partition("/")
    return bool(slash) and system in SYSTEMS


def ways_to_ask_for(platform: str) -> list[str]:
    """Return what finds a platform that an image has: `linux/arm/v7` has five, `arm` among them."""
    parts = fold_platform(platform).split("/")
    is_variant_last = len(parts) > 2  # system, architecture, variant
    spans = [
        "/".join(parts[start:end])
        for start in range(len(parts) - is_variant_last)
        for end in range(start + 1, len(parts) + 1)
    ]
    return list(dict.fromkeys(filter(None, map(fold_platform, spans))))
