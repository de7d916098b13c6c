"""The benchmarks run against servers that speak in tones: every code path, no model file, no download."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bench.mixed import Ask, Mix, ask
from bench.peers.__main__ import _chosen, cpu_flags, measure
from bench.peers.environments import python_of, versions
from bench.peers.peers import PEERS, Running, Wire, started
from bench.peers.report import Figures, Found, as_json, bars, table

from openwaves.bench.outcome import Outcome
from tests.servers import KEY, RunningServer

ROOT = Path(__file__).parents[1]
TEXTS = ("One two.", "Three four five.")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", *command]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.alone
def test_soak_ends_by_itself_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "soak.json"
    ended = run("bench.soak", "--minutes", "0.1", "--load", "0.2", "--engine", "tone", "--json", str(file))
    found = json.loads(file.read_text())
    assert ended.returncode == (abs(found["drift"]) > 0.05), ended.stdout + ended.stderr
    assert found["requests"]["ok"] == found["requests"]["sent"] > 3
    assert found["rss_mb"]["max"] >= found["rss_mb"]["end"] > 50
    assert len(found["memory"]) >= 2
    assert "drift" in ended.stdout


@pytest.mark.slow
@pytest.mark.alone
def test_both_decoders_are_asked_in_turn(tmp_path: Path) -> None:
    file = tmp_path / "fast.json"
    options = ["--rounds", "1", "--counts", "3", "--loud-s", "1", "--engine", "tone", "--json", str(file)]
    ended = run("bench.fast", *options)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(file.read_text())
    assert set(found) == {"full", "fast"}
    assert found["fast"]["refused, 3 arrive"] == [0]
    assert "| s of sound a second, 16 clients |" in ended.stdout


def test_a_mix_holds_every_kind_of_request() -> None:
    mix = Mix(1, ["a"])
    asked = [mix.draw(is_page=False) for _ in range(600)]
    assert {request.transport for request in asked} == {"sync", "sse", "ws"}
    assert {request.ending for request in asked} == {"whole", "leave", "cancel"}
    assert {request.body["output_format"] for request in asked} >= {"pcm", "wav", "mp3", "ulaw", "alaw"}
    assert {request.engine for request in asked} == {"hibari", "kokoro"}
    assert len({request.body["language"] for request in asked}) > 10
    assert all("".join(request.fragments) == request.body["text"] for request in asked)
    assert any("pronunciation_dicts" in request.body for request in asked)
    assert len(mix.draw(is_page=True).body["text"]) >= 1500
    assert [Mix(1, ["a"]).draw(is_page=False).body["text"]] == [asked[0].body["text"]]


def asking(**values: Any) -> Ask:
    body = {"text": "One two three.", "voice_id": "sophia", "sample_rate": 8000, "output_format": "pcm"}
    request = Ask("ws", body, "hibari", "whole", ("One two ", "three."), 0.2)
    return replace(request, **values)


@pytest.mark.parametrize(
    "request_",
    [
        *(asking(transport=transport) for transport in ("sync", "sse", "ws")),
        asking(ending="cancel"),
        asking(ending="leave", patience_s=0.0),
    ],
    ids=lambda request: f"{request.transport}-{request.ending}",
)
async def test_mixed_requests_are_served(tone_server: RunningServer, request_: Ask) -> None:
    outcome = await asked(tone_server.url, request_)
    assert outcome.state == "ok", outcome
    assert (outcome.playback.audio_s > 0.3) == (request_.ending != "leave")


async def test_a_mixed_request_that_is_wrong_fails(tone_server: RunningServer) -> None:
    for transport in ("sync", "sse", "ws"):
        outcome = await asked(tone_server.url, asking(transport=transport, body={**asking().body, "voice_id": "no"}))
        assert outcome.state == "failed"
        assert "no" in outcome.message


async def asked(url: str, request: Ask) -> Outcome:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        return await ask(session, url, request)


@pytest.mark.slow
@pytest.mark.alone
def test_peers_are_measured_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """Two rows of openwaves that share a server, and espeak-ng behind its own, in this environment."""
    ours = [replace(peer, weights="tone") for peer in PEERS if peer.command is None and peer.voice == "sophia"]
    (espeak,) = (replace(peer, requirements=()) for peer in PEERS if peer.weights == "espeak")
    with started(ours[0], "tone", print) as own, started(espeak, "tone", print) as other:
        running = [*(Running(peer, own.url, own.pid) for peer in ours), other]
        found = asyncio.run(measure(running, (1, 16), 2, 0.1, print, texts=TEXTS))
    peers = (*ours, espeak)
    assert {name: {n: len(each) for n, each in rows.items()} for name, rows in found.items()} == {
        peer.name: {1: 2, 16: 2} for peer in peers
    }
    for rows in found.values():
        for figures in (each for all_figures in rows.values() for each in all_figures):
            assert figures.failed == 0
            assert figures.first_ms is not None
            assert figures.first_ms > 0
            assert figures.throughput > 1
            assert figures.peak_mb > 10
    shown = table(found, peers, (1, 16), {espeak.name: "1.52"})
    assert shown.count("\n") == len(peers) + 1
    assert "espeak-ng behind a server 1.52 | " in shown
    assert json.loads(json.dumps(as_json(found)))[espeak.name]["16"][1]["throughput"] > 1
    assert any("16 clients: first sound" in line for line in bars(found, peers))
    assert "warming up" in capsys.readouterr().out


def test_a_peer_that_does_not_start_says_why() -> None:
    broken = replace(PEERS[-1], requirements=(), command=lambda python, _port: [str(python), "-c", "1 / 0"])
    with pytest.raises(SystemExit, match="ZeroDivisionError"), started(broken, "tone", print):
        pass


async def test_the_header_of_a_wav_answer_is_no_sound(tone_server: RunningServer) -> None:
    """A body of 44 bytes of header and 22050 samples is one second."""
    from aiohttp import web
    from bench.peers.load import closed_loop

    async def speak(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(44 + 2 * 22050))

    app = web.Application()
    app.router.add_post("/speak", speak)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    peer = replace(PEERS[-1], wire=Wire("/speak", 22050, header_bytes=44))
    load = await closed_loop(Running(peer, f"http://{host}:{port}", tone_server.process.pid), 2, 0.0, TEXTS)
    await runner.cleanup()
    assert [outcome.playback.audio_s for outcome in load.outcomes] == pytest.approx([1.0, 1.0])


def figure(first_ms: float, throughput: float, refused: float = 0.0) -> Figures:
    return Figures(first_ms, 0.5, throughput, 0.1, 500.0, refused, 0)


def test_bars_name_the_best_peer_and_those_who_are_sooner() -> None:
    ours, theirs, piper = PEERS[0], PEERS[2], next(peer for peer in PEERS if peer.weights == "piper")
    found: Found = {
        ours.name: {1: [figure(200, 9)], 4: [figure(300, 12)], 16: [figure(900, 12, 0.25)]},
        theirs.name: {1: [figure(1000, 4)], 4: [figure(2000, 5), figure(2000, 7)], 16: [figure(4000, 6)]},
        piper.name: {1: [figure(150, 20)], 4: [figure(500, 20)], 16: [figure(900, 20)]},
    }
    lines = bars(found, (ours, theirs, piper))
    assert f"{ours.name} gives 2.00 times" in lines[0]
    assert theirs.name in lines[0]
    assert lines[-1].endswith("with 1 client sooner: piper server (joe, medium) by 750 ms")
    assert "25% refused" in table(found, (ours, theirs, piper), (1, 4, 16), {})


def test_environments_and_names() -> None:
    python = python_of("none", (), print)
    assert versions(python)["numpy"]
    assert [peer.weights for peer in _chosen("piper, espeak")] == ["piper", "espeak"]
    with pytest.raises(SystemExit, match="no peer is called 'nobody'"):
        _chosen("nobody")
    assert isinstance(cpu_flags(), list)
