"""The objects for a cluster: valid by Kubernetes's own schemas, as administrators of shared clusters want them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest

from tests.packaging.tools import PACKAGING, kustomized, objects, tool
from tests.support.project import PROJECT

FOLDER: Final = PACKAGING / "kubernetes"
VERSIONS: Final = ("1.29.0", "1.37.0")
OVERLAYS: Final = ("base", "overlays/cloudnative-pg")
# What an operator of the cluster brings, and Kubernetes has no schema of.
OPERATORS: Final = {"Cluster"}

Object = dict[str, Any]


def by_kubernetes(objects: Sequence[Object], version: str) -> str:
    """What its schemas object to; empty where they do not."""
    judged = tool(
        "kubernetes-validate",
        "--strict",
        "--quiet",
        "-k",
        version,
        "-",
        given="\n---\n".join(map(json.dumps, objects)),
    )
    return "" if judged.returncode == 0 else judged.stdout + judged.stderr


def pods(objects: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    for each in objects:
        if each["kind"] in ("Deployment", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def faults(objects: Sequence[Object]) -> list[str]:
    """Where a pod may more than it needs, or asks for more than it says."""
    found = []
    for name, pod in pods(objects):
        user = pod.get("securityContext", {})
        if not user.get("runAsNonRoot") or user.get("runAsUser") != 10001:
            found.append(f"{name} may be root")
        if user.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            found.append(f"{name} may call all of the kernel")
        if pod.get("automountServiceAccountToken", True):
            found.append(f"{name} has a key of the cluster")
        mounted = {each["name"] for each in pod["volumes"]}
        for container in pod["containers"]:
            bounds = container.get("securityContext", {})
            if bounds.get("allowPrivilegeEscalation", True) or bounds.get("capabilities") != {
                "drop": ["ALL"]
            }:
                found.append(f"{name} may gain rights")
            if not bounds.get("readOnlyRootFilesystem"):
                found.append(f"{name} may write in its own program")
            if (
                not container.get("resources", {}).get("requests")
                or "memory" not in container["resources"]["limits"]
            ):
                found.append(f"{name} says not what it needs")
            if any(each["name"] not in mounted for each in container["volumeMounts"]):
                found.append(f"{name} mounts what is not there")
            if ":latest" in container["image"] or ":" not in container["image"]:
                found.append(f"{name} is of any version")
    return found


@pytest.fixture(scope="module", params=OVERLAYS)
def made(request: pytest.FixtureRequest) -> list[Object]:
    return kustomized(request.param)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid_for_the_oldest_and_the_newest_kubernetes(
    made: list[Object], version: str
) -> None:
    known = [each for each in made if each["kind"] not in OPERATORS]
    assert len(known) >= 12
    assert by_kubernetes(known, version) == ""


def test_the_examples_beside_them_are_valid_too() -> None:
    for example in sorted((FOLDER / "examples").glob("*.yaml")):
        assert by_kubernetes(objects(example.read_text(encoding="utf-8")), VERSIONS[-1]) == "", example.name


def test_a_word_that_kubernetes_does_not_know_is_seen(made: list[Object]) -> None:
    for _, pod in pods(made):
        pod["containers"][0]["readinesProbe"] = {}
    assert "readinesProbe" in by_kubernetes(
        [each for each in made if each["kind"] == "Deployment"], VERSIONS[-1]
    )
    for _, pod in pods(made):
        del pod["containers"][0]["readinesProbe"]


def test_no_pod_may_more_than_it_needs(made: list[Object]) -> None:
    assert sorted(name for name, _ in pods(made)) == ["billing-migrate", "billing-web", "billing-worker"]
    assert faults(made) == []


def test_a_pod_that_may_more_is_seen() -> None:
    made = kustomized("base")
    for _, pod in pods(made):
        pod["securityContext"]["runAsUser"] = 0
        pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
        pod["containers"][0]["volumeMounts"].append({"name": "books", "mountPath": "/books"})
    told = " ".join(faults(made))
    for each in ("may be root", "write in its own program", "mounts what is not there"):
        assert told.count(each) == 3


def test_what_names_another_object_names_one_that_is_there(made: list[Object]) -> None:
    there = {(each["kind"], each["metadata"]["name"]) for each in made}
    secrets = {
        each["metadata"]["name"] for each in objects((FOLDER / "examples" / "secrets.yaml").read_text())
    }
    secrets |= {f"{name}-app" for kind, name in there if kind == "Cluster"}  # the operator makes it
    for name, pod in pods(made):
        assert ("ServiceAccount", pod["serviceAccountName"]) in there, name
        for volume in pod["volumes"]:
            if claim := volume.get("persistentVolumeClaim"):
                assert ("PersistentVolumeClaim", claim["claimName"]) in there, name
            for source in volume.get("projected", {}).get("sources", ()):
                assert source["secret"]["name"] in secrets, name
        for container in pod["containers"]:
            assert ("ConfigMap", container["envFrom"][0]["configMapRef"]["name"]) in there, name
    [service] = [each for each in made if each["kind"] == "Service"]
    [web] = [
        each for each in made if each["metadata"]["name"] == "billing-web" and each["kind"] == "Deployment"
    ]
    labels = web["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    ports = {
        each["name"]: each["containerPort"]
        for each in web["spec"]["template"]["spec"]["containers"][0]["ports"]
    }
    assert ports[service["spec"]["ports"][0]["targetPort"]] == 8000


def test_policies_are_about_our_pods_and_let_them_ask_for_names(made: list[Object]) -> None:
    """A label of ours in the selector of the name server's pods would leave nobody to ask."""
    of_pods = [
        each["spec"]["template"]["metadata"]["labels"]
        for each in made
        if each["kind"] in ("Deployment", "Job")
    ]
    policies = {each["metadata"]["name"]: each["spec"] for each in made if each["kind"] == "NetworkPolicy"}
    ours = policies["billing"]["podSelector"]["matchLabels"]
    assert all(ours.items() <= labels.items() for labels in of_pods)
    web = policies["billing-web"]["podSelector"]["matchLabels"]
    assert sum(web.items() <= labels.items() for labels in of_pods) == 1
    [to_names] = [
        each["to"][0]["podSelector"]["matchLabels"]
        for each in policies["billing"]["egress"]
        if {port["port"] for port in each["ports"]} == {53}
    ]
    assert to_names == {"k8s-app": "kube-dns"}
    for each in made:
        if each["kind"] in ("Deployment", "PodDisruptionBudget"):
            assert (
                sum(each["spec"]["selector"]["matchLabels"].items() <= labels.items() for labels in of_pods)
                == 1
            )


