"""The guide's first chapter does what it says: its commands, as they are copied, in a shell."""

from __future__ import annotations

import html
import os
import re
import subprocess
from pathlib import Path

from tests.e2e.people import PASSWORD, Person
from tests.e2e.wire import Wire
from tests.tools import tool

_CODE = re.compile(r'<code id="code-([a-z-]+)-\d+">(.*?)</code>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def commands(wire: Wire, chapter: str) -> dict[str, str]:
    """Return what the buttons of a chapter copy, by the anchor of its heading; the last of each."""
    page = wire.ask("GET", f"/docs/{chapter}/").body.decode()
    return {anchor: html.unescape(_TAG.sub("", text)) for anchor, text in _CODE.findall(page)}


def run(person: Person, command: str, folder: Path, stdin: str = "") -> str:
    """Run lines in a shell as this person; return what was printed."""
    done = subprocess.run(
        ["/bin/sh", "-ec", command.replace("YOUR-NAME", person.name)],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{Path(tool('docker')).parent}:{os.environ['PATH']}",
            "DOCKER_CONFIG": str(person.docker.home),
            "DOCKER_HOST": person.docker.engine.url(),
            "DOCKER_BUILDKIT": "0",
        },
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_commands_of_the_first_chapter_bring_an_image_here_and_back(
    bob: Person, wire: Wire, tmp_path: Path
) -> None:
    told = commands(wire, "start")
    login = f"{told['log-in']} --password-stdin"
    assert "Login Succeeded" in run(bob, login, tmp_path, stdin=PASSWORD)
    run(bob, told["name"], tmp_path)
    assert "digest: sha256:" in run(bob, told["push"], tmp_path)
    bob.forget(bob.reference("my-app"))
    assert "Downloaded newer image" in run(bob, told["pull"], tmp_path)


def test_the_link_that_docker_prints_leads_to_the_explanation(
    alice: Person, bob: Person, wire: Wire
) -> None:
    printed = bob.docker.fails("push", alice.make_image("app"))
    link = re.search(
        rf"See http://{re.escape(bob.host)}(/docs/errors/)#([a-z-]+)$", printed.strip()
    )
    assert link
    assert f'id="{link[2]}"' in wire.ask("GET", link[1]).body.decode()
