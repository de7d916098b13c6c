"""A voice agent's client: ``livekit-plugins-smallestai``, unmodified, against a real server."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from livekit.agents import APIConnectOptions, APIError
from livekit.agents.tts import SynthesizedAudio
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT
from livekit.agents.voice.io import TimedString
from livekit.plugins import smallestai

from tests.servers import KEY, RunningServer

RATE = 24000
TEXT = (
    "Sure, I can help you with that. Your order of 3 lamps, worth $45, left our warehouse this morning. "
    "It should reach you on Friday. Is there anything else that you would like to know?"
)
TOKENS = re.findall(r"\s*\S{1,4}", TEXT)  # as an LLM gives them: pieces of words, the space in front
STARVED_S = 0.2  # a loop that lets others wait so long cannot keep frames 0.2 s apart
ONCE = APIConnectOptions(max_retry=0, timeout=10)  # a retry would hide a fault


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections that an agent would own."""
    async with aiohttp.ClientSession() as session:
        yield session


def service(
    server: RunningServer,
    http: aiohttp.ClientSession,
    *,
    continuations: bool = True,
    key: str = KEY,
    voice_id: str = "sophia",
) -> smallestai.TTS:
    """The plugin's service, pointed at a server with its own options."""
    return smallestai.TTS(
        api_key=key,
        model="lightning_v3.1",
        voice_id=voice_id,
        word_timestamps=True,
        use_continuations=continuations,
        base_url=server.url + "/waves/v1",
        ws_url=server.url.replace("http", "ws", 1) + "/waves/v1/tts/live",
        http_session=http,
    )


@dataclass
class Heard:
    """What the agent got to play."""

    sound: bytes = b""
    words: list[TimedString] = field(default_factory=list)
    first_at: float = 0.0

    def add(self, event: SynthesizedAudio) -> None:
        self.first_at = self.first_at or time.monotonic()
        self.sound += bytes(event.frame.data)
        self.words += event.frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])


async def say(tts: smallestai.TTS, tokens: Sequence[str], token_s: float = 0.0) -> tuple[Heard, float]:
    """Speak tokens as they come; what was heard, and when the last token was given."""
    heard = Heard()
    async with tts.stream(conn_options=ONCE) as stream:

        async def listen() -> None:
            async for event in stream:
                heard.add(event)

        listening = asyncio.create_task(listen())
        for token in tokens:
            stream.push_text(token)
            await asyncio.sleep(token_s)
        ended_at = time.monotonic()
        stream.end_input()
        await listening
    return heard, ended_at


def one_piece(server: RunningServer, text: str, voice_id: str = "sophia") -> bytes:
    body = {"text": text, "voice_id": voice_id, "sample_rate": RATE}
    return server.post("/waves/v1/tts", body).content


def check_words(heard: Heard, text: str) -> None:
    assert [str(word) for word in heard.words] == text.split()
    times = [float(at) for word in heard.words for at in (word.start_time, word.end_time)]  # type: ignore[arg-type]
    assert times == sorted(times)
    assert times[-1] <= len(heard.sound) / 2 / RATE + 0.001


async def underruns(server: RunningServer) -> str:
    answer = await asyncio.to_thread(server.get, "/metrics", None)
    found = re.findall(r"^openwaves_underruns_total\{.*\} (\S+)$", answer.text, re.MULTILINE)
    return str(found)


@asynccontextmanager
async def watched(server: RunningServer, http: aiohttp.ClientSession) -> AsyncIterator[list[float]]:
    """How long the server's loop, and this one, let simple questions wait meanwhile: seconds."""
    waits: list[float] = []

    async def ask() -> None:
        while True:
            began = time.monotonic()
            async with http.get(server.url + "/health") as answer:
                await answer.read()
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask())
    try:
        yield waits
    finally:
        asking.cancel()


async def segments_at_work(server: RunningServer) -> float:
    answer = await asyncio.to_thread(server.get, "/metrics", None)
    found = re.findall(r"^openwaves_work_(?:running|waiting) (\S+)$", answer.text, re.MULTILINE)
    assert len(found) == 2
    return sum(map(float, found))


