"""What is written into the settings of the cluster, and what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_index_name, env_nodes


def test_nodes_are_addresses_without_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "https://search-1:9200/, http://10.0.0.7:9200")
    assert env_nodes("X") == ("https://search-1:9200", "http://10.0.0.7:9200")
    monkeypatch.setenv("X", "")
    assert env_nodes("X") == ()


@pytest.mark.parametrize(
    "wrong",
    ["search-1:9200", "https://user:secret@search-1", "https://search-1/path", "ftp://search-1", "https://"],
)  # fmt: skip
def test_other_addresses_stop_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("X", f"https://search-1,{wrong}")
    with pytest.raises(ImproperlyConfigured, match="X must list addresses"):
        env_nodes("X")


@pytest.mark.parametrize("wrong", ["", "Waybill", "way*", "-way", "a,b", "w" * 61])
def test_a_name_that_opensearch_would_refuse_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("X", wrong)
    with pytest.raises(ImproperlyConfigured, match="X must be"):
        env_index_name("X", "waybill")
