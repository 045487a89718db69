"""Tools are found where they lie; unpacked ones get their libraries and nobody else does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from launcher import tools
from launcher.tools import find, folders_for, postgresql_folders
from launcher.unpack import write_wrapper


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but one folder on PATH."""
    monkeypatch.setattr(tools, "USUAL_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def test_a_tool_on_path_is_taken_before_an_unpacked_one(bare: Path) -> None:
    program(bare / "tools/bin/nginx")
    assert find("nginx", bare / "tools") == bare / "tools/bin/nginx"
    program(bare / "path/nginx")
    assert find("nginx", bare / "tools") == bare / "path/nginx"


def test_a_file_that_cannot_be_executed_is_no_tool(bare: Path) -> None:
    program(bare / "path/nginx").chmod(0o644)
    assert find("nginx", bare / "tools") is None


def test_debian_s_docker_goes_before_any_other() -> None:
    assert folders_for("docker")[0] == Path("/usr/bin")


def test_the_newest_postgresql_is_taken_and_old_ones_are_not(tmp_path: Path) -> None:
    for version in ("9.6", "12", "13", "15", "17"):
        (tmp_path / version).mkdir()
    found = [folder.parent.name for folder in postgresql_folders(tmp_path)]
    assert found == ["17", "15", "13"]


def test_an_unpacked_tool_starts_with_its_own_libraries(tmp_path: Path) -> None:
    script = '#!/bin/sh\necho "$LD_LIBRARY_PATH $1"\n'
    program(tmp_path / "root/usr/sbin/nginx", script)
    program(tmp_path / "root/usr/lib/x86_64-linux-gnu/libpcre.so.3")
    write_wrapper("nginx", tmp_path)
    answer = subprocess.run(
        [tmp_path / "bin/nginx", "an argument"], capture_output=True, text=True, check=True
    )
    libraries = tmp_path / "root/usr/lib/x86_64-linux-gnu"
    assert answer.stdout == f"{libraries} an argument\n"


def test_a_program_is_started_without_the_script_that_knows_where_it_is_installed(
    tmp_path: Path,
) -> None:
    program(tmp_path / "root/usr/bin/chromium-headless-shell", "#!/bin/sh\nfalse\n")
    program(tmp_path / "root/usr/lib/chromium/chromium-headless-shell")
    write_wrapper("chromium-headless-shell", tmp_path)
    subprocess.run([tmp_path / "bin/chromium-headless-shell"], check=True)


def test_a_package_without_the_program_leaves_no_wrapper(tmp_path: Path) -> None:
    write_wrapper("nginx", tmp_path)
    assert not (tmp_path / "bin").exists()
