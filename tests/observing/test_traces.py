"""Traces in a real OTLP/HTTP collector."""

import asyncio
import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import requests
import websockets
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from websockets.sync.client import connect

from openwaves.stt.engines.tone import whistle
from tests.forked import ForkedServer
from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.observing.test_metrics import HEADERS, TEXT
from tests.recordings import voice_wav
from tests.servers import KEY
from tests.talking import pcm, silence, talking

SAID = "book the table"
TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """An OTLP/HTTP collector: keeps every span that it is sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies = b""
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                data = gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data
                keeper.bodies += data
                for resource in ExportTraceServiceRequest.FromString(data).resource_spans:
                    for scope in resource.scope_spans:
                        keeper.spans += scope.spans
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def trace(self, root: str, **attributes: str) -> dict[str, list[Span]]:
        """The spans below one root, by name; waits until its end was sent."""
        wanted = {f"openwaves.{name}": value for name, value in attributes.items()}
        end = time.monotonic() + 20
        while True:
            for span in self.spans:
                told = attributes_of(span)
                if span.name == root and wanted.items() <= told.items():
                    found: dict[str, list[Span]] = {}
                    for other in self.spans:
                        if other.trace_id == span.trace_id:
                            found.setdefault(other.name, []).append(other)
                    return found
            assert time.monotonic() < end, [(span.name, attributes_of(span)) for span in self.spans]
            time.sleep(0.05)


def attributes_of(span: Span) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in span.attributes}


@contextmanager
def collector() -> Iterator[Collector]:
    running = Collector()
    threading.Thread(target=running.server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        running.server.shutdown()


def test_traces_go_from_the_gateway_to_the_engine_and_carry_no_text(tmp_path: Path) -> None:
    with collector() as found, upstream(Behaviour()) as llm:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": found.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        with ForkedServer(tmp_path, "", "--otel", "true", "--llm-url", llm, **environment) as running:
            running.start()
            parent = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}
            body = {"text": f"{TEXT} {TEXT}", "voice_id": "magnus", "request_id": "mine-1"}
            spoken = requests.post(
                running.url + "/waves/v1/tts/live", json=body, headers={**HEADERS, **parent}, timeout=20
            )
            assert spoken.ok
            spans = found.trace("tts", request_id=spoken.headers["x-request-id"])
            (root,) = spans["tts"]
            assert (root.trace_id.hex(), root.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
            told = attributes_of(root)
            assert told["openwaves.external_request_id"] == "mine-1"
            assert told["openwaves.outcome"] == "complete"
            assert {"receive", "queue", "synthesize", "first sound"} <= set(spans)
            for name in ("receive", "queue", "synthesize", "first sound"):
                for span in spans[name]:
                    assert span.parent_span_id == root.span_id
                    assert root.start_time_unix_nano - 5e6 <= span.start_time_unix_nano <= span.end_time_unix_nano
                    assert span.end_time_unix_nano <= root.end_time_unix_nano + 5e6
            assert attributes_of(spans["synthesize"][0])["openwaves.engine"] == "kokoro"

            with connect(running.url.replace("http", "ws") + f"/waves/v1/tts/live?token={KEY}") as socket:
                socket.send(json.dumps({"text": TEXT, "voice_id": "magnus"}))
                while (frame := json.loads(socket.recv(20)))["status"] != "complete":
                    pass
            assert "synthesize" in found.trace("tts", request_id=frame["request_id"])

            answer = requests.post(
                running.url + "/waves/v1/chat/completions",
                json={"model": "electron", "messages": [{"role": "user", "content": TEXT}]},
                headers=HEADERS,
                timeout=20,
            )
            assert {"receive", "first token", "answer"} <= set(
                found.trace("chat", request_id=answer.headers["x-request-id"])
            )
            heard = requests.post(
                running.url + "/waves/v1/stt?model=pulse&language=en",
                data=voice_wav(),
                headers={**HEADERS, "Content-Type": "audio/wav"},
                timeout=20,
            )
            assert heard.ok, heard.text
            assert "transcribe" in found.trace("stt", request_id=heard.headers["x-request-id"])

            session_id = asyncio.run(_talk(running.url))
            assert {"turn", "decide", "first token", "first sound", "transcribe", "synthesize"} <= set(
                found.trace("s2s", session_id=session_id)
            )
            session_id = asyncio.run(_listen(running.url))
            assert {"transcribe", "final"} <= set(found.trace("stt", session_id=session_id))
        for word in (*TEXT.split(), ANSWER, SAID, KEY):
            assert word.encode() not in found.bodies


async def _talk(url: str) -> str:
    """A turn of a talk; the id of its session."""
    async with talking(url, trace=True) as client:
        await client.pace(np.concatenate([silence(0.2), whistle(SAID), silence(0.6)]))
        await client.wait_for("response.trace")
        return str(client.frames[0]["session_id"])


async def _listen(url: str) -> str:
    """Live recognition of a sentence; the id of its session."""
    address = url.replace("http", "ws") + f"/waves/v1/stt/live?sample_rate=16000&encoding=linear16&token={KEY}"
    async with websockets.connect(address) as socket:
        await socket.send(pcm(np.concatenate([silence(0.2), whistle(SAID), silence(0.6)])))
        await socket.send(json.dumps({"type": "close_stream"}))
        frames = [json.loads(frame) async for frame in socket]
    assert any(SAID.split(maxsplit=1)[0] in str(frame) for frame in frames)
    return str(frames[0]["session_id"])


def test_a_server_without_traces_loads_nothing_for_them(tmp_path: Path) -> None:
    code = (
        "import sys; import openwaves.api.server, openwaves.cli;"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'redis'))]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
