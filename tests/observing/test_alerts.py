"""The dashboard, the rules and the alerts of `deploy/`, in a real Prometheus where there is one."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.observing.conftest import Exported
from tests.observing.test_metrics import ROOT, TEXT
from tests.servers import RunningServer

DASHBOARD = ROOT / "deploy/grafana/openwaves.json"
PROMETHEUS = ROOT / "deploy/prometheus"


def names_in(query: str) -> set[str]:
    """The metrics and recorded series that a query names."""
    text = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(by|without|on)\s*\([^)]*\)', " ", query)
    return set(re.findall(r"\b(?:openwaves|asr|process)[a-z0-9_:]*", text))


def series(exported: Exported) -> set[str]:
    """The names under which Prometheus keeps what is exported, and what the rules record."""
    names = set(exported) | {"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"}
    names |= {
        name + end
        for name, (kind, _) in exported.items()
        if kind == "histogram"
        for end in ("_bucket", "_sum", "_count")
    }
    return names | {rule["record"] for rule in rules() if "record" in rule}


def rules() -> list[dict[str, Any]]:
    files = [PROMETHEUS / name for name in ("rules.yml", "alerts.yml")]
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> list[str]:
    board = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def test_every_query_names_metrics_that_exist(exported: Exported) -> None:
    board = json.loads(DASHBOARD.read_text())
    rows = [panel["title"] for panel in board["panels"] if panel["type"] == "row"]
    assert rows == [
        "Traffic", "First sound", "Queue", "Gaps and underruns", "Resources", "Listening", "Chat", "Talk",
    ]  # fmt: skip
    known = series(exported)
    for query in [*queries(), *(rule["expr"] for rule in rules())]:
        names = names_in(query)
        assert names or query.startswith(("up", "absent(up")), query
        assert names <= known, (query, names - known)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs Debian's package `prometheus`")
def test_prometheus_takes_the_rules_and_alerts_fire_when_they_should() -> None:
    for command in (
        ["check", "rules", "rules.yml", "alerts.yml"],
        ["check", "config", "--syntax-only", "prometheus.yml"],
        ["test", "rules", "tests.yml"],
    ):
        done = subprocess.run(["promtool", *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    tested = {case["alertname"] for test in yaml.safe_load((PROMETHEUS / "tests.yml").read_text())["tests"]
              for case in test.get("alert_rule_test", [])}  # fmt: skip
    assert tested == {rule["alert"] for rule in rules() if "alert" in rule}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs Debian's package `prometheus`")
def test_a_real_prometheus_answers_every_query_of_the_dashboard(tone_server: RunningServer, tmp_path: Path) -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(PROMETHEUS / name) for name in ("rules.yml", "alerts.yml")]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [tone_server.url.removeprefix("http://")]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    with _prometheus(tmp_path) as ask:

        def comes(query: str) -> None:
            """Something is spoken until the query finds it."""
            end = time.monotonic() + 60
            while not ask(query):
                assert time.monotonic() < end, query
                assert tone_server.post("/waves/v1/tts/live", {"text": TEXT, "voice_id": "magnus"}).ok
                time.sleep(0.5)

        comes("sum(rate(openwaves_answers_total[10s])) > 0")
        comes("sum(openwaves:answers:rate5m) by (capability)")
        comes('openwaves:first_sound_seconds:p95{capability="tts"}')
        for query in queries():
            ask(query.replace("$__rate_interval", "10s").replace("$instance", ".*"))


@contextmanager
def _prometheus(folder: Path) -> Iterator[Callable[[str], list[Any]]]:
    """A Prometheus with the configuration in a folder; gives what asks it, and fails where it refuses."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as free:
        port = free.server_port
    log = (folder / "log").open("w")
    command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
               f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip
    process = subprocess.Popen(command, stdout=log, stderr=log)

    def ask(query: str) -> list[Any]:
        answer = requests.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}, timeout=10).json()
        assert answer["status"] == "success", (query, answer)
        found: list[Any] = answer["data"]["result"]
        return found

    try:
        end = time.monotonic() + 30
        while True:
            try:
                if requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=5).ok:
                    break
            except requests.ConnectionError:
                pass
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, "Prometheus did not start"
            time.sleep(0.1)
        yield ask
    finally:
        process.terminate()
        process.wait(20)
        log.close()
