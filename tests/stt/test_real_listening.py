"""Live sessions with the real networks, fed faster than anybody speaks."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from bench.quality.folding import words
from bench.recognition import speak

from openwaves.assembly import load_hearing
from openwaves.scheduler import Scheduler
from openwaves.settings import load_settings
from openwaves.stt.languages import SERVED
from openwaves.stt.listening import Rules
from openwaves.stt.messages import Final, Interim, ListenOptions, Message
from openwaves.stt.room import Room
from openwaves.stt.session import Session
from openwaves.stt.transcript import join
from openwaves.tts.speaker import LocalSpeaker
from openwaves.types import Samples
from tests.stt.sounds import pcm, silence, still_noises

pytestmark = [pytest.mark.slow, pytest.mark.alone]

TEXT = "The morning train to the coast was late again."
PATIENT = Rules(final_wait_s=5.0, ended_wait_s=5.0, asks_turn=True)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    scheduler = Scheduler(1, 100)
    made = Room(load_hearing(load_settings(), 1), scheduler)
    yield made
    made.close()
    scheduler.close()


@pytest.fixture(scope="module")
def sentence(speaker: LocalSpeaker) -> Samples:
    return np.trim_zeros(speak(speaker, "magnus", "en", TEXT)[0])


async def listen(session: Session, sound: Samples) -> list[Message]:
    """Everything that a session says of a sound."""

    async def feed() -> None:
        data = pcm(sound)
        for begin in range(0, len(data), 1 << 14):
            await session.feed(data[begin : begin + (1 << 14)])
        session.close()

    feeding = asyncio.create_task(feed())
    found = [message async for message in session.messages()]
    await feeding
    return found


def text(messages: list[Message]) -> str:
    return " ".join(join(message.words, message.language) for message in messages if isinstance(message, Final))


@pytest.mark.parametrize("name", still_noises(1))
async def test_nothing_is_heard_live_where_nobody_speaks(room: Room, name: str) -> None:
    """A minute each, in each language: not a word, and no recogniser of the expensive kind runs."""
    sound = still_noises(60)[name]
    session = Session(room, ListenOptions(languages=("en",)))
    messages = await listen(session, sound)
    assert not any(message.words for message in messages if isinstance(message, Final | Interim))
    if session.n_decodes == 0:
        return  # the detector is the same for all languages
    for language in SERVED:
        session = Session(room, ListenOptions(languages=(language,)))
        assert not any(message.words for message in await listen(session, sound) if isinstance(message, Final))
        assert language == "en" or session.n_decodes == 0


async def test_a_sentence_is_heard_live(room: Room, sentence: Samples) -> None:
    session = Session(room, ListenOptions())
    messages = await listen(session, np.concatenate([silence(0.5), sentence, silence(1.5)]))
    assert words(text(messages)) == words(TEXT)


async def final_within(room: Room, sound: Samples, seconds: float) -> bool:
    """Whether a session with a long wait has said something final so soon after a sound."""
    session = Session(room, ListenOptions(rules=PATIENT))

    async def wait() -> None:
        async for message in session.messages():
            if isinstance(message, Final):
                return

    waiting = asyncio.create_task(wait())
    await session.feed(pcm(sound))
    done, _ = await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
    return bool(done)


async def test_smart_turn_waits_for_who_has_not_finished(room: Room, sentence: Samples) -> None:
    judge = room.hearing.end_of_turn()
    cuts = [sentence[: round(share * len(sentence))] for share in (0.3, 0.4, 0.6, 0.7, 0.8)]
    part = min(cuts, key=lambda cut: judge.probability(np.concatenate([cut, silence(0.22)])))
    assert await final_within(room, np.concatenate([silence(0.5), sentence, silence(0.3)]), 3)
    assert not await final_within(room, np.concatenate([silence(0.5), part, silence(0.3)]), 3)
