"""Decodes of a live session: the same is heard more than once while its words have to wait."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.scheduler import Scheduler, Work
from openwaves.stt.decodes import LEAD_S, MOST_AGAIN_S, Decodes, surest
from openwaves.stt.ear import Tape
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.engines.tone import ToneRecogniser, whistle
from openwaves.stt.hearing import ToneHearing
from openwaves.stt.listening import Decoded, Event, Skipped, StartDecode
from openwaves.stt.messages import ListenOptions
from openwaves.stt.room import Room
from openwaves.stt.transcript import Transcript, Word
from openwaves.types import Samples

SOUND = whistle("hello my name is John")
FINAL = StartDecode(1, 0, len(SOUND), (), (), "final", with_times=True, due_s=2.0, hearings=3)
TICK_S = 0.01


class Doubting(ToneRecogniser):
    """Hears whistled words, and is as sure of each hearing as it was told."""

    def __init__(self, *sureness: float, ticks: tuple[int, ...] = (1, 1, 1)) -> None:
        """Begin.

        Args:
            sureness: Of the first, second and third hearing; below 0: it fails.
            ticks: How long each takes.
        """
        super().__init__()
        self.done: list[int] = []
        self._sureness, self._ticks = sureness, ticks

    def transcribe(self, samples: Samples, language: str, **options: Any) -> Transcript:
        lead = np.flatnonzero(samples)[0] - np.flatnonzero(SOUND)[0]
        number = round(float(lead) / SAMPLE_RATE / LEAD_S)
        for _ in range(self._ticks[number]):
            options["cancel"].raise_if_cancelled()
            time.sleep(TICK_S)
        if self._sureness[number] < 0:
            raise EngineError("lost")
        heard = super().transcribe(samples, language, **options)
        self.done.append(number)
        return replace(heard, words=tuple(replace(word, confidence=self._sureness[number]) for word in heard.words))


class Ears(ToneHearing):
    """Has this recogniser."""

    def __init__(self, recogniser: Doubting) -> None:
        super().__init__(("en",))
        self._recogniser = recogniser


class Listening:
    """Decodes of a session, and what came of them."""

    def __init__(self, recogniser: Doubting, scheduler: Scheduler, pause_s: float = 0.0) -> None:
        tape = Tape()
        tape.append(SOUND)
        tape.append(np.zeros(round(pause_s * SAMPLE_RATE), np.float32))
        self.end = tape.end
        self._came = asyncio.Queue[Event | None]()
        self._room = Room(Ears(recogniser), scheduler)
        self.decodes = Decodes(self._room, ListenOptions(), tape, self._came.put_nowait)

    async def event(self) -> Event | None:
        async with asyncio.timeout(10):
            return await self._came.get()

    async def heard(self) -> Transcript:
        event = await self.event()
        assert isinstance(event, Decoded)
        assert event.transcript.text == "hello my name is John"
        return event.transcript

    def close(self) -> None:
        self.decodes.close()
        self._room.close()


@pytest.fixture
async def scheduler() -> AsyncIterator[Scheduler]:
    made = Scheduler(2, 8, cpu_time=lambda: 2 * time.monotonic())  # what runs alone spreads over both cores
    yield made
    made.close()


@pytest.mark.parametrize("surest", [0, 1, 2])
async def test_the_surest_hearing_counts_and_has_the_times_of_the_sound(scheduler: Scheduler, surest: int) -> None:
    recogniser = Doubting(*(0.9 if number == surest else 0.5 for number in range(3)))
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    transcript = await listening.heard()
    assert sorted(recogniser.done) == [0, 1, 2]
    assert {word.confidence for word in transcript.words} == {0.9}
    plain = ToneRecogniser().transcribe(SOUND, "en")
    assert [word.start_s for word in transcript.words] == pytest.approx(
        [word.start_s for word in plain.words], abs=0.02
    )
    listening.close()


async def test_what_is_wanted_at_once_is_heard_once(scheduler: Scheduler) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9)
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    listening.decodes.hurry(is_wanted=True)
    assert (await listening.heard()).words[0].confidence == 0.5
    assert recogniser.done == [0]
    listening.decodes.start(FINAL)
    assert (await listening.heard()).words[0].confidence == 0.9, "the next one has time again"
    listening.close()


async def test_what_becomes_urgent_does_not_wait_for_other_hearings(scheduler: Scheduler) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9, ticks=(1, 1000, 1000))
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    await asyncio.sleep(5 * TICK_S)
    listening.decodes.hurry(is_wanted=True)
    assert (await listening.heard()).words[0].confidence == 0.5
    listening.close()


@pytest.fixture
async def awaited(scheduler: Scheduler) -> AsyncIterator[threading.Event]:
    """Somebody awaits the first sound of a reply, which one of the two workers makes until this is set."""
    made = threading.Event()

    def speak(longest_s: float, _cancel: CancelToken) -> float:
        made.wait(longest_s)
        return 1.0

    brief = Work(partial(speak, TICK_S), "speech", 10.0, float)
    with scheduler.listener(live=True) as listener:
        await listener.run(brief)
    with scheduler.listener(live=True) as listener:
        speaking = asyncio.create_task(listener.run(replace(brief, run=partial(speak, 10.0))))
        await asyncio.sleep(TICK_S)
        yield made
        made.set()
        await speaking


async def test_what_may_be_wanted_waits_for_sound_that_is_due_until_it_is_wanted(
    scheduler: Scheduler, awaited: threading.Event
) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9)
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    await asyncio.sleep(20 * TICK_S)
    assert recogniser.done == []
    listening.decodes.hurry(is_wanted=True)
    assert (await listening.heard()).words[0].confidence == 0.5
    assert recogniser.done == [0]
    assert not awaited.is_set()
    listening.close()


async def test_what_may_be_wanted_is_done_in_time(scheduler: Scheduler, awaited: threading.Event) -> None:
    listening = Listening(Doubting(0.5, 0.9, 0.9), scheduler)
    began = time.monotonic()
    listening.decodes.start(replace(FINAL, due_s=0.5))
    assert (await listening.heard()).words[0].confidence == 0.5
    assert time.monotonic() - began > 0.3
    assert not awaited.is_set()
    listening.close()


async def test_what_is_not_wanted_after_all_is_left_out(scheduler: Scheduler, awaited: threading.Event) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9)
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    await asyncio.sleep(5 * TICK_S)
    listening.decodes.hurry(is_wanted=False)
    assert await listening.event() == Skipped(FINAL.id)
    assert (recogniser.done, listening.decodes.n_skipped) == ([], 0)
    assert not awaited.is_set()
    listening.close()


async def test_other_hearings_that_fail_do_no_harm(scheduler: Scheduler) -> None:
    listening = Listening(Doubting(0.5, 0.7, -1), scheduler)
    listening.decodes.start(FINAL)
    assert (await listening.heard()).words[0].confidence == 0.7
    listening.close()


async def test_the_first_hearing_is_the_first_on_one_worker_too() -> None:
    scheduler = Scheduler(1, 8)
    recogniser = Doubting(0.5, 0.6, 0.9)
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(FINAL)
    assert (await listening.heard()).words[0].confidence == 0.9
    assert recogniser.done == [0, 1, 2]
    listening.close()
    scheduler.close()


def test_no_word_is_made_of_nothing_by_asking_again() -> None:
    nothing, something = Transcript((), "en"), Transcript((Word("so", 0.0, 0.1, 0.9),), "en", (7,))
    assert surest(FINAL, nothing, [something]) is nothing
    assert surest(FINAL, something, [nothing]) is something
    kept = replace(FINAL, prefix=(7,))
    longer = Transcript((*something.words, Word("be", 0.1, 0.2, 0.9)), "en", (7, 8))
    assert surest(kept, something, [longer]) is something


async def test_long_speech_is_heard_once(scheduler: Scheduler) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9)
    listening = Listening(recogniser, scheduler, pause_s=MOST_AGAIN_S)
    listening.decodes.start(replace(FINAL, end=listening.end))
    await listening.heard()
    assert recogniser.done == [0]
    listening.close()


async def test_interims_are_heard_once(scheduler: Scheduler) -> None:
    recogniser = Doubting(0.5, 0.9, 0.9)
    listening = Listening(recogniser, scheduler)
    listening.decodes.start(replace(FINAL, kind="interim", hearings=1))
    await listening.heard()
    assert recogniser.done == [0]
    listening.close()
