"""Liveness, readiness, metrics, logs, start and stop."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.servers import KEY, RunningServer, server

BODY = {"text": "Hello there, how are you today?", "voice_id": "sophia"}


def test_health_and_ready_need_no_key(tone_server: RunningServer) -> None:
    assert tone_server.get("/health", key=None).json()["status"] == "healthy"
    told = tone_server.get("/health?detailed=true", key=None).json()
    assert set(told["components"].values()) == {"healthy"}
    assert told["uptime_seconds"] > 0
    assert told["version"]
    page = tone_server.get("/metrics", key=None).text
    for name in ("asr_active_requests", "asr_batch_queue_depth", "asr_active_streams", "asr_stream_queue_depth"):
        assert f"\n{name} 0.0\n" in page
    assert tone_server.get("/waves/v1/health", key=None).status_code == 200
    assert tone_server.get("/ready", key=None).json()["status"] == "ready"


def test_metrics_count_answers_and_speech(tone_server: RunningServer) -> None:
    def spoken() -> float:
        text = tone_server.get("/metrics", key=None).text
        found = re.search(r'openwaves_work_total\{outcome="done"\} (\S+)', text)
        assert found
        return float(found[1])

    before = spoken()
    tone_server.post("/waves/v1/tts", BODY)
    assert spoken() > before
    assert 'openwaves_requests_total{route="/waves/v1/tts",status="200"}' in tone_server.get("/metrics").text


def test_the_first_start_prints_a_key_once_and_it_works(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone", OPENWAVES_API_KEY="") as running:
        printed = "".join(running.log)
        for _ in range(50):
            if found := re.search(r"sk_\S+", printed):
                break
            time.sleep(0.1)
            printed = "".join(running.log)
        assert found, printed
        headers = {"Authorization": f"Bearer {found[0]}"}
        assert requests.post(running.url + "/waves/v1/tts", json=BODY, headers=headers, timeout=30).status_code == 200
        assert running.post("/waves/v1/tts", BODY).status_code == 401
    with server(tmp_path, "--engine", "tone", OPENWAVES_API_KEY="") as again:
        assert requests.post(again.url + "/waves/v1/tts", json=BODY, headers=headers, timeout=30).status_code == 200
        assert found[0] not in "".join(again.log)


def test_logs_have_a_line_for_each_request_and_never_a_key(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        answer = running.post(f"/waves/v1/tts?token={KEY}", BODY)
        request_id = answer.headers["x-request-id"]
        assert running.stop() == 0
    log = "".join(running.log)
    assert re.search(rf"POST /waves/v1/tts 200 \d+ ms {request_id}", log), log
    assert KEY not in log


def test_sigterm_lets_a_running_answer_end(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        headers = {"Authorization": f"Bearer {KEY}"}
        body = {**BODY, "text": BODY["text"] * 40}
        with requests.post(
            running.url + "/waves/v1/tts", json=body, headers=headers, timeout=30, stream=True
        ) as answer:
            running.process.terminate()
            assert sum(len(part) for part in answer.iter_content(1 << 16)) > 44100
        assert running.process.wait(20) == 0


def test_a_taken_port_is_a_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "openwaves",
                "serve",
                "--engine",
                "tone",
                "--port",
                str(port),
                "--data-dir",
                tmp_path,
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_start_says_what_a_person_needs_and_refusals_are_no_errors(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with server(tmp_path, "--model-dir", str(tmp_path / "models"), wait_ready=False, PIP_NO_INDEX="1") as running:
        address = running.url.replace("http", "ws") + "/waves/v1/tts/live"
        for key, status in ((KEY, 503), ("sk_wrong_key", 401)):
            with pytest.raises(InvalidStatus) as refused:
                connect(address, additional_headers={"Authorization": f"Bearer {key}"})
            assert refused.value.response.status_code == status
        assert running.stop() != 0
    log = "".join(running.log)
    assert "ERROR" not in log
    assert "alembic" not in log
    assert "INFO" not in log


def test_options_needs_no_key_and_allows_no_page_unless_told(tone_server: RunningServer) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    for path, method in (("/waves/v1/tts", "POST"), ("/api/v1/pronunciation-dicts/", "DELETE"), ("/health", "GET")):
        answer = requests.options(tone_server.url + path, headers=asked, timeout=30)
        assert answer.status_code == 204
        assert {method, "OPTIONS"} <= set(answer.headers["allow"].split(", "))
        assert not any(name.startswith("access-control") for name in map(str.lower, answer.headers))
    assert requests.options(tone_server.url + "/nowhere", timeout=30).status_code == 404
    assert "access-control-allow-origin" not in tone_server.post("/waves/v1/tts", BODY, headers=asked).headers


def test_pages_of_named_origins_may_call(tmp_path: Path) -> None:
    with server(
        tmp_path, "--engine", "tone", "--cors-origins", "https://app.example, http://localhost:3000"
    ) as running:
        asked = {
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        path = running.url + "/waves/v1/tts"
        allowed = requests.options(path, headers=asked, timeout=30)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == asked["Origin"]
        assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
        stranger = {**asked, "Origin": "https://other.example"}
        assert "access-control-allow-origin" not in requests.options(path, headers=stranger, timeout=30).headers
        spoken = running.post("/waves/v1/tts", BODY, headers={"Origin": "https://app.example"})
        assert spoken.headers["access-control-allow-origin"] == "https://app.example"
        assert "X-Request-Id" in spoken.headers["access-control-expose-headers"]
        refused = requests.post(path, json=BODY, headers={"Origin": "https://app.example"}, timeout=30)
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "https://app.example"
