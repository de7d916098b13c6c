"""Talk, in a real browser: a conversation with a barge-in, and the timeline of its turns."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests

pytest.importorskip("openwaves.s2s", reason="this server has no speech to speech")

from openwaves.stt.engines.tone import whistle
from openwaves.types import Samples
from tests.api.test_real_talk import spoken
from tests.llm.upstream import Behaviour, upstream
from tests.playground.browsing import browsing, needs_browser, until
from tests.playground.test_listen import recording
from tests.servers import KEY, RunningServer, server
from tests.stt.sounds import wav

pytestmark = needs_browser

LONG = [{"content": f"Number {number} of a long tale about the sea. "} for number in range(40)]
STEPS = ["Turn decided", "Final text", "First token", "First sound", "Heard"]
WATCH = """
window.cuts = [];
const Real = WebSocket;
window.WebSocket = class extends Real {
  set onmessage(handler) {
    super.onmessage = (event) => {
      const { type } = JSON.parse(event.data);
      const wasLoud = window.loudness(0.15) > 0.01; // it may come between two words
      handler(event);
      if (type === "input_audio_buffer.speech_started" && wasLoud) {
        const began = performance.now();
        const look = () => {
          if (window.loudness(0.01) > 1e-4) setTimeout(look, 4);
          else window.cuts.push(performance.now() - began);
        };
        look();
      }
    };
  }
};
"""


def quiet(seconds: float) -> Samples:
    return np.zeros(round(16000 * seconds), np.float32)


@pytest.fixture(scope="module")
def model() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


@pytest.fixture(scope="module")
def talk_server(model: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with server(tmp_path_factory.mktemp("talk"), "--engine", "tone", "--llm-url", model.url) as running:
        yield running


async def test_a_conversation_with_a_barge_in(talk_server: RunningServer, model: Behaviour, tmp_path: Path) -> None:
    model.chunks = LONG
    hello, call = whistle("hello good morning thank you"), whistle("please call my order ship")
    said = np.concatenate([quiet(2.0), hello, quiet(4.0), call, quiet(12.0)])
    heard = recording(tmp_path / "said.wav", said)
    async with browsing(talk_server.url, view="talk", microphone=heard, init=WATCH) as (page, seen):
        await page.get_by_role("switch", name="It speaks first").uncheck()
        await page.get_by_role("button", name="Start talking").click()
        await until(page, "window.loudness() > 0.02")
        await until(page, "document.querySelector('.cut')")
        first, second = page.locator(".turn").nth(0), page.locator(".turn").nth(1)
        # Noise suppression may leave a whistle's lower tone in the gap behind it: another word in between.
        assert {"hello", "good", "morning"} <= set((await first.locator(".you p").inner_text()).lower().split())
        assert "Number 0" in await first.locator(".it p").inner_text()
        assert "interrupted" in await first.locator(".it p").inner_text()
        await until(page, "document.querySelectorAll('.turn')[1]?.querySelectorAll('.steps li').length > 3")
        assert "call" in (await second.locator(".you p").inner_text()).lower()
        label = await first.get_by_role("img").get_attribute("aria-label") or ""
        assert [step for step in STEPS if step in label] == STEPS
        times = {step: float(label.split(f"{step} ")[1].split(" ")[0]) for step in STEPS}
        assert times["Turn decided"] < times["First sound"] <= times["Heard"] < 5000
        assert await page.locator(".talking .figures dd").nth(2).inner_text() == "1"
        [cut_ms] = (await page.evaluate("window.cuts"))[:1]
        assert cut_ms < 200
        await page.get_by_role("button", name="End").click()
        await until(page, "window.loudness(0.01) === 0")
        seen.check()


async def test_what_is_written_is_answered_and_can_be_stopped(talk_server: RunningServer, model: Behaviour) -> None:
    model.chunks = LONG
    async with browsing(talk_server.url, view="talk") as (page, _):
        await page.get_by_role("switch", name="It speaks first").uncheck()
        await page.get_by_role("switch", name="Mute me while it speaks").check()
        await page.get_by_role("button", name="Start talking").click()
        box = page.get_by_label("Write instead of speaking")
        await until(page, "!document.querySelector('.write input').disabled")
        await box.fill("Tell me a tale.")
        await box.press("Enter")
        await page.get_by_text("Tell me a tale.").wait_for()
        await until(page, "window.loudness() > 0.02")
        await page.get_by_role("button", name="Interrupt").click()
        await until(page, "window.loudness(0.01) === 0")


async def test_a_greeting_comes_first(talk_server: RunningServer, model: Behaviour) -> None:
    model.chunks = []
    async with browsing(talk_server.url, view="talk") as (page, _):
        await page.get_by_role("button", name="Start talking").click()
        await page.get_by_text("how are you?").wait_for()
        await until(page, "window.loudness() > 0.01")


@pytest.mark.slow
@pytest.mark.alone
async def test_a_talk_with_the_real_models(voice_server: RunningServer, tmp_path: Path) -> None:
    question = spoken(voice_server, "Which planet is the largest one?", "daniel")
    path, key = "/waves/v1/stt?model=pulse&language=en", {"Authorization": f"Bearer {KEY}"}
    requests.post(voice_server.url + path, data=wav(question), headers=key, timeout=60)  # the recogniser is loaded
    chat = {"model": "electron", "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 2}
    assert voice_server.post("/v1/chat/completions", chat).status_code == 200
    heard = recording(tmp_path / "said.wav", np.concatenate([quiet(2.5), question, quiet(20.0)]))
    async with browsing(voice_server.url, view="talk", microphone=heard) as (page, seen):
        await page.get_by_role("switch", name="It speaks first").uncheck()
        await page.get_by_label("Who it is").fill("Answer in a few words.")
        await page.get_by_role("button", name="Start talking").click()
        await until(page, "window.loudness() > 0.02")
        await until(page, "document.querySelector('.turn')?.querySelectorAll('.steps li').length > 5")
        turn = page.locator(".turn").first
        assert "planet is the largest" in (await turn.locator(".you p").inner_text()).lower()
        assert len((await turn.locator(".it p").inner_text()).split()) > 1
        label = await turn.get_by_role("img").get_attribute("aria-label") or ""
        times = [float(label.split(f"{step} ")[1].split(" ")[0]) for step in STEPS]
        assert 0 < times[0] < times[3] <= times[4]
        assert await page.locator(".turn").count() == 1
        seen.check()
