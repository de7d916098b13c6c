"""Speak, in a real browser: what is heard, lit, stopped and kept."""

import io
import json
import os
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.async_api import Page

from tests.node import node_with_sockets
from tests.playground.browsing import browsing, needs_browser, until
from tests.servers import KEY, RunningServer

pytestmark = needs_browser

TEXT = "Good evening and welcome aboard. The sea is calm tonight, and dinner is served at half past seven."

WATCH = """
window.lit = [];
window.began = null;
const look = () => {
  const ear = window.ears.at(-1);
  if (ear) {
    window.began ??= window.onset(ear);
    const word = document.querySelector(".w.on")?.textContent ?? null;
    const late = ear.context.outputLatency || ear.context.baseLatency;
    if (word !== (window.lit.at(-1)?.word ?? null)) window.lit.push({ word, at: ear.context.currentTime, late });
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
KEEP_FRAMES = """
window.frames_ = [];
const Real = WebSocket;
window.WebSocket = class extends Real {
  set onmessage(handler) {
    super.onmessage = (event) => {
      window.frames_.push(event.data); // parsed later: what a test does here, the picture waits for
      window.latest = performance.now();
      handler(event);
    };
  }
};
"""

SLOW_PICTURES = """
const draw = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (paint) => setTimeout(draw, 500, paint);
"""


async def frames_of(page: Page) -> list[dict[str, Any]]:
    """What came over the socket so far, with ``KEEP_FRAMES``."""
    return [json.loads(frame) for frame in await page.evaluate("window.frames_")]


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Text to speak").fill(text)


async def speak_all(page: Page, text: str) -> None:
    """Speak and wait until the last word was heard."""
    await write(page, text)
    await page.get_by_role("button", name="Speak", exact=True).click()
    await until(page, "document.querySelector('.figures div:nth-child(3) dd').textContent !== '–'")
    await until(page, "document.querySelector('.speak').dataset.state === 'idle'")


async def test_speech_reaches_the_loudspeaker(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url) as (page, seen):
        await write(page, TEXT)
        assert await page.evaluate("window.loudness()") == 0
        await page.get_by_role("button", name="Speak", exact=True).click()
        await until(page, "window.loudness() > 0.02")
        figures = page.locator(".figures")
        assert await figures.get_by_text("ms").count() == 1
        await until(page, "document.querySelector('.figures div:nth-child(2) dd').textContent !== '–'")
        seen.check()
        assert all("token=wat_" in socket.url for socket in seen.sockets)


async def test_the_figures_are_told_together(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, init=SLOW_PICTURES) as (page, _):
        await write(page, TEXT)
        await page.get_by_role("button", name="Speak", exact=True).click()
        await until(page, "document.querySelector('.figures div:nth-child(2) dd').textContent !== '–'")
        factor, sound = page.locator(".figures dd").nth(1), page.locator(".figures dd").nth(2)
        told_s = await sound.inner_text()
        assert f"{told_s} of sound" in (await factor.get_attribute("title") or "")
        await until(page, "document.querySelector('.speak').dataset.state === 'idle'")
        assert await sound.inner_text() == told_s


async def test_the_spoken_word_is_lit_in_step(tone_server: RunningServer) -> None:
    for _ in range(6):  # a machine that is busy, or draws without a graphics card, drops pictures
        words, late = await lateness(tone_server)
        if words == TEXT.split() and max(np.abs(late)) < 0.08:
            break
    assert words == TEXT.split()
    assert max(np.abs(late)) < 0.08, late


async def lateness(running: RunningServer) -> tuple[list[str], list[float]]:
    """The words that were lit, and how much later than its sound each of them was, in seconds."""
    async with browsing(running.url, init=KEEP_FRAMES + WATCH) as (page, _):
        await speak_all(page, TEXT)
        lit = [word for word in await page.evaluate("window.lit") if word["word"]]
        began = await page.evaluate("window.began")
        frames = await frames_of(page)
    times = [frame["data"] for frame in frames if frame["status"] == "word_timestamp"]
    return [word["word"] for word in lit], [
        word["at"] - word["late"] - (began + time["start"] - times[0]["start"])
        for word, time in zip(lit, times, strict=False)
    ]


async def test_stop_is_stop(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, init=KEEP_FRAMES) as (page, _):
        await write(page, TEXT * 60)  # the server is still making it when Stop is heard
        await page.get_by_role("button", name="Speak", exact=True).click()
        await until(page, "window.loudness() > 0.02")
        silent_ms = await page.evaluate(
            """async () => {
              const began = performance.now();
              document.querySelector("button.go").click();
              while (window.loudness(0.01) > 1e-4) await new Promise((resolve) => setTimeout(resolve, 5));
              return performance.now() - began;
            }"""
        )
        assert silent_ms < 200
        await page.wait_for_timeout(400)
        assert await page.evaluate("window.loudness()") == 0
        await until(page, "performance.now() - window.latest > 400")  # the server has stopped, too
        assert await page.evaluate("window.frames_.every((frame) => JSON.parse(frame).status !== 'complete')")
        await page.get_by_role("button", name="Play again").click()  # what had arrived can be heard again
        await until(page, "window.loudness() > 0.02")
        await page.keyboard.press("Escape")
        await until(page, "window.loudness(0.01) === 0")


@pytest.mark.parametrize(("kind", "rate"), [("wav", "24000"), ("mp3", "44100"), ("ulaw", "8000")])
async def test_a_download_plays(tone_server: RunningServer, tmp_path: Path, kind: str, rate: str) -> None:
    async with browsing(tone_server.url) as (page, _):
        await page.get_by_label("Format").select_option(kind)
        await page.get_by_label("Rate").select_option(rate)
        await speak_all(page, "Good evening.")
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name="Download").click()
        saved = tmp_path / (await waiting.value).suggested_filename
        await (await waiting.value).save_as(saved)
        shown_s = float((await page.locator(".figures dd").nth(2).inner_text()).removesuffix(" s"))
    if kind == "ulaw":
        assert saved.stat().st_size / int(rate) == pytest.approx(shown_s, abs=0.1)
        return
    with av.open(io.BytesIO(saved.read_bytes()), "r") as container:
        frames = [frame.to_ndarray().astype(float) for frame in container.decode(audio=0)]
        assert container.streams.audio[0].rate == int(rate)
    samples = np.concatenate([frame.ravel() for frame in frames])
    assert len(samples) / int(rate) == pytest.approx(shown_s, abs=0.15)
    assert samples.std() > 0.01
    if kind == "wav":
        with wave.open(str(saved)) as file:
            assert file.getnframes() / file.getframerate() == pytest.approx(shown_s, abs=0.06)


async def test_tokens_are_spoken_as_they_are_written(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, init=KEEP_FRAMES) as (page, _):
        await page.get_by_role("switch", name="Token by token").check()
        await write(page, TEXT)
        await page.get_by_role("button", name="Speak", exact=True).click()
        await until(page, "document.querySelectorAll('.w.faint').length > 3 && window.loudness() > 0.02")
        await until(page, "document.querySelector('.speak').dataset.state === 'idle'")
        frames = await frames_of(page)
        words = [frame["data"]["word"] for frame in frames if frame["status"] == "word_timestamp"]
        assert words == TEXT.split()
        assert await page.locator(".w.faint").count() == 0


async def test_a_voice_is_found_and_taken(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url) as (page, seen):
        await page.get_by_role("button", name="Voice:").click()
        sheet = page.get_by_role("dialog", name="Voices")
        await sheet.get_by_label("Every language").select_option("spanish")
        await sheet.get_by_label("Every gender").select_option("female")
        name = await sheet.locator(".voice b").first.inner_text()
        await sheet.get_by_role("searchbox").fill(name.lower())
        assert await sheet.get_by_role("status").inner_text() == "1 voice"
        async with page.expect_response("**/voice/preview/*.mp3") as clip:
            await sheet.get_by_role("button", name=f"Hear {name}").click()
        assert (await clip.value).headers["content-type"] == "audio/mpeg"
        await sheet.get_by_role("button", name=f"Use {name}").click()
        await page.get_by_role("button", name=f"Voice: {name}").wait_for()
        assert await page.get_by_label("Language", exact=True).input_value() == "es"
        seen.check()


async def test_words_without_spaces_are_lit(tone_server: RunningServer) -> None:
    text = "你好，这是我的声音。"
    async with browsing(tone_server.url, init=KEEP_FRAMES) as (page, _):
        await page.get_by_label("Language", exact=True).select_option("zh")
        await speak_all(page, text)
        frames = await frames_of(page)
        words = [frame["data"]["word"] for frame in frames if frame["status"] == "word_timestamp"]
        assert words
        assert await page.evaluate("document.querySelector('.ink').textContent") == text + "\u200b"


async def programs(page: Page) -> dict[str, str]:
    """The texts behind "As code"."""
    await write(page, 'It\'s $5 for "two".')
    await page.get_by_role("button", name="As code").click()
    found = {}
    for tab in await page.get_by_role("tab").all():
        await tab.click()
        found[await tab.inner_text()] = await page.locator("#program").inner_text()
    return found


async def test_the_code_runs(tone_server: RunningServer, tmp_path: Path) -> None:
    async with browsing(tone_server.url) as (page, _):
        found = await programs(page)
    assert list(found) == ["cURL", "Python", "JavaScript", "LiveKit", "Pipecat"]
    environment = {"OPENWAVES_API_KEY": KEY, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    for command in (["bash", "-euc", found["cURL"]], [sys.executable, "-c", found["Python"]]):
        (tmp_path / "speech.wav").unlink(missing_ok=True)
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60, capture_output=True)
        with wave.open(str(tmp_path / "speech.wav")) as file:
            assert file.getnframes() > 1000
    for name in ("LiveKit", "Pipecat"):
        compile(found[name], name, "exec")


async def test_the_javascript_runs(tone_server: RunningServer, tmp_path: Path) -> None:
    command = [*node_with_sockets(), "speech.mjs"]
    async with browsing(tone_server.url) as (page, _):
        (tmp_path / "speech.mjs").write_text((await programs(page))["JavaScript"], encoding="utf-8")
    environment = {"OPENWAVES_API_KEY": KEY, "PATH": os.environ["PATH"]}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [line.split()[1] for line in ran.stdout.splitlines()] == ["It's", "$5", "for", '"two".']
    with wave.open(str(tmp_path / "speech.wav")) as file:
        assert file.getnframes() > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LiveKit", "Pipecat"])
async def test_the_code_of_agents_runs(tone_server: RunningServer, tmp_path: Path, name: str) -> None:
    pytest.importorskip({"LiveKit": "livekit.agents", "Pipecat": "pipecat"}[name])
    async with browsing(tone_server.url) as (page, _):
        program = (await programs(page))[name]
    if name == "LiveKit":  # an agent's session lives in an event loop
        program = "import asyncio\nasync def main():\n" + "".join(f"    {line}\n" for line in program.splitlines())
        program += "asyncio.run(main())\n"
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"OPENWAVES_API_KEY": KEY}, check=True, timeout=120
    )


async def test_errors_are_told(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url) as (page, _):
        await page.evaluate("localStorage.setItem('openwaves.speak', JSON.stringify({ speed: 9 }))")
        await page.reload()
        await write(page, "Hello.")
        await page.get_by_role("button", name="Speak", exact=True).click()
        told = page.locator(".notice.bad")
        await told.wait_for()
        assert "speed" in await told.inner_text()
        assert json.loads(await page.evaluate("localStorage.getItem('openwaves.speak')"))["speed"] == 9
