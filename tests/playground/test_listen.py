"""Listen, in a real browser: a recording at the microphone, and files."""

import io
import json
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page

from openwaves.stt.engines.tone import whistle
from openwaves.types import Samples
from tests.playground.browsing import browsing, needs_browser, until
from tests.servers import RunningServer

pytestmark = needs_browser

SAID = "hello good morning please call the order's ship thank you"
SENTENCE = "Good morning, and thank you for calling. Would you like to add anything to your order?"


def recording(path: Path, samples: Samples, rate: int = 16000, repeat: int = 1) -> Path:
    """A WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.tile(np.clip(samples * 32767, -32768, 32767).astype("<i2"), repeat).tobytes())
    return path


def around(samples: Samples, before_s: float, after_s: float) -> Samples:
    """With silence on both sides."""
    return np.concatenate([np.zeros(round(16000 * before_s)), samples, np.zeros(round(16000 * after_s))]).astype(
        np.float32
    )


async def test_the_microphone_is_written_down(tone_server: RunningServer, tmp_path: Path) -> None:
    heard = recording(tmp_path / "said.wav", around(whistle(SAID), 1.5, 3.0))
    async with browsing(tone_server.url, view="listen", microphone=heard) as (page, seen):
        await page.get_by_role("button", name="Start listening").click()
        await until(page, "document.querySelector('.tentative')")
        await until(page, "document.querySelector('.ink').textContent.toLowerCase().includes('thank you')")
        await page.wait_for_timeout(1500)
        await page.get_by_role("button", name="Stop").click()
        await until(page, "document.querySelector('.listening').dataset.state === 'done'")
        text = (await page.locator(".ink").inner_text()).strip("\u200b \n")
        assert "".join(sign for sign in text.lower() if sign.isalnum() or sign in " '") == SAID
        assert await page.locator(".tentative").count() == 0
        starts = await _export(page, "json")
        words = json.loads(starts)["words"]
        assert [word["start"] for word in words] == sorted(word["start"] for word in words)
        assert np.diff([word["start"] for word in words]) == pytest.approx(0.2, abs=0.09)
        seen.check()


async def test_a_file_is_written_down_played_and_exported(tone_server: RunningServer, tmp_path: Path) -> None:
    file = recording(tmp_path / "call.wav", around(whistle(SAID), 0.5, 0.5))
    async with browsing(tone_server.url, view="listen") as (page, seen):
        await page.locator("input[type=file]").set_input_files(file)
        await until(page, "document.querySelector('.listening').dataset.state === 'done'")
        assert await page.locator("#heard-count").inner_text() == f"{len(SAID.split())} words"
        assert (await _export(page, "txt")).strip().lower().rstrip(".") == SAID
        srt = await _export(page, "srt")
        assert srt.startswith("1\n00:00:00,")
        assert " --> 00:00:" in srt
        vtt = await _export(page, "vtt")
        assert vtt.startswith("WEBVTT\n\n00:00:00.")
        told = json.loads(await _export(page, "json"))
        assert told["duration"] == pytest.approx(1.0 + 0.2 * len(SAID.split()), abs=0.05)
        await page.get_by_role("button", name="Play", exact=True).click()
        await until(page, "window.loudness() > 0.02 && document.querySelector('.w.on')")
        await page.locator(".w").nth(5).click()
        await until(
            page, "[...document.querySelectorAll('.w')].slice(5, 7).some(({ className }) => className.includes('on'))"
        )
        seen.check()


async def test_a_file_without_sound_is_told(tone_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("no sound at all")
    async with browsing(tone_server.url, view="listen") as (page, _):
        await page.locator("input[type=file]").set_input_files(tmp_path / "notes.wav")
        await page.locator(".notice.bad").wait_for()
        assert await page.locator(".listening").get_attribute("data-state") == "empty"


async def test_plain_http_has_no_microphone(tone_server: RunningServer) -> None:
    insecure = "Object.defineProperty(window, 'isSecureContext', { value: false })"
    async with browsing(tone_server.url, view="listen", init=insecure) as (page, _):
        assert await page.get_by_role("button", name="Start listening").is_disabled()
        assert "only over https" in await page.locator(".drop .hint").inner_text()


async def test_captions_are_cut_as_people_read(tone_server: RunningServer) -> None:
    words = [
        {"word": word, "start": at * 0.4, "end": at * 0.4 + 0.35}
        for at, word in enumerate((SENTENCE + " ").split() * 3)
    ]
    async with browsing(tone_server.url, view="listen") as (page, _):
        cues = await page.evaluate("async (words) => (await import('/playground/js/captions.js')).cues(words)", words)
        shown = await page.evaluate(
            "async (words) => (await import('/playground/js/captions.js')).vtt(words)",
            [{"word": "<b>&", "start": 3661.5, "end": 3662, "speaker": 0}],
        )
    assert " ".join(line for cue in cues for line in cue["lines"]) == " ".join(SENTENCE.split() * 3)
    assert all(len(cue["lines"]) <= 2 and max(map(len, cue["lines"])) <= 42 for cue in cues)
    assert all(cue["end"] - cue["start"] <= 7.5 for cue in cues)
    assert all(cue["end"] <= after["start"] + 1e-9 for cue, after in pairwise(cues))
    assert shown == "WEBVTT\n\n01:01:01.500 --> 01:01:02.500\n<v Speaker 1>&lt;b&gt;&amp;\n"


@pytest.mark.slow
@pytest.mark.alone
async def test_real_speech_is_written_down(voice_server: RunningServer, tmp_path: Path) -> None:
    asked = {"text": SENTENCE, "voice_id": "sophia", "output_format": "wav", "sample_rate": 16000}
    spoken = voice_server.post("/waves/v1/tts", asked)
    with wave.open(io.BytesIO(spoken.content)) as file:
        samples = np.frombuffer(file.readframes(-1), "<i2") / 32768
    heard = recording(tmp_path / "said.wav", around(samples.astype(np.float32), 1.5, 4.0))
    async with browsing(voice_server.url, view="listen", microphone=heard) as (page, _):
        await page.get_by_role("button", name="Start listening").click()
        await until(page, "/order/.test(document.querySelector('.ink').textContent)")
        await page.wait_for_timeout(1500)
        await page.get_by_role("button", name="Stop").click()
        await until(page, "document.querySelector('.listening').dataset.state === 'done'")
        text = await page.locator(".ink").inner_text()
    plain = [word.strip(".,?!\u200b").lower() for word in text.split()]
    wanted = [word.strip(".,?!").lower() for word in SENTENCE.split()]
    assert len(set(wanted) - set(plain)) <= 1, text


async def _export(page: Page, kind: str) -> str:
    async with page.expect_download() as waiting:
        await page.get_by_label("Save the transcript").select_option(kind)
    return Path(await (await waiting.value).path()).read_text()
