"""What an administrator pastes: whole, parsed by what reads it, and right for the probe."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from index.models import KeyFormat
from index.probing.findings import Verdict
from index.probing.probe import probe
from index.registry_snippets import SECRET_PLACE, Distribution, Snippet, snippets_for
from tests.conftest import World
from tests.e2e.lone_registry import running_registry

BOTH: list[Distribution] = ["2", "3"]


def texts(world: World, distribution: Distribution, secret: str = "shh") -> dict[str, Snippet]:  # noqa: S107 - of nothing
    found = snippets_for(world.east, distribution=distribution, secret=secret)
    return {snippet.key: snippet for snippet in found}


def test_a_registry_started_from_the_page_is_all_good(world: World, tmp_path: Path) -> None:
    with running_registry(tmp_path, world.east) as lone:
        found = texts(world, "2")
        root = lone.folder / "root.pem"
        root.write_text(found["trust"].text)
        text = found["config"].text.replace(found["trust"].file, str(root))
        text = text.replace("/var/lib/registry", str(lone.folder / "from-page"))
        text = text.replace('":5000"', f'"127.0.0.1:{lone.port}"')
        lone.stop()
        (lone.folder / "config.yml").write_text(text)
        lone.start()
        report = probe(world.east, write=True)
    assert {finding.verdict for finding in report.findings} == {Verdict.GOOD}


@pytest.mark.parametrize("distribution", BOTH)
def test_every_yaml_says_what_it_is_meant_to(world: World, distribution: Distribution) -> None:
    found = texts(world, distribution, secret="hush")
    config = yaml.safe_load(found["config"].text)
    [endpoint] = config["notifications"]["endpoints"]
    assert endpoint["url"] == "http://index.test/events/east"
    assert endpoint["headers"] == {"Authorization": ["Bearer hush"]}
    assert config["auth"]["token"]["service"] == world.east.service
    assert config["storage"]["delete"] == {"enabled": True}
    assert "cache" not in config["storage"]
    assert list(yaml.safe_load(found["compose"].text)["services"]) == ["east"]
    documents = list(yaml.safe_load_all(found["kubernetes"].text))
    kinds = ["ConfigMap", "Secret", "PersistentVolumeClaim", "Deployment", "Service"]
    assert [document["kind"] for document in documents] == kinds
    assert documents[0]["data"]["root.pem"] == found["trust"].text
    assert documents[1]["stringData"]["config.yml"] == found["config"].text


@pytest.mark.parametrize("distribution", BOTH)
def test_the_unit_starts_a_registry_with_the_configuration(
    world: World, distribution: Distribution
) -> None:
    unit = ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read_string(texts(world, distribution)["systemd"].text)
    assert unit["Service"]["LoadCredential"] == "config.yml:/etc/waybill-registry/config.yml"
    assert unit["Service"]["ExecStart"].endswith("serve ${CREDENTIALS_DIRECTORY}/config.yml")


@pytest.mark.parametrize(
    ("key_format", "file"), [(KeyFormat.THUMBPRINT, "jwks.json"), (KeyFormat.LIBTRUST, "root.pem")]
)
def test_what_it_trusts_follows_the_key_format(
    world: World, key_format: KeyFormat, file: str
) -> None:
    world.east.key_format = key_format
    found = texts(world, "3")
    assert found["trust"].is_one_line
    option = "jwks" if file == "jwks.json" else "rootcertbundle"
    token = yaml.safe_load(found["config"].text)["auth"]["token"]
    assert token[option] == f"/etc/waybill-registry/{file}"


def test_the_secret_is_a_place_to_paste_it_unless_it_is_new(world: World) -> None:
    [config, *_] = snippets_for(world.east, distribution="2")
    assert f"Bearer {SECRET_PLACE}" in config.text
