"""Where everything lies: the checkout, and the data folder that the launcher owns."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from launcher.problems import Problem

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDERS = ("run", "log", "secrets", "keys", "mail", "redis", "nginx/temp", "registries")


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one instance; `own_venv` is set when the person chose one."""

    var: Path
    own_venv: Path | None = None
    checkout: Path = CHECKOUT

    @property
    def venv(self) -> Path:
        return self.own_venv or self.var / "venv"

    @property
    def dev_venv(self) -> Path:
        return self.own_venv or self.var / "venv-dev"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def log_file(self) -> Path:
        return self.var / "log" / "waybill.log"

    @property
    def tools(self) -> Path:
        """Tools unpacked without root; several instances may share them."""
        return Path(os.environ.get("WAYBILL_TOOLS") or self.var / "tools").resolve()


def layout_from(*, var: str | None, venv: str | None) -> Layout:
    """The layout that the command line and the environment ask for."""
    chosen_venv = venv or os.environ.get("WAYBILL_VENV")
    return Layout(
        var=Path(var).resolve() if var else CHECKOUT / "var",
        own_venv=Path(chosen_venv).resolve() if chosen_venv else None,
    )


def prepare(layout: Layout) -> None:
    """Make the data folder, or say why this user cannot have it."""
    check_owner(layout.var)
    try:
        layout.var.mkdir(parents=True, exist_ok=True)
        for folder in FOLDERS:
            (layout.var / folder).mkdir(parents=True, exist_ok=True)
        # All of it: the database holds session keys, the registries private images.
        for private in (".", "run", "secrets", "keys", "mail"):
            (layout.var / private).chmod(0o700)
    except OSError as error:
        sentence = (
            f"The data folder {layout.var} cannot be written ({error.strerror}):"
            " choose another with --var DIR."
        )
        raise Problem(sentence) from error


def check_owner(var: Path) -> None:
    """One instance belongs to one user: files of two make the database and sockets unusable."""
    evidence = next((path for path in (var / "secrets", var) if path.exists()), None)
    if evidence is None:
        return
    owner = evidence.stat().st_uid
    # Root may use an empty folder that somebody else made, not somebody else's instance.
    if owner == os.geteuid() or (os.geteuid() == 0 and evidence == var):
        return
    sentence = (
        f"{var} belongs to {user_name(owner)} and you are {user_name(os.geteuid())}: start as"
        f" {user_name(owner)}, choose another folder with --var DIR, or give it to yourself"
        f" (as root: chown -R {user_name(os.geteuid())} {var})."
    )
    raise Problem(sentence)


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
