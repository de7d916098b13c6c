"""Liveness, readiness, metrics, logs, start and stop."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.servers import KEY, RunningServer, server

BODY = {"text": "Hello there, how are you today?", "voice_id": "sophia"}


def test_health_and_ready_need_no_key(tone_server: RunningServer) -> None:
    assert tone_server.get("/health", key=None).json()["status"] == "ok"
    assert tone_server.get("/waves/v1/health", key=None).status_code == 200
    assert tone_server.get("/ready", key=None).json()["status"] == "ready"


def test_metrics_count_answers_and_speech(tone_server: RunningServer) -> None:
    def spoken() -> float:
        text = tone_server.get("/metrics", key=None).text
        found = re.search(r'openwaves_segments_total\{outcome="spoken"\} (\S+)', text)
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
