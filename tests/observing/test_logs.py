"""JSON logs: a line for each request, and no text of a client unless asked."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from tests.forked import ForkedServer
from tests.observing.test_metrics import HEADERS, TEXT
from tests.servers import KEY, RunningServer


@pytest.mark.parametrize("with_texts", [False, True])
def test_json_logs_have_a_line_for_each_request_and_texts_only_if_asked(tmp_path: Path, *, with_texts: bool) -> None:
    options = ["--log-format", "json", *(["--log-texts", "true"] if with_texts else [])]
    with ForkedServer(tmp_path, "", *options) as running:
        running.start()
        body = {"text": TEXT, "voice_id": "magnus", "session_id": "ours"}
        answer = requests.post(running.url + "/waves/v1/tts", json=body, headers=HEADERS, timeout=20)
        with connect(running.url.replace("http", "ws") + f"/waves/v1/tts/live?token={KEY}") as socket:
            socket.send(json.dumps({"text": TEXT, "voice_id": "magnus"}))
            while (frame := json.loads(socket.recv(20)))["status"] != "complete":
                pass
        with connect(running.url.replace("http", "ws") + f"/waves/v1/pulse/get_text?token={KEY}") as socket:
            socket.send(json.dumps({"type": "close_stream"}))
            for _ in socket:
                pass

        def lines() -> list[dict[str, Any]]:
            return [json.loads(line) for line in running.said().splitlines() if line.startswith("{")]

        end = time.monotonic() + 10
        while len([line for line in lines() if line["logger"] == "openwaves.access"]) < 3:
            assert time.monotonic() < end, running.said()
            time.sleep(0.05)
        by_id = {line.get("request_id", line.get("session_id")): line for line in lines()}
        http = by_id[answer.headers["x-request-id"]]
        assert http.items() >= {
            "level": "info", "method": "POST", "path": "/waves/v1/tts", "status": 200, "capability": "tts",
            "model": "lightning_v3.1", "transport": "http", "outcome": "complete", "account": "default",
            "external_session_id": "ours",
        }.items()  # fmt: skip
        assert http["audio_s"] > 1
        assert http["first_sound_ms"] > 0
        assert by_id[frame["request_id"]]["transport"] == "websocket"
        assert any(line.get("capability") == "stt" and line["transport"] == "websocket" for line in lines())
        assert ("Xylophones" in running.said()) == with_texts
        assert KEY not in running.said()


OURS = (
    r"\d{4}-\d\d-\d\d [\d:,]+ (INFO|WARNING) openwaves\.[\w.]+: ",
    r"openwaves listens on ",
    r"playground: http://",
    r"(checking the model files|loading the networks|warming up|ready)\b",
    r"(fetching|installed|preparing|npm is not installed|another process is fetching)\b",  # on first use
    r"\s*$",
)


@pytest.mark.slow
def test_a_start_with_real_voices_says_what_is_ours_and_no_more(voice_server: RunningServer) -> None:
    for voice, text, language in (("sophia", TEXT, "en"), ("magnus", TEXT, "en"), ("meher", "नमस्ते।", "hi")):
        body = {"voice_id": voice, "text": text, "language": language}
        spoken = voice_server.post("/waves/v1/tts", {**body, "sample_rate": 16000, "output_format": "wav"})
        assert spoken.ok, spoken.text
        headers = {**HEADERS, "Content-Type": "audio/wav"}
        path = f"/waves/v1/stt?model=pulse&language={language}"
        assert requests.post(voice_server.url + path, data=spoken.content, headers=headers, timeout=120).ok
    strange = [line for line in voice_server.log if not any(re.match(ours, line) for ours in OURS)]
    assert not strange
    assert not any(word in "".join(voice_server.log) for word in ("Xylophones", "नमस्ते"))
