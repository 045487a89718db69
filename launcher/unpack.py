"""Get Debian packages without root: downloaded by apt, unpacked into var/, nothing installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from launcher.problems import Problem
from launcher.programs import Result, complaint_of, run_quietly
from launcher.terminal import say, timed
from launcher.tools import postgresql_folders

FONTS = (
    '<fontconfig><dir prefix="relative">root/usr/share/fonts</dir>'
    '<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>\n'
)
# Some programs are found beside others that nobody asked for by name.
COMPANIONS = {"initdb": ("initdb", "postgres")}


def fetch(packages: list[str], names: list[str], unpacked: Path) -> None:
    """Download packages with whatever they need that is not installed, and unpack them."""
    with timed(f"unpacking {' '.join(packages)} without root"):
        archives = download(packages, unpacked / "apt")
        root = unpacked / "root"
        root.mkdir(parents=True, exist_ok=True)
        for archive in archives:
            check(run_quietly(["dpkg-deb", "--extract", str(archive), str(root)]), "dpkg-deb")
        for name in (name for asked in names for name in COMPANIONS.get(asked, (asked,))):
            write_wrapper(name, unpacked)
        shutil.rmtree(unpacked / "apt")


def download(packages: list[str], folder: Path) -> list[Path]:
    """Let apt find out what is missing, with lists and cache of our own."""
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    options = [
        "-o", f"Dir::State={folder}/state",
        "-o", "Dir::State::status=/var/lib/dpkg/status",
        "-o", f"Dir::Cache={folder}/cache",
        "-o", "Debug::NoLocking=1",
    ]  # fmt: skip
    check(run_quietly(["apt-get", *options, "update"]), "fetching Debian's package lists")
    check(
        run_quietly(["apt-get", *options, "install", "--yes", "--download-only",
             "--no-install-recommends", *packages]),
        f"downloading {' '.join(packages)}",
    )  # fmt: skip
    return sorted((folder / "cache/archives").glob("*.deb"))


def write_wrapper(name: str, unpacked: Path) -> None:
    """A script that starts the program with its libraries, and leaves all others alone."""
    program = program_in(unpacked / "root", name)
    if program is None:
        say(f"the packages have no {name}")
        return
    libraries = ":".join(f"$root/{folder}" for folder in library_folders(unpacked / "root"))
    script = (
        "#!/bin/sh\n"
        "# Written by ./dev. The libraries are set for this one program only.\n"
        'root=$(dirname "$(dirname "$(readlink -f "$0")")")/root\n'
        f"{font_setting(unpacked)}"
        f'LD_LIBRARY_PATH="{libraries}" exec "$root/{program}" "$@"\n'
    )
    wrapper = unpacked / "bin" / name
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(script)
    wrapper.chmod(0o755)


def font_setting(unpacked: Path) -> str:
    """A line for the wrapper of a browser on a machine that has no fonts of its own."""
    if Path("/etc/fonts/fonts.conf").exists() or not (unpacked / "root/usr/share/fonts").exists():
        return ""
    (unpacked / "fonts.conf").write_text(FONTS)
    return 'export FONTCONFIG_FILE="$root/../fonts.conf"\n'


def program_in(root: Path, name: str) -> Path | None:
    """The program's path below the unpacked root, rather than that of a script which starts it."""
    folders = [*sorted((root / "usr/lib").glob("*")), root / "usr/sbin", root / "usr/bin"]
    folders += postgresql_folders(root / "usr/lib/postgresql")
    programs = (folder / name for folder in folders)
    found = next((path for path in programs if os.access(path, os.X_OK) and path.is_file()), None)
    return None if found is None else found.relative_to(root)


def library_folders(root: Path) -> list[Path]:
    """Where the unpacked shared libraries lie, relative to the root; the usual places first."""
    folders = {
        library.parent.relative_to(root)
        for base in ("lib", "usr/lib")
        for depth in ("", "*/", "*/*/")  # libpulsecommon lies in a folder of its own
        for library in root.glob(f"{base}/{depth}lib*.so*")
    }
    return sorted(folders, key=lambda folder: (len(folder.parts), folder))


def check(result: Result, what: str) -> None:
    if result.returncode != 0:
        sentence = f"{what} failed ({complaint_of(result)}): check the network and apt's sources."
        raise Problem(sentence)
