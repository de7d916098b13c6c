"""Every file in `examples/` runs against a live server."""

import io
import os
import re
import shutil
import subprocess
import sys
import threading
from difflib import SequenceMatcher
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import pytest
import requests
import soxr
from bench.quality.folding import letters, words

from openwaves.stt.engines.tone import whistle
from tests.llm.upstream import ANSWER
from tests.node import node_with_sockets
from tests.servers import KEY, RunningServer
from tests.stt.sounds import silence, wav

EXAMPLES = Path(__file__).parents[1] / "examples"
QUESTION = "hello please call John Smith"
SCRIPT = {"sophia": "What is the capital of France?", "daniel": "Which planet is the largest one?"}


def run(server: RunningServer, folder: Path, *command: str, limit_s: float = 100) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "OPENWAVES_URL": server.url,
        "OPENWAVES_API_KEY": KEY,
        "SMALLESTAI_TELEMETRY": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
    )


def python(server: RunningServer, folder: Path, name: str, *arguments: str) -> str:
    ran = run(server, folder, sys.executable, str(EXAMPLES / name), *arguments)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout


def seconds(path: Path) -> float:
    with av.open(str(path), "r") as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.codec_context.sample_rate


@pytest.fixture
def question(tmp_path: Path) -> str:
    path = tmp_path / "question.wav"
    path.write_bytes(wav(np.concatenate([silence(0.3), whistle(QUESTION), silence(0.2)])))
    return str(path)


def test_openai_sdk(tone_server: RunningServer, tmp_path: Path) -> None:
    said = python(tone_server, tmp_path, "openai_sdk.py")
    assert "00:00:00," in said
    assert said.strip().endswith(ANSWER)
    assert seconds(tmp_path / "speech.mp3") > 1


def test_smallestai_sdk(tone_server: RunningServer, tmp_path: Path) -> None:
    assert "heard:" in python(tone_server, tmp_path, "smallestai_sdk.py")
    assert seconds(tmp_path / "speech.wav") > 1
    assert seconds(tmp_path / "live.wav") > 1


def test_agno_agent(tone_server: RunningServer, tmp_path: Path) -> None:
    pytest.importorskip("agno", reason="agno is not installed")
    assert ANSWER in python(tone_server, tmp_path, "agno_agent.py")
    assert seconds(tmp_path / "answer.wav") > 0.5


def test_curl(tone_server: RunningServer, tmp_path: Path) -> None:
    ran = run(tone_server, tmp_path, "bash", str(EXAMPLES / "curl.sh"))
    assert ran.returncode == 0, ran.stderr
    for part in ('"done": true', '"status":"success"', "WEBVTT", "data: [DONE]", '"voices"', "engine-x", "wat_"):
        assert part in ran.stdout
    assert seconds(tmp_path / "speech.flac") > 0.5


def test_livekit_agent(tone_server: RunningServer, tmp_path: Path, question: str) -> None:
    pytest.importorskip("livekit.plugins.openai", reason="livekit-plugins-openai is not installed")
    said = python(tone_server, tmp_path, "livekit_agent.py", question)
    assert f"heard: {QUESTION}" in said
    assert f"said: {ANSWER}" in said
    assert seconds(tmp_path / "answer1.wav") > 0.5


def test_openai_agents(tone_server: RunningServer, tmp_path: Path) -> None:
    pytest.importorskip("agents.realtime", reason="openai-agents is not installed")
    path = tmp_path / "question.wav"
    sound = np.concatenate([silence(0.3), whistle(QUESTION), silence(0.2)])
    path.write_bytes(wav(soxr.resample(sound, 16000, 24000), 24000))
    said = python(tone_server, tmp_path, "openai_agents.py", str(path))
    assert f"heard: {QUESTION}" in said
    assert f"said: {ANSWER}" in said
    assert seconds(tmp_path / "answer1.wav") > 0.5


def test_the_browsers_module_without_a_page(tone_server: RunningServer, tmp_path: Path) -> None:
    node = node_with_sockets()
    ran = run(tone_server, tmp_path, *node, str(EXAMPLES / "browser" / "node.mjs"))
    assert ran.returncode == 0, ran.stderr
    assert "s of sound: Text comes in pieces, sound leaves at once." in ran.stdout


def test_the_browsers_module_works_with_a_token_and_tells_errors(tone_server: RunningServer, tmp_path: Path) -> None:
    token = tone_server.post("/waves/v1/auth/token", {}).json()["access_token"]
    script = (
        f"import {{ speaker }} from '{EXAMPLES / 'browser' / 'speak.js'}';"
        "const [url, token] = process.argv.slice(2); let n = 0;"
        "const speech = await speaker(url, token, {voice: process.argv[4], onSound: (s) => (n += s.length)});"
        "speech.say('Hello there.'); speech.end();"
        "try { await speech.done; console.log('samples', n) }"
        "catch (error) { console.log(error.message); process.exit(0) }"
    )
    path = tmp_path / "token.mjs"
    path.write_text(script, encoding="utf-8")
    ran = run(tone_server, tmp_path, *node_with_sockets(), str(path), tone_server.url, token, "sophia")
    assert int(ran.stdout.split()[1]) > 10_000, ran.stderr
    ran = run(tone_server, tmp_path, *node_with_sockets(), str(path), tone_server.url, token, "nobody")
    assert "'nobody' is not a known voice" in ran.stdout, ran.stderr
    ran = run(tone_server, tmp_path, *node_with_sockets(), str(path), tone_server.url, "wrong", "sophia")
    assert "refused the connection" in ran.stderr