@pytest.mark.parametrize("continuations", [True, False], ids=["continuations", "continue-flush"])
async def test_tokens_of_an_llm_are_spoken_while_they_come(
    tone_server: RunningServer, http: aiohttp.ClientSession, continuations: bool
) -> None:
    tts = service(tone_server, http, continuations=continuations)
    whole = await asyncio.to_thread(one_piece, tone_server, TEXT)
    for _ in range(2):  # the second turn uses what the first left behind
        heard, ended_at = await say(tts, TOKENS, token_s=0.01)
        assert heard.first_at < ended_at - 0.25
        check_words(heard, TEXT)
        assert heard.sound[: len(whole)] == whole
        assert not any(heard.sound[len(whole) :])  # the plugin may end with a mark of 10 ms of silence
        assert len(heard.sound) <= len(whole) + 2 * RATE // 100
    await tts.aclose()


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("token_s", [0.0, 0.06], ids=["fast-tokens", "slow-tokens"])
async def test_no_word_of_a_long_reply_is_lost_with_a_voice_that_takes_its_time(
    voice_server: RunningServer, http: aiohttp.ClientSession, token_s: float
) -> None:
    text = f"{TEXT} {TEXT}"
    tts = service(voice_server, http, voice_id="magnus")
    whole = await asyncio.to_thread(one_piece, voice_server, text, "magnus")
    for _ in range(3):
        before = await underruns(voice_server)
        async with watched(voice_server, http) as waits:
            heard, _ = await say(tts, re.findall(r"\s*\S{1,4}", text), token_s)
        if await underruns(voice_server) == before and max(waits) < STARVED_S:
            break
    else:
        pytest.skip("this machine is too slow, or too busy, for one listener")
    assert heard.sound[: len(whole)] == whole
    check_words(heard, text)
    await tts.aclose()


@pytest.mark.parametrize("continuations", [True, False], ids=["continuations", "continue-flush"])
@pytest.mark.parametrize("text_has_ended", [True, False], ids=["text-ended", "text-still-comes"])
async def test_barge_in_stops_the_sound_and_the_next_turn_is_whole(
    tone_server: RunningServer, http: aiohttp.ClientSession, continuations: bool, text_has_ended: bool
) -> None:
    tts = service(tone_server, http, continuations=continuations)
    heard = Heard()
    stream = tts.stream(conn_options=ONCE)
    for _ in range(200):  # about an hour of speech
        stream.push_text(TEXT + " ")
    if text_has_ended:
        stream.end_input()
    async for event in stream:
        heard.add(event)
        if len(heard.sound) > 4 * RATE:
            break
    await stream.aclose()
    n_heard = len(heard.sound)
    async for event in stream:
        heard.add(event)
    assert len(heard.sound) == n_heard  # nothing of the interrupted turn is heard any more
    following, _ = await say(tts, ["No ", "problem. ", "Go ", "ahead, ", "please."])
    check_words(following, "No problem. Go ahead, please.")
    whole = await asyncio.to_thread(one_piece, tone_server, "No problem. Go ahead, please.")
    assert following.sound[: len(whole)] == whole
    assert len(following.sound) <= len(whole) + 2 * RATE // 100
    end = time.monotonic() + 3
    while await segments_at_work(tone_server):
        assert time.monotonic() < end, "the interrupted turn is still being spoken"
        await asyncio.sleep(0.02)
    await tts.aclose()


async def test_a_pause_of_the_llm_does_not_end_the_turn(
    tone_server: RunningServer, http: aiohttp.ClientSession
) -> None:
    tts = service(tone_server, http)
    heard = Heard()
    stream = tts.stream(conn_options=ONCE)
    stream.push_text("Let me look that up. ")
    stream.push_text("One mo")

    async def go_on() -> None:
        await asyncio.sleep(1.5)  # longer than the 0.6 s after which the plugin takes a turn for ended
        stream.push_text("ment. Here it is.")
        stream.end_input()

    going_on = asyncio.create_task(go_on())
    async for event in stream:
        heard.add(event)
    await going_on
    await stream.aclose()
    check_words(heard, "Let me look that up. One moment. Here it is.")
    await tts.aclose()


async def test_the_service_speaks_a_whole_text(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    tts = service(tone_server, http)
    frame = await tts.synthesize(TEXT, conn_options=ONCE).collect()
    assert bytes(frame.data)[: 2 * RATE] == (await asyncio.to_thread(one_piece, tone_server, TEXT))[: 2 * RATE]
    await tts.aclose()


async def test_a_wrong_key_is_an_error_of_the_service(tone_server: RunningServer, http: aiohttp.ClientSession) -> None:
    tts = service(tone_server, http, key="sk_wrong")
    with pytest.raises(APIError) as refused:
        await say(tts, ["Hello."])
    cause = refused.value.__cause__ or refused.value.__context__
    assert getattr(refused.value, "status_code", getattr(cause, "status", None)) == 401
    await tts.aclose()


@pytest.mark.slow
@pytest.mark.alone
async def test_a_real_voice_speaks_before_the_text_ends(
    voice_server: RunningServer, http: aiohttp.ClientSession
) -> None:
    tts = service(voice_server, http)
    await say(tts, ["Hello."])
    heard, ended_at = await say(tts, TOKENS, token_s=0.05)
    assert heard.first_at < ended_at - 0.5
    check_words(heard, TEXT)
    whole = await asyncio.to_thread(one_piece, voice_server, TEXT)
    assert heard.sound[: len(whole)] == whole
    stream = tts.stream(conn_options=ONCE)
    for _ in range(20):
        stream.push_text(TEXT + " ")
    await anext(stream)
    await stream.aclose()
    following, _ = await say(tts, ["Go ahead."])
    check_words(following, "Go ahead.")
    await tts.aclose()