def test_the_examples_lead_to_the_service_and_let_in_what_we_take() -> None:
    for example in objects((FOLDER / "examples" / "ingress.yaml").read_text(encoding="utf-8")):
        for rule in example["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                assert path["backend"]["service"] == {"name": "billing-web", "port": {"name": "http"}}
    limits = [
        each["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
        for each in objects((FOLDER / "examples" / "ingress.yaml").read_text(encoding="utf-8"))
    ]
    page = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert limits == ["22m", "101m"]
    assert all(f"client_max_body_size {each};" in page for each in limits)


def test_the_address_of_the_books_comes_from_the_operators_secret_in_the_overlay() -> None:
    made = kustomized("overlays/cloudnative-pg")
    for name, pod in pods(made):
        [secrets] = [each for each in pod["volumes"] if each["name"] == "secrets"]
        first, second = secrets["projected"]["sources"]
        assert first["secret"]["items"] == [{"key": "uri", "path": "billing_database_url"}], name
        assert second["secret"]["name"] == "billing-secrets", name
    [cluster] = [each for each in made if each["kind"] == "Cluster"]
    assert first["secret"]["name"] == f"{cluster['metadata']['name']}-app"
    assert cluster["spec"]["bootstrap"]["initdb"]["owner"] == "billing"
    assert (
        "GRANT billing_supplier TO billing"
        in cluster["spec"]["bootstrap"]["initdb"]["postInitApplicationSQL"]
    )
