"""`openwaves bench load` against real servers that speak in tones, and its arithmetic by itself."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from openwaves.bench.callers import CALLERS
from openwaves.bench.clients import gaps
from openwaves.bench.mp3 import mp3_length_s
from openwaves.bench.options import LoadOptions
from openwaves.bench.outcome import Outcome
from openwaves.bench.playback import Playback
from openwaves.bench.report import percentile, spread
from openwaves.cli import cli
from tests.servers import KEY, RunningServer, server

SPOKEN = 'openwaves_work_total{outcome="done"}'
FIELDS = {
    *("began", "machine", "options", "interrupted", "wall_s", "requests", "errors", "refused", "connect_ms", "each"),
    *("first_audio_ms", "underruns", "gaps", "real_time_factor", "audio_s", "audio_s_per_s", "health_ms", "server"),
    *("server_metrics", "generator"),
}


def bench(url: str, folder: Path, *options: str, key: str = KEY) -> tuple[Result, Any]:
    """Run the command; its end and its JSON."""
    file = folder / "found.json"
    arguments = ["bench", "load", "--url", url, "--key", key, "--json", str(file), *options]
    ended = CliRunner().invoke(cli, arguments)
    return ended, json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def spoken(running: RunningServer) -> float:
    """Pieces of speech that the server has spoken so far."""
    lines = running.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(SPOKEN))


def command(url: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "openwaves", "bench", "load", "--url", url, "--key", KEY, *options]


def options_of(url: str, **values: Any) -> LoadOptions:
    defaults: dict[str, Any] = {
        **{"key": KEY, "mode": "ws", "clients": 1, "duration_s": None, "requests": 1, "arrivals": "burst"},
        **{"ramp_s": 0.0, "rate": 0.0, "voices": ("sophia",), "language": "en", "texts": ("One.",), "paced": False},
        **{"sample_rate": 8000, "output_format": "pcm", "timeout_s": 5.0, "server_pid": None},
    }
    return LoadOptions(url=url, **{**defaults, **values})


@pytest.mark.parametrize("mode", ["sync", "sse", "ws"])
def test_every_mode_reports_every_number(tone_server: RunningServer, tmp_path: Path, mode: str) -> None:
    picture = tmp_path / "found.png"
    pid = str(tone_server.process.pid)
    ended, found = bench(
        *(tone_server.url, tmp_path, "--mode", mode, "--clients", "3", "--requests", "2", "--ramp", "0.2"),
        *("--server-pid", pid, "--plot", str(picture)),
    )
    assert ended.exit_code == 0, ended.output
    assert set(found) == FIELDS
    assert found["requests"] == {"sent": 6, "ok": 6, "refused": 0, "failed": 0, "unfinished": 0, "delayed": 0}
    first = found["first_audio_ms"]
    assert first["n"] == 6
    assert 0 < first["p50"] <= first["p95"] <= first["p99"] <= first["max"] < 5000
    assert found["audio_s"] > 6
    assert found["audio_s_per_s"] == pytest.approx(found["audio_s"] / found["wall_s"], rel=0.01)
    assert 0 < found["real_time_factor"]["p50"] < 1
    assert found["connect_ms"]["n"] == (3 if mode == "ws" else 0)
    assert found["underruns"] is None if mode == "sync" else found["underruns"]["streams"] == 6
    assert found["gaps"] is None if mode == "sync" else found["gaps"]["largest_ms"]["n"] == 6
    assert found["health_ms"]["n"] > 0
    assert found["server"]["cpu_s"] >= 0
    assert found["server"]["rss_mb"]["peak"] > 10
    assert found["server_metrics"][SPOKEN]["change"] >= 6
    assert found["machine"]["cores"] >= 1
    assert "key" not in found["options"]
    assert KEY not in json.dumps(found)
    assert "first audio, ms" in ended.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_all_modes_and_formats_measure_the_same_length(tone_server: RunningServer, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_text("One sentence that is spoken.\n\n", encoding="utf-8")
    lengths = {}
    for mode, encoding in (("sync", "pcm"), ("sync", "wav"), ("sync", "mp3"), ("sse", "alaw"), ("ws", "ulaw")):
        _, found = bench(
            *(tone_server.url, tmp_path, "--mode", mode, "--format", encoding, "--clients", "1", "--requests", "1"),
            *("--texts", str(texts), "--sample-rate", "16000"),
        )
        lengths[encoding] = found["audio_s"]
    assert lengths.pop("mp3") == pytest.approx(lengths["pcm"], abs=0.2)  # the encoder pads
    assert max(lengths.values()) - min(lengths.values()) < 0.001


@pytest.mark.parametrize("arrivals", ["steady", "poisson"])
def test_a_fixed_rate_sends_all_requests(tone_server: RunningServer, tmp_path: Path, arrivals: str) -> None:
    _, found = bench(
        *(tone_server.url, tmp_path, "--arrivals", arrivals, "--rate", "20", "--clients", "5", "--requests", "4"),
    )
    assert found["requests"]["ok"] == 20
    starts = [one["at_s"] for one in found["each"]]
    assert starts == sorted(starts)
    if arrivals == "steady":
        assert starts[-1] == pytest.approx(19 / 20, abs=0.2)


def test_a_paced_client_waits_for_its_sound(tone_server: RunningServer, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_text("One two three.\n", encoding="utf-8")
    _, found = bench(
        tone_server.url, tmp_path, "--paced", "--clients", "1", "--requests", "2", "--texts", str(texts), "--ramp", "0"
    )
    first, second = found["each"]
    assert second["at_s"] - first["at_s"] >= first["audio_s"]


def test_refusals_are_counted_and_their_time_is_kept(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_text("This is a long text that takes a while to speak. " * 60 + "\n", encoding="utf-8")
    with server(tmp_path / "data", "--engine", "tone", "--concurrency", "1") as one_at_once:
        for mode in ("sync", "ws"):
            options = ("--mode", mode, "--clients", "4", "--ramp", "0", "--texts", str(texts))
            ended, found = bench(one_at_once.url, tmp_path, *options, "--requests", "2")
            assert ended.exit_code == 0, ended.output
            assert found["requests"]["failed"] == 0
            refused = found["refused"]
            assert refused["count"] == found["requests"]["refused"] >= 2
            assert found["requests"]["ok"] >= 1
            if mode == "sync":
                assert refused["with_retry_after"] == refused["count"]
                assert refused["retry_after_s"]["min"] >= 1
                assert refused["retried"] >= 1
                assert "HTTP 429 TooManyRequests" in refused["kinds"]
            assert "refused" in ended.output


def test_a_wrong_key_is_an_error_of_every_request(tone_server: RunningServer, tmp_path: Path) -> None:
    for mode in ("sync", "ws"):
        options = ("--mode", mode, "--clients", "2", "--requests", "1")
        ended, found = bench(tone_server.url, tmp_path, *options, key="sk_wrong_key")
        assert ended.exit_code == 1
        assert "no request was served" in ended.output
        (kind,) = found["errors"]
        assert kind.startswith("HTTP 401")
        assert found["errors"][kind]["count"] == 2


def test_no_server_is_one_clear_line() -> None:
    ended = subprocess.run(command("http://127.0.0.1:9"), check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("openwaves: no server answers at http://127.0.0.1:9")
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_gives_the_results_so_far(tone_server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    before = spoken(tone_server)
    arguments = command(tone_server.url, "--clients", "2", "--duration", "60", "--json", str(file))
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 30
    while spoken(tone_server) < before + 10 and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted" in shown
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["interrupted"]
    assert found["requests"]["ok"] >= 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--mode", "sse", "--format", "mp3"], "needs --mode sync"),
        (["--mode", "sync", "--paced"], "--paced needs --mode sse or ws"),
        (["--arrivals", "steady"], "needs --rate"),
        (["--url", "127.0.0.1:8000"], "must start with http://"),
        (["--json", "/no/such/folder/found.json"], "does not exist"),
        (["--server-pid", "4194303"], "4194303"),
    ],
)
def test_what_cannot_be_measured_is_refused(tone_server: RunningServer, arguments: list[str], problem: str) -> None:
    ended = CliRunner().invoke(cli, ["bench", "load", "--url", tone_server.url, *arguments])
    assert ended.exit_code != 0
    assert problem in ended.output + str(ended.exception)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["openwaves.cli.bench"]  # the package's attribute of that name is the command
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "matplotlib" else object())
    ended = CliRunner().invoke(cli, ["bench", "load", "--plot", "found.png"])
    assert ended.exit_code == 1
    assert "matplotlib not installed; run: pip install 'openwaves[bench]'" in ended.output


def test_a_late_frame_stalls_for_as_long_as_it_is_late() -> None:
    playback = Playback()
    for now, length_s in ((10.0, 0.5), (10.1, 0.5), (11.25, 0.2), (11.4, 0.2), (11.7, 0.1)):
        playback.add(now, length_s)
    assert playback.stalls == 2  # at 11.25 the sound had ended at 11; at 11.7 it had ended at 11.65
    assert playback.stall_s == pytest.approx(0.30)
    assert playback.worst_s == pytest.approx(0.25)
    assert playback.ends_at == pytest.approx(11.8)
    assert playback.audio_s == pytest.approx(1.5)


def test_frames_in_time_and_empty_frames_do_not_stall() -> None:
    playback = Playback()
    for now, length_s in ((0.0, 0.0), (1.0, 0.2), (1.2, 0.2), (9.0, 0.0)):
        playback.add(now, length_s)
    assert playback.stalls == 0
    assert playback.ends_at == pytest.approx(1.4)


def test_percentiles() -> None:
    values = [float(n) for n in range(1, 102)]
    assert [percentile(values, p) for p in (0, 50, 95, 99, 100)] == [1, 51, 96, 100, 101]
    assert percentile([1.0, 2.0], 50) == 1.5
    assert percentile([7.0], 99) == 7
    assert spread([0.002, None, 0.001], 1000)["max"] == 2
    assert spread([]) == {"n": 0, "mean": None, "p50": None, "p95": None, "p99": None, "max": None}


def test_gaps_of_a_fixed_rate() -> None:
    steady = options_of("", arrivals="steady", rate=4.0)
    assert list(islice(gaps(steady), 3)) == [0, 0.25, 0.5]
    poisson = list(islice(gaps(options_of("", arrivals="poisson", rate=100.0)), 5001))
    assert poisson[-1] == pytest.approx(50, rel=0.1)
    assert len({round(b - a, 6) for a, b in pairwise(poisson)}) > 4000


def test_voices_and_texts_come_in_turn() -> None:
    options = options_of("", voices=("a", "b"), texts=("1", "2"))
    turns = [(options.body(n)["voice_id"], options.body(n)["text"]) for n in range(5)]
    assert turns == [("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "1")]


def test_what_is_no_mp3_is_an_error() -> None:
    with pytest.raises(ValueError, match="not an MP3"):
        mp3_length_s(b"RIFFxxxx")


class Scripted:
    """A server that sends given frames at given times."""

    def __init__(self, *frames: tuple[float, str]) -> None:
        self._frames = frames

    async def outcome(self, mode: str, **values: Any) -> Outcome:
        app = web.Application()
        app.add_routes([web.get("/waves/v1/tts/live", self._socket), web.post("/waves/v1/tts/live", self._events)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        options = options_of(f"http://127.0.0.1:{runner.addresses[0][1]}", mode=mode, **values)
        outcome = Outcome()
        async with aiohttp.ClientSession() as session:
            caller = CALLERS[mode](session, options)
            await caller.call(options.body(0), outcome)
            await caller.close()
        await runner.cleanup()
        return outcome

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        await answer.receive()
        for delay_s, frame in self._frames:
            await asyncio.sleep(delay_s)
            await answer.send_str(frame)
        await answer.close()
        return answer

    async def _events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for delay_s, frame in self._frames:
            await asyncio.sleep(delay_s)
            await answer.write(frame.encode())
        return answer


SOUND = "A" * 2136 + "AA=="  # 1603 bytes
CHUNK = json.dumps({"status": "chunk", "data": {"audio": SOUND}})
EVENT = f"event: audio\ndata: {json.dumps({'audio': SOUND, 'done': False, 'status': '206'})}\n\n"
SOUND_S = 1603 / 16000


async def test_a_stall_on_the_wire_is_found() -> None:
    late = await Scripted((0, CHUNK), (0.4, CHUNK), (0, '{"status": "complete"}')).outcome("ws")
    assert late.state == "ok"
    assert late.playback.audio_s == pytest.approx(2 * SOUND_S)
    assert late.playback.stalls == 1
    assert late.playback.stall_s == pytest.approx(0.4 - SOUND_S, abs=0.15)
    halves = ((0, EVENT[:100]), (0.05, EVENT[100:] + EVENT), (0, 'data: {"status": "200", "done": true}\n\n'))
    split = await Scripted(*halves).outcome("sse")
    assert (split.state, split.playback.stalls) == ("ok", 0)
    assert split.playback.audio_s == pytest.approx(2 * SOUND_S)


async def test_failures_on_the_wire_are_told_apart() -> None:
    refusal = json.dumps({"status": "error", "message": "m", "error": {"message": "m", "code": "too_many_requests"}})
    broken = 'event: error\ndata: {"status": "500", "error": "EngineError", "message": "m", "done": true}\n\n'
    for mode, frames, state, error in (
        ("ws", [(0, refusal)], "refused", "frame too_many_requests"),
        ("ws", [(0, CHUNK)], "failed", "connection closed"),
        ("ws", [(0, "{oops")], "failed", "bad frame"),
        ("ws", [(0, '{"status": "complete"}')], "failed", "no audio"),
        ("ws", [(1, CHUNK)], "failed", "timeout"),
        ("sse", [(0, EVENT), (0, broken)], "failed", "frame 500 EngineError"),
        ("sse", [(0, EVENT)], "failed", "cut off"),
    ):
        found = await Scripted(*frames).outcome(mode, timeout_s=0.5)
        assert (found.state, found.error) == (state, error)
