"""Jobs that are spoken in another process."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from openwaves.assembly import Desk
from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.remote import Crew
from openwaves.stt.hearing import ToneHearing
from openwaves.tts.remote import RemoteSpeaker
from openwaves.types import Dictionary, DictionaryItem, Speech, Voice
from tests.tts.test_parts import Streaming, job, speaker


def streaming_desk() -> Desk:
    return Desk(speaker(Streaming()), ToneHearing(("en",)))


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    started = Crew(streaming_desk, 2, 2)
    started.wait_ready(CancelToken())
    yield started
    started.close()


def parts_of(first: Speech) -> list[Speech]:
    parts = [first]
    while (go_on := parts[-1].go_on) is not None:
        parts.append(go_on(CancelToken()))
    return parts


def test_parts_are_made_by_who_began(crew: Crew) -> None:
    here, there = speaker(Streaming()), RemoteSpeaker.at(crew, 10)
    expected, found = parts_of(here.begin(job(), CancelToken())), parts_of(there.begin(job(), CancelToken()))
    assert len(found) == len(expected) > 3
    assert found[0].words == expected[0].words
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.samples, other.samples)


def test_parts_go_on_where_the_one_who_began_has_died(crew: Crew) -> None:
    there = RemoteSpeaker.at(crew, 10)
    expected = there.speak(job(), CancelToken()).samples
    work = there.work(job())
    parts = [work.run(CancelToken())]
    assert work.is_usual()
    while (go_on := work.rest(parts[-1])) is not None:
        if len(parts) == 2:
            for pid in crew.pids:
                os.kill(pid, signal.SIGKILL)
        parts.append(go_on(CancelToken()))
    assert np.array_equal(np.concatenate([part.samples for part in parts]), expected)
    assert not work.is_usual()


def test_what_a_job_needs_travels_with_it(crew: Crew) -> None:
    dictionary = Dictionary("d", 1, (DictionaryItem("parcel", "packet"),))
    wanted = replace(job(), dictionaries=(dictionary,))
    here, there = speaker(Streaming()), RemoteSpeaker.at(crew, 10)
    expected = here.speak(wanted, CancelToken()).samples
    assert not np.array_equal(expected, here.speak(job(), CancelToken()).samples)
    assert np.array_equal(there.speak(wanted, CancelToken()).samples, expected)
    changed = replace(wanted, dictionaries=(Dictionary("d", 2, (DictionaryItem("parcel", "box"),)),))
    assert np.array_equal(there.speak(changed, CancelToken()).samples, here.speak(changed, CancelToken()).samples)


def test_engines_are_known_here(crew: Crew) -> None:
    there, voice = RemoteSpeaker.at(crew, 10), job().voice
    assert there.engine(voice).segment_chars == Streaming().segment_chars
    with pytest.raises(EngineError, match="'none' of voice"):
        there.engine(replace(voice, engine="none"))
    assert isinstance(voice, Voice)
