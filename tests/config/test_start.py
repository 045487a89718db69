"""A web or worker process without a usable signing key does not start (L14)."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery.signals import worker_init

from launcher.layout import CHECKOUT
from tokenauth.signing.keys import signing_keys


def start_web() -> None:
    """Load what the app server loads."""
    runpy.run_path(str(CHECKOUT / "config" / "wsgi.py"))


def start_worker() -> None:
    """Send what celery sends before a worker takes anything."""
    worker_init.send(sender=None)


both = pytest.mark.parametrize("start", [start_web, start_worker])
Start = Callable[[], None]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder for keys."""
    before = signing_keys._directory
    signing_keys._directory = tmp_path
    yield tmp_path
    signing_keys._directory = before


@both
def test_without_a_key_it_says_so_and_makes_none(folder: Path, start: Start) -> None:
    with pytest.raises(SystemExit) as ended:
        start()
    assert f"{folder} has no signing key: run `manage.py keys create`" in str(ended.value)
    assert list(folder.iterdir()) == []


@both
def test_with_a_broken_key_it_names_the_file(folder: Path, start: Start) -> None:
    signing_keys.create("test")
    path = folder / f"leaf-{signing_keys.current().kid}.pem"
    path.write_text("nonsense")
    signing_keys._held = None
    with pytest.raises(SystemExit) as ended:
        start()
    assert f"Waybill does not start: {path} is not a usable key" in str(ended.value)


@both
def test_with_a_key_it_starts(folder: Path, start: Start) -> None:
    signing_keys.create("test")
    start()
