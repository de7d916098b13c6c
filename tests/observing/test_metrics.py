"""The figures of a server: all described, by capability, model and transport, and by account only if asked."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from tests.forked import ForkedServer
from tests.observing.conftest import Exported
from tests.servers import KEY, RunningServer
from tests.waiting import until

ROOT = Path(__file__).parents[2]
TEXT = "Xylophones were quietly tuned."
HEADERS = {"Authorization": f"Bearer {KEY}"}


def described() -> Exported:
    """The table of docs/metrics.md."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \| ([^|]*) \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    return {name: (kind, tuple(re.findall(r"\w+", labels))) for name, kind, labels in rows}


def test_every_metric_is_described_and_every_described_one_exists(
    exported: Exported,
) -> None:
    assert described() == exported


def figures(url: str) -> dict[str, float]:
    text = requests.get(url + "/metrics", timeout=10).text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_figures_tell_capability_model_and_transport_and_no_account(tone_server: RunningServer) -> None:
    before = figures(tone_server.url)
    assert tone_server.post("/waves/v1/tts", {"text": TEXT, "voice_id": "magnus"}).status_code == 200
    body = {"text": TEXT, "voice_id": "magnus", "model": "lightning_v3.1_pro"}
    assert tone_server.post("/waves/v1/tts/live", body).status_code == 200
    assert tone_server.post("/waves/v1/tts", {"text": TEXT, "voice_id": "nobody", "model": "x" * 99}).status_code == 400
    with connect(tone_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={KEY}") as socket:
        assert figures(tone_server.url)["openwaves_sockets{capability=tts}"] >= 1
        socket.send(json.dumps({"text": TEXT, "voice_id": "magnus"}))
        while json.loads(socket.recv(20))["status"] != "complete":
            pass

    def at_work() -> float:
        return sum(value for name, value in figures(tone_server.url).items() if name.startswith("openwaves_active{"))

    until(lambda: at_work() == 0)  # counted once the client has all of it
    after = figures(tone_server.url)

    def more(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    for model, transport in (
        ("lightning_v3.1", "http"),
        ("lightning_v3.1_pro", "sse"),
        ("lightning_v3.1", "websocket"),
    ):
        who = f"capability=tts,model={model}"
        assert more(f"openwaves_answers_total{{{who},outcome=complete,transport={transport}}}") == 1
        assert more(f"openwaves_first_sound_seconds_count{{{who},transport={transport}}}") == 1
        assert (
            more(f"openwaves_audio_seconds_total{{capability=tts,direction=made,model={model},transport={transport}}}")
            > 1
        )
        assert after[f"openwaves_active{{{who},transport={transport}}}"] == 0
    assert more("openwaves_answers_total{capability=tts,model=none,outcome=invalid,transport=http}") == 1
    assert more("openwaves_queue_wait_seconds_count{capability=tts,engine=kokoro}") >= 3
    assert more("openwaves_real_time_factor_count{capability=tts,engine=kokoro}") >= 3
    assert not any("account" in name or "x" * 20 in name for name in after)


def test_accounts_are_told_where_the_settings_ask(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, "", "--metrics-by-account", "true") as running:
        running.start()
        body = {"text": TEXT, "voice_id": "magnus"}
        assert requests.post(running.url + "/waves/v1/tts", json=body, headers=HEADERS, timeout=20).ok
        name = "openwaves_account_requests_total{account=default,capability=tts}"
        until(lambda: name in figures(running.url))  # counted once the client has all of it
        found = figures(running.url)
        assert found[name] == 1
        assert found["openwaves_account_audio_seconds_total{account=default,capability=tts,direction=made}"] > 1


def test_the_page_of_metrics_is_text_of_prometheus(tone_server: RunningServer) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("needs Debian's package `prometheus`")
    page = requests.get(tone_server.url + "/metrics", timeout=10).text
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    problems = [line for line in done.stderr.splitlines() if "asr_" not in line]
    assert done.returncode in (0, 3), done.stderr
    assert not problems, problems
