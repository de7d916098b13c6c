"""When sound goes out: the rules on paper, and the path with an engine that takes its time."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.cancellation import CancelToken
from openwaves.scheduler import Scheduler
from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.pacing import (
    BURST_S,
    CHUNK_S,
    GAP_S,
    GRAIN_S,
    HELD_S,
    INTERVAL_S,
    LEAD_S,
    Player,
    held_s,
    next_s,
    take,
)
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Audio, EncodedChunk, Segment, SpeechRequest, Style

TEXT = (
    "The parcel left the warehouse this morning. It should reach you on Friday before noon. "
    "Please keep the door open for the driver. Is there anything else that you would like to know?"
)
SLACK_S = 0.1  # for a machine that is busy with other tests


@given(st.floats(0.05, 20), st.floats(0, 30), st.sampled_from([GRAIN_S, 0.026, 0.072]))
def test_what_is_kept_back_lasts_until_the_listener_runs_dry(sound_s: float, lead_s: float, grain_s: float) -> None:
    kept_s = held_s(sound_s, lead_s, grain_s)
    assert 0 <= kept_s <= sound_s
    assert kept_s <= max(HELD_S, (lead_s + sound_s) / INTERVAL_S * grain_s) + 1e-9
    assert lead_s + sound_s - kept_s >= min(BURST_S, lead_s + sound_s) - 1e-9  # the player gets something to play
    held = deque(EncodedChunk(b"x", (), grain_s) for _ in range(round(kept_s / grain_s)))
    player, now = Player(), 0.0
    player.add(now, lead_s + sound_s - len(held) * grain_s)
    while held:
        left_s = len(held) * grain_s
        part_s = next_s(left_s, player.lead_s(now))
        now += INTERVAL_S
        if player.lead_s(now) == 0:
            assert left_s <= 2 * grain_s + INTERVAL_S  # the last of it
        player.add(now, take(held, part_s).duration_s)
    if kept_s >= (lead_s + sound_s) / INTERVAL_S * grain_s:  # the piece was long enough for as many frames as it takes
        assert now >= lead_s + sound_s - LEAD_S - 2 * INTERVAL_S


@dataclass
class SlowEngine(ToneEngine):
    """The tones, each piece after as long as the test says."""

    waits_s: list[float]
    begun: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def synthesize(
        self, phonemes: str, style: Style, speed: float = 1.0, *, seed: int = 0, cancel: CancelToken | None = None
    ) -> Audio:
        with self.lock:
            wait_s = self.waits_s[min(self.begun, len(self.waits_s) - 1)]
            self.begun += 1
            end = time.monotonic() + wait_s
            while cancel is not None and time.monotonic() < end:
                cancel.raise_if_cancelled()
                time.sleep(0.005)
        return super().synthesize(phonemes, style, speed, seed=seed, cancel=cancel)


Sent = list[tuple[float, EncodedChunk]]


async def speak(waits_s: list[float], text: str = TEXT, text_s: float = 0.0, stalls_s: float = 0.0) -> tuple[Sent, int]:
    """What goes out, and when; and the gaps that were counted.

    ``text_s``: seconds between the segments' coming; ``stalls_s``: seconds for which everything stands still once the
    first frames have gone out.
    """
    engine = SlowEngine(waits_s)
    scheduler = Scheduler(2, 100)
    synthesizer = Synthesizer(
        Catalogue.load(), LocalSpeaker({"hibari": engine, "kokoro": engine}, None), scheduler, 10_000
    )
    request = SpeechRequest(text, "magnus", sample_rate=24000)

    async def segments() -> AsyncIterator[Segment]:
        for segment in split(text, engine.segment_chars):
            yield segment
            await asyncio.sleep(text_s)

    sent: Sent = []
    try:
        async with aclosing(synthesizer.stream(request, synthesizer.voice(request), segments())) as chunks:
            async for chunk in chunks:
                if chunk.data:
                    sent.append((time.monotonic(), chunk))
                    if len(sent) == 5:
                        time.sleep(stalls_s)
    finally:
        scheduler.close()
    return sent, synthesizer.frame_gaps


def largest_gap_s(sent: Sent) -> float:
    return float(max(np.diff([at for at, _ in sent])))


@pytest.mark.parametrize("stalls_s", [0.5, 0.8, 1.1])
async def test_a_listener_who_ran_dry_gets_small_frames_too(stalls_s: float) -> None:
    sent, _ = await speak([0.0, 2.0, 0.0], stalls_s=stalls_s)
    assert max(chunk.duration_s for _, chunk in sent) <= CHUNK_S + GRAIN_S


async def test_frames_go_on_while_the_next_piece_is_being_made() -> None:
    sent, gaps = await speak([0.0, 0.3, 0.5, 0.7])
    assert largest_gap_s(sent) <= GAP_S + SLACK_S
    player = Player()
    for at, chunk in sent:
        assert player.lead_s(at - 0.001) > 0 or chunk is sent[0][1]  # never dry
        player.add(at, chunk.duration_s)
    assert gaps == 0


async def test_what_is_all_made_is_not_slowed() -> None:
    sent, _ = await speak([0.0])
    sound_s = sum(chunk.duration_s for _, chunk in sent)
    assert sent[-1][0] - sent[0][0] < sound_s / 3
    assert all(chunk.duration_s <= 0.2 for _, chunk in sent)


async def test_how_it_goes_out_changes_no_sample() -> None:
    fast, _ = await speak([0.0])
    slow, _ = await speak([0.0, 0.5, 0.9])
    assert b"".join(chunk.data for _, chunk in fast) == b"".join(chunk.data for _, chunk in slow)
    words = [word for _, chunk in fast for word in chunk.words]
    assert words == [word for _, chunk in slow for word in chunk.words]


async def test_a_gap_of_ours_is_counted_and_one_of_the_client_is_not() -> None:
    _, gaps = await speak([0.0, 4.0, 0.0], "Yes. The parcel left the warehouse.")
    assert gaps == 1
    _, gaps = await speak([0.0], "Yes. No.", text_s=1.5)
    assert gaps == 0


async def test_closing_stops_the_work_at_once() -> None:
    engine = SlowEngine([0.0, 30.0])
    scheduler = Scheduler(2, 100)
    synthesizer = Synthesizer(
        Catalogue.load(), LocalSpeaker({"hibari": engine, "kokoro": engine}, None), scheduler, 10_000
    )
    plan = synthesizer.plan(SpeechRequest(TEXT, "magnus", sample_rate=24000))
    async with aclosing(synthesizer.live(plan)) as chunks:
        await anext(chunks)
    for _ in range(100):
        if scheduler.load.running == scheduler.load.waiting == 0:
            break
        await asyncio.sleep(0.02)
    assert (scheduler.load.running, scheduler.load.waiting) == (0, 0)
    scheduler.close()


@pytest.mark.parametrize("lead_s", [0.0, 3.0])
def test_a_player_on_paper(lead_s: float) -> None:
    player = Player()
    player.add(10.0, 1.0 + lead_s)
    assert player.lead_s(10.5) == pytest.approx(0.5 + lead_s)
    assert player.lead_s(20.0) == 0
    player.add(20.0, 1.0)
    assert player.lead_s(20.25) == pytest.approx(0.75)