def test_the_page_speaks_in_a_browser(tone_server: RunningServer) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium")
    token = tone_server.post("/waves/v1/auth/token", {}).json()["access_token"]
    handler = partial(SimpleHTTPRequestHandler, directory=str(EXAMPLES / "browser"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as web, sync_api.sync_playwright() as playwright:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{web.server_port}/index.html")
        page.fill("#url", tone_server.url)
        page.fill("#token", token)
        page.fill("#text", "One two three.")
        page.get_by_role("button", name="Speak").click()
        sync_api.expect(page.locator("#said")).to_have_text("One two three.", timeout=20_000)
        browser.close()
        web.shutdown()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of Vercel's AI SDK."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "ai@6", "@ai-sdk/openai@3"]
    if subprocess.run(command, capture_output=True, timeout=240, check=False).returncode:
        pytest.skip("the packages cannot be fetched")
    return folder


@pytest.mark.slow
def test_vercel_ai(tone_server: RunningServer, packages: Path) -> None:
    shutil.copy(EXAMPLES / "vercel_ai.mjs", packages)
    ran = run(tone_server, packages, "node", "vercel_ai.mjs")
    assert ran.returncode == 0, ran.stderr
    assert "heard: the" in ran.stdout
    assert ran.stdout.strip().endswith(ANSWER)
    assert seconds(packages / "speech.wav") > 1


@pytest.fixture(scope="module")
def script(voice_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The user's side of a talk, a file for each turn; each was heard once, so that the recogniser is loaded."""
    folder, paths = tmp_path_factory.mktemp("script"), []
    for voice, text in SCRIPT.items():
        path = folder / f"{voice}.wav"
        body = {"text": text, "voice_id": voice, "sample_rate": 16000, "output_format": "wav"}
        path.write_bytes(voice_server.post("/waves/v1/tts", body).content)
        assert words(heard(voice_server, path)) == words(text)
        paths.append(str(path))
    chat = {"model": "electron", "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 2}
    assert voice_server.post("/v1/chat/completions", chat).status_code == 200
    return paths


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("name", ["livekit_agent.py", "pipecat_agent.py"])
def test_agents_hold_a_scripted_talk(voice_server: RunningServer, tmp_path: Path, script: list[str], name: str) -> None:
    """Every turn is heard, answered once and spoken to its end."""
    pytest.importorskip("pipecat" if name.startswith("pipecat") else "livekit.plugins.openai")
    told = python(voice_server, tmp_path, name, *script)
    turns = re.findall(r"^(heard|said): (.*)$", told, re.MULTILINE)
    assert [who for who, _ in turns] == ["heard", "said"] * len(SCRIPT), told
    for number, question in enumerate(SCRIPT.values()):
        asked, answer = (text for _, text in turns[2 * number : 2 * number + 2])
        assert words(asked) == words(question)
        path = tmp_path / f"answer{number + 1}.wav"
        assert seconds(path) >= 0.9 * seconds_of(voice_server, answer), answer
        sounded = heard(voice_server, path)
        if len(words(answer)) > 2:  # the recogniser does not know every lone word
            assert likeness(answer, sounded) >= 0.8, (answer, sounded)
            assert likeness(answer[-12:], sounded[-12:]) >= 0.5, (answer, sounded)


def seconds_of(server: RunningServer, text: str) -> float:
    """How long the agents' voice takes for a text in one piece."""
    body = {"text": text, "voice_id": "magnus", "sample_rate": 24000, "output_format": "pcm"}
    return len(server.post("/waves/v1/tts", body).content) / 2 / 24000


def likeness(text: str, other: str) -> float:
    """Of letters and figures in their order: 1 where all are the same."""
    return SequenceMatcher(None, letters(text), letters(other), autojunk=False).ratio()


def heard(server: RunningServer, path: Path) -> str:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.post(
        server.url + "/waves/v1/stt?model=pulse&language=en",
        data=io.BytesIO(path.read_bytes()),
        headers=headers,
        timeout=60,
    )
    return str(answer.json()["transcription"]).lower()


def test_every_example_is_run_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.rglob("*.*"):
        if path.is_file() and path.name != "README.md" and "__pycache__" not in path.parts:
            assert path.name in text, path
            assert path.name in index or path.parent.name in index, path
