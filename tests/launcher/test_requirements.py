"""A lock that lacks what is asked for is noticed without any network."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import requirements
from launcher.layout import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements.in").write_text(
        "# why\nDjango~=5.2  # the framework\ncelery[redis]\n"
    )
    (tmp_path / "requirements-dev.in").write_text("-r requirements.in\npytest_django\n")
    (tmp_path / "requirements.txt").write_text(
        "celery==5.7.0 \\\n    --hash=sha256:aa\ndjango==5.2.1 ; python_version > '3' \\\n"
    )
    (tmp_path / "requirements-dev.txt").write_text(
        "celery==5.7.0\ndjango==5.2.1\npytest-django==4.14.0\n"
    )
    return tmp_path


def test_a_lock_with_everything_has_no_faults(checkout: Path) -> None:
    assert requirements.faults(checkout) == []


def test_a_package_missing_from_the_lock_is_named(checkout: Path) -> None:
    with (checkout / "requirements.in").open("a") as file:
        file.write("nh3\n")
    assert requirements.faults(checkout) == [
        "requirements.txt lacks nh3, which requirements.in asks for"
    ]


def test_the_two_locks_must_agree(checkout: Path) -> None:
    (checkout / "requirements-dev.txt").write_text("celery==5.7.0\npytest-django==4.14.0\n")
    (fault,) = requirements.faults(checkout)
    assert "django (not at all)" in fault


def test_our_own_locks_are_up_to_date() -> None:
    assert requirements.faults(CHECKOUT) == []
