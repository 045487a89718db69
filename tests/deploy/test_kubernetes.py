"""deploy/kubernetes: manifests that fit together, and that a cluster with restricted pods takes.

Against the schemas of Kubernetes they are checked by hand (docs/operations/install.md): nothing here brings these.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.architecture.test_settings_are_documented import documented
from tests.deploy.commands import DEPLOY, EXPECTED, comparable

FOLDER = DEPLOY / "kubernetes"
LIST: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    one for name in LIST["resources"] for one in yaml.safe_load_all((FOLDER / name).read_text())
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


def test_there_is_one_beat_and_never_two() -> None:
    beat = WORKLOADS["beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})


def test_everything_is_forbidden_that_no_policy_allows() -> None:
    closed = of_kind("NetworkPolicy")["nothing-else"]["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


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
