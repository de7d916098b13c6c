"""The files in ``deploy/`` say what Ray Serve and openwaves understand."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra cluster is not installed")

import jsonschema
import kubernetes_validate
import yaml
from ray.serve.schema import ServeDeploySchema

from openwaves.cluster.application import Size, build
from openwaves.settings import load_settings
from tests.cluster.fleets import SHORT_WAY

DEPLOY = Path(__file__).parents[2] / "deploy"


def _only(required: set[str], **fields: object) -> dict[str, object]:
    return {"type": "object", "additionalProperties": False, "required": sorted(required), "properties": fields}


WHOLE = {"type": "integer", "minimum": 0}
TEXT, SWITCH, POD = {"type": "string"}, {"type": "boolean"}, {"type": "object", "required": ["spec"]}
TEXTS = {"type": "object", "additionalProperties": TEXT}
HEAD = _only({"rayStartParams", "template"}, rayStartParams=TEXTS, template=POD, serviceType=TEXT, headService=POD)
GROUP = _only(
    {"groupName", "rayStartParams", "template"},
    groupName=TEXT,
    replicas=WHOLE,
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    idleTimeoutSeconds=WHOLE,
    numOfHosts=WHOLE,
    rayStartParams=TEXTS,
    template=POD,
)
CLUSTER = _only(
    {"headGroupSpec", "workerGroupSpecs"},
    rayVersion=TEXT,
    enableInTreeAutoscaling=SWITCH,
    headServiceAnnotations=TEXTS,
    headGroupSpec=HEAD,
    workerGroupSpecs={"type": "array", "items": GROUP, "minItems": 1},
)
SERVICE = _only(
    {"serveConfigV2", "rayClusterConfig"},
    serveConfigV2=TEXT,
    rayClusterConfig=CLUSTER,
    serveService={"type": "object"},
    excludeHeadPodFromServeSvc=SWITCH,
)
"""Fields and types of the API reference of KubeRay, ray.io/v1, without those that it no longer uses."""


def service() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes" / "rayservice.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("which", ["serve", "service"])
def test_serve_takes_them(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENWAVES_API_KEY", "sk_test_0123456789")
    text = (
        (DEPLOY / "serve.yaml").read_text(encoding="utf-8") if which == "serve" else service()["spec"]["serveConfigV2"]
    )
    (application,) = ServeDeploySchema.model_validate(yaml.safe_load(text)).applications
    assert application.import_path == f"{build.__module__}:{build.__name__}"
    size = Size(**application.args)
    assert size.sockets >= 500
    assert load_settings(**size.options).api_key is not None


def test_kuberay_knows_every_field() -> None:
    found = service()
    assert (found["apiVersion"], found["kind"]) == ("ray.io/v1", "RayService")
    jsonschema.validate(found["spec"], SERVICE)
    cluster = found["spec"]["rayClusterConfig"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, **group["template"]}
        kubernetes_validate.validate(pod, kubernetes_validate.latest_version(), strict=True)


def test_all_nodes_take_the_short_way() -> None:
    cluster = service()["spec"]["rayClusterConfig"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        (container,) = group["template"]["spec"]["containers"]
        assert {variable["name"]: variable["value"] for variable in container["env"]} == SHORT_WAY


def test_the_service_fits_its_nodes() -> None:
    spec = service()["spec"]
    size = Size(**yaml.safe_load(spec["serveConfigV2"])["applications"][0]["args"])
    (group,) = spec["rayClusterConfig"]["workerGroupSpecs"]
    (container,) = group["template"]["spec"]["containers"]
    cpus = int(container["resources"]["requests"]["cpu"])
    assert cpus >= size.worker_cpus + size.gateway_cpus / (size.gateways / group["minReplicas"])
    assert group["template"]["spec"]["terminationGracePeriodSeconds"] > size.drain_s
    for pod in (group["template"], spec["rayClusterConfig"]["headGroupSpec"]["template"]):
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]} == volumes
