"""What docker prints leads to the place in the guide that explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from accounts import errors as account_errors
from accounts.errors import AccountError
from accounts.guide import LONGEST, Anchor, with_link
from config.guide.chapters import ENGLISH, every_chapter
from index import errors as index_errors
from index import pull_limits
from index.errors import IndexRefusal
from index.gateway import holds
from tokenauth import errors as token_errors
from tokenauth.errors import TokenRefusal
from tokenauth.workloads import errors as workload_errors

_ROOT = Path(__file__).resolve().parents[2]
_MODULES = (account_errors, index_errors, holds, pull_limits, token_errors, workload_errors)
_PLACE = re.compile(r"/docs/([a-z-]+)/(?:#([a-z0-9-]+))?")
_BY_NAME = re.compile(r"\{%\s*url 'docs-page' '([a-z-]+)'[^%]*%\}(?:#([a-z0-9-]+))?")


def anchors(slug: str) -> set[str]:
    """Return the anchors of a chapter."""
    chapter = next(one for one in every_chapter(ENGLISH) if one.slug == slug)
    return {section.anchor for section in chapter.contents}


def refusals() -> Iterator[type[Exception]]:
    """Yield each class that says what went wrong to a client of the registry protocol."""
    for module in _MODULES:
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(
                one, AccountError | IndexRefusal | TokenRefusal
            ):
                yield one


@pytest.mark.parametrize("anchor", Anchor)
def test_each_anchor_that_a_message_may_name_exists(anchor: Anchor) -> None:
    assert anchor in anchors("errors")


def test_each_anchor_is_named_by_some_message() -> None:
    named = {getattr(one, "help", None) for one in refusals()}
    source = "".join(
        path.read_text() for app in ("index", "tokenauth") for path in (_ROOT / app).rglob("*.py")
    )
    unused = [
        anchor for anchor in Anchor if anchor not in named and f"Anchor.{anchor.name}" not in source
    ]
    assert unused == []


@pytest.mark.parametrize(
    "refusal",
    [
        account_errors.InvalidCredentials,
        account_errors.AccountDisabled,
        account_errors.TooManyAttempts,
        index_errors.NameInvalid,
        index_errors.RepositoryUnknown,
        index_errors.Denied,
        index_errors.OverQuota,
        index_errors.TagIsImmutable,
        holds.WritesHeld,
        token_errors.InvalidGrant,
        workload_errors.SubjectTokenRefused,
    ],
)
def test_what_docker_prints_has_a_place_in_the_guide(refusal: type[Exception]) -> None:
    assert isinstance(getattr(refusal, "help", None), Anchor)


def test_every_place_of_the_guide_that_code_or_a_page_names_exists() -> None:
    for path in sorted([*_ROOT.glob("templates/**/*.html"), *_ROOT.glob("templates/**/*.txt")]):
        for slug, anchor in [
            *_PLACE.findall(path.read_text()),
            *_BY_NAME.findall(path.read_text()),
        ]:
            if slug in {"api", "guide"}:
                continue
            assert not anchor or anchor in anchors(slug), (path.name, slug, anchor)


def test_a_message_gets_a_link() -> None:
    told = with_link("account 'dave' is disabled: ask an administrator", Anchor.DISABLED)
    assert told == (
        "account 'dave' is disabled: ask an administrator. "
        "See http://index.test/docs/errors/#disabled"
    )


def test_a_message_with_an_address_of_its_own_keeps_that_alone() -> None:
    told = "make one that may at http://index.test/settings/tokens"
    assert with_link(told, Anchor.DENIED) == told


def test_a_message_never_gets_too_long_for_a_link() -> None:
    whole = "x" * (LONGEST - 10)
    assert with_link(whole, Anchor.DENIED) == whole
    assert len(with_link("x" * 100, Anchor.DENIED)) <= LONGEST


def test_docker_is_told_where_a_wrong_password_is_explained(client: Client, db: None) -> None:
    answer = client.get(
        "/token?service=index.test", headers={"Authorization": "Basic Ym9iOnd0Zg=="}
    )
    message = answer.json()["errors"][0]["message"]
    assert answer.status_code == 401
    assert "http://index.test/" in message
    assert len(message) <= LONGEST
    assert message.isascii()
