"""deploy/kubernetes: manifests that fit together, and that a cluster with restricted pods takes.

schemas/ has what of the strict schemas of Kubernetes our kinds need, for the oldest version that is promised and a new one:
from the package kubernetes-validate 1.37.0 (Apache License 2.0), without descriptions.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.architecture.test_settings_are_documented import documented
from tests.deploy.commands import DEPLOY, EXPECTED, comparable

FOLDER = DEPLOY / "kubernetes"
LIST: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    one for name in LIST["resources"] for one in yaml.safe_load_all((FOLDER / name).read_text())
]


SCHEMAS = {
    version: json.loads(
        (Path(__file__).parent / "schemas" / f"kubernetes-{version}.json").read_text()
    )
    for version in ("1.25", "1.37")
}


def faults(version: str, one: dict[str, Any]) -> list[str]:
    """What Kubernetes of this version would not take, with its place in the object."""
    schema = SCHEMAS[version]
    kind = schema["kinds"][f"{one['apiVersion']} {one['kind']}"]
    whole = {"$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]}
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(whole).iter_errors(one)
    ]


def of_kind(kind: str) -> dict[str, Any]:
    """Every object of the kind, by its name."""
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


WORKLOADS = of_kind("Deployment") | of_kind("Job")


def pod(name: str) -> Any:
    return WORKLOADS[name]["spec"]["template"]["spec"]


def containers(name: str) -> list[Any]:
    return [*pod(name).get("initContainers", []), *pod(name)["containers"]]


def test_every_file_is_listed() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(LIST["resources"])


@pytest.mark.parametrize("version", SCHEMAS)
@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_takes_every_object(version: str, one: dict[str, Any]) -> None:
    assert faults(version, one) == []


@pytest.mark.parametrize("version", SCHEMAS)
def test_a_mistyped_field_and_a_wrong_type_are_found(version: str) -> None:
    wrong = deepcopy(of_kind("Deployment")["web"])
    wrong["spec"]["template"]["spec"]["containers"][0]["prots"] = []
    wrong["spec"]["minReadySeconds"] = "ten"
    assert len(faults(version, wrong)) == 2


@pytest.mark.parametrize("name", EXPECTED)
def test_a_pod_starts_what_dev_run_starts(name: str) -> None:
    assert comparable(name, pod(name)["containers"][0]["command"]) == EXPECTED[name]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_is_restricted(name: str) -> None:
    security = pod(name)["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(name)["automountServiceAccountToken"] is False
    for container in containers(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_mounts_what_it_has_and_asks_for_what_it_needs(name: str) -> None:
    volumes = {volume["name"] for volume in pod(name)["volumes"]}
    mounted = {mount["name"] for one in containers(name) for mount in one["volumeMounts"]}
    assert mounted == volumes
    assert all(set(one["resources"]) == {"requests", "limits"} for one in containers(name))


@pytest.mark.parametrize("name", of_kind("Deployment"))
def test_labels_lead_from_deployments_to_their_pods(name: str) -> None:
    spec = WORKLOADS[name]["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    assert spec["template"]["metadata"]["labels"]["app.kubernetes.io/component"] == name


@pytest.mark.parametrize("name", of_kind("Service"))
def test_labels_and_ports_lead_from_services_to_pods(name: str) -> None:
    spec = of_kind("Service")[name]["spec"]
    assert spec["selector"] == WORKLOADS[name]["spec"]["template"]["metadata"]["labels"]
    ports = {port["name"] for one in pod(name)["containers"] for port in one["ports"]}
    assert {port["targetPort"] for port in spec["ports"]} <= ports


def test_scaling_and_disruption_name_deployments() -> None:
    deployments = set(of_kind("Deployment"))
    assert set(of_kind("HorizontalPodAutoscaler")) == {"tokens", "passwords", "web"}
    assert set(of_kind("PodDisruptionBudget")) == deployments - {"beat"}
    # What is scaled has no number of its own: `apply` would set it back.
    assert {name for name in deployments if "replicas" not in WORKLOADS[name]["spec"]} == set(
        of_kind("HorizontalPodAutoscaler")
    )


@pytest.mark.parametrize("name", ["tokens", "passwords", "web", "worker"])
def test_new_code_asks_nothing_of_tables_that_are_not_there_yet(name: str) -> None:
    [first] = pod(name)["initContainers"]
    assert first["command"][-1].startswith("until python manage.py migrate --check; do")


def test_there_is_one_beat_and_never_two() -> None:
    beat = WORKLOADS["beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})


def test_everything_is_forbidden_that_no_policy_allows() -> None:
    closed = of_kind("NetworkPolicy")["nothing-else"]["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_prometheus_may_ask_what_it_is_told_to_ask() -> None:
    policy = of_kind("NetworkPolicy")["prometheus-to-web"]["spec"]
    assert policy["podSelector"]["matchLabels"] == {"app.kubernetes.io/component": "web"}
    opened = {one["port"] for rule in policy["ingress"] for one in rule["ports"]}
    assert opened == {one["port"] for one in of_kind("Service")["web"]["spec"]["ports"]}


def test_settings_exist_and_secrets_are_only_referred_to() -> None:
    settings = of_kind("ConfigMap")["waybill"]["data"]
    names = {name.removesuffix("_FILE") for name in settings if name.startswith("WAYBILL_")}
    assert names <= set(documented())
    assert of_kind("Secret") == {}
    assert all(
        value.startswith("/etc/waybill/secrets/")
        for name, value in settings.items()
        if name.endswith("_FILE")
    )
