"""The virtual environment: built from hash-locked wheels, rebuilt only when the lock changes."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import sys
from pathlib import Path

from launcher import apt
from launcher.layout import CHECKOUT
from launcher.packages import may_install
from launcher.problems import Problem
from launcher.programs import last_line, run_quietly
from launcher.terminal import timed

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
WHEELS_ONLY = ("--require-hashes", "--only-binary", ":all:")


def ensure_venv(venv: Path, requirements: str) -> Path:
    """The Python of a virtual environment that holds exactly the locked packages."""
    python = venv / "bin" / "python"
    if is_fit(venv, requirements):
        return python
    try:
        venv.parent.mkdir(parents=True, exist_ok=True)
        lock = Path(f"{venv}.lock").open("w")  # noqa: SIM115
    except OSError as error:
        sentence = f"{venv} cannot be written ({error.strerror}): give --venv DIR."
        raise Problem(sentence) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_fit(venv, requirements):  # another launcher may have built it meanwhile
            with timed(f"Python packages into {venv}"):
                build(venv, requirements)
    return python


def is_fit(venv: Path, requirements: str) -> bool:
    """Whether the environment was built by this Python, here, from this lock."""
    try:
        stamp = json.loads((venv / "waybill.json").read_text())
    except (OSError, ValueError):
        return False
    wanted = stamp_for(venv, requirements)
    return (
        (venv / "bin" / "python").exists()
        and stamp.get("python") == wanted["python"]
        and stamp.get("place") == wanted["place"]
        and wanted["locks"].items() <= stamp.get("locks", {}).items()
    )


def stamp_for(venv: Path, requirements: str) -> dict[str, dict[str, str]]:
    """What an environment is made of; the development lock contains the other one whole."""
    names = [RUNTIME] if requirements == RUNTIME else [RUNTIME, DEVELOPMENT]
    return {
        "python": {"version": platform.python_version(), "machine": platform.machine()},
        "place": {"folder": str(venv)},
        "locks": {name: digest(CHECKOUT / name) for name in names},
    }


def digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        sentence = f"{path} is missing: is this a complete checkout?"
        raise Problem(sentence) from error


def build(venv: Path, requirements: str) -> None:
    stamp = stamp_for(venv, requirements)
    lock = CHECKOUT / requirements
    (venv / "waybill.json").unlink(missing_ok=True)
    if not (use_uv() and build_with_uv(venv, lock)):
        build_with_pip(venv, lock)
    (venv / "waybill.json").write_text(json.dumps(stamp, indent=2))


def use_uv() -> bool:
    """uv is ten times faster, but does not read a person's settings for pip."""
    if shutil.which("uv") is None or any(name.startswith("PIP_") for name in os.environ):
        return False
    return not run_quietly([sys.executable, "-m", "pip", "config", "list"]).stdout.strip()


def build_with_uv(venv: Path, lock: Path) -> bool:
    """Whether uv could do it; pip is asked otherwise, and its complaint is the one shown."""
    made = run_quietly(["uv", "venv", "--clear", "--python", sys.executable, str(venv)])
    python = str(venv / "bin" / "python")
    return (
        made.returncode == 0
        and run_quietly(["uv", "pip", "install", "--python", python, *WHEELS_ONLY, "-r", str(lock)])
        .returncode == 0
    )  # fmt: skip


def build_with_pip(venv: Path, lock: Path) -> None:
    require_venv_module()
    made = run_quietly([sys.executable, "-m", "venv", "--clear", str(venv)])
    if made.returncode != 0:
        sentence = f"No virtual environment could be made in {venv}: {last_line(made)}"
        raise Problem(sentence)
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet",
               "--disable-pip-version-check", "--no-input", *WHEELS_ONLY, "-r", str(lock)]  # fmt: skip
    installed = run_quietly(command)
    if installed.returncode != 0:
        sentence = (
            f"pip could not install {lock.name} ({last_line(installed)}): check the network, and"
            " the proxy or index in pip's settings, then start again."
        )
        raise Problem(sentence)


def require_venv_module() -> None:
    """Debian's python3 comes without ensurepip, which a virtual environment needs."""
    if importlib.util.find_spec("ensurepip") is not None:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if may_install():
        apt.install([package])
        importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is None:
        sentence = (
            "This Python cannot make virtual environments: as root, run"
            f" apt-get install --no-install-recommends {package}, then start again."
        )
        raise Problem(sentence)
