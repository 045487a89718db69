"""The bill of materials has what the lock has, and nothing that changes by itself."""

from __future__ import annotations

import json
import re

import pytest

from launcher.layout import CHECKOUT, Layout
from launcher.lock import packages
from launcher.requirements import pins
from launcher.sbom import bill, sbom


def test_every_pinned_package_is_a_component_with_its_hashes() -> None:
    found = bill(CHECKOUT)["components"]
    assert {one["name"]: one["version"] for one in found} == pins(CHECKOUT / "requirements.txt")
    assert all(one["externalReferences"][0]["hashes"] for one in found)
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9-]+@\S+", one["purl"]) for one in found)


def test_the_hashes_of_a_package_are_its_own() -> None:
    text = (CHECKOUT / "requirements.txt").read_text()
    known = packages(CHECKOUT / "requirements.txt")
    assert sum(len(one.hashes) for one in known) == text.count("--hash=")


def test_two_bills_of_one_lock_are_the_same() -> None:
    assert bill(CHECKOUT) == bill(CHECKOUT)


def test_it_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert sbom(Layout(CHECKOUT / "nowhere")) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bomFormat"], said["metadata"]["component"]["name"]) == ("CycloneDX", "waybill")
    assert len(said["dependencies"][0]["dependsOn"]) == len(said["components"])
