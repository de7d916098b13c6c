"""The echo of an answer is taken out; what somebody says beside it stays."""

import threading

import numpy as np
import pytest
import soxr

from openwaves.s2s.echo import Echo
from openwaves.types import Samples

RATE = 16000


def babble(seconds: float, seed: int) -> Samples:
    """Noise with the rhythm and colour of speech."""
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.standard_normal(round(seconds * RATE)), np.ones(8) / 8, "same")
    rhythm = np.maximum(0, np.sin(2 * np.pi * 3 * np.arange(len(noise)) / RATE + seed))
    return np.asarray(0.3 * noise * rhythm, np.float32)


def through(echo: Echo, answer: Samples, heard: Samples, rate: int = 48000, lead_s: float = 0.5) -> Samples:
    """What is left of what is heard while the answer plays."""
    at_rate = soxr.resample(answer, RATE, rate)
    data = (np.clip(at_rate, -1, 1) * 32767).astype("<i2").tobytes()
    step = 2 * rate // 10
    sent, cleaned = 0, []
    for begin in range(0, len(heard), 320):
        while sent < len(data) and sent / 2 / rate < begin / RATE + lead_s:
            echo.play(data[sent : sent + step], rate, max(begin, round(sent / 2 / rate * RATE)))
            sent += step
        piece = heard[begin : begin + 320]
        cleaned.append(echo.clean(piece, begin) if echo.is_near(begin) else piece)
    return np.concatenate(cleaned)


def level_db(samples: Samples) -> float:
    return float(10 * np.log10(np.square(samples).mean() + 1e-12))


@pytest.mark.parametrize("delay_s", [0.08, 0.19, 0.3])
@pytest.mark.parametrize("rate", [16000, 48000])
def test_an_echo_is_taken_out(delay_s: float, rate: int) -> None:
    answer = babble(4, 1)
    heard = np.concatenate([np.zeros(round(delay_s * RATE), np.float32), 0.1 * answer])
    left = through(Echo(), answer, heard, rate)
    assert level_db(left[2 * RATE :]) < level_db(heard[2 * RATE :]) - 15


def test_what_is_said_beside_it_stays() -> None:
    answer, said = babble(6, 1), babble(6, 2)
    said[: 3 * RATE] = 0
    heard = 0.1 * answer + said
    left = through(Echo(), answer, np.asarray(heard, np.float32))
    assert level_db((left - said)[2 * RATE :]) < level_db(0.1 * answer[2 * RATE :]) - 10


def test_an_echo_that_ends_leaves_no_answer_behind() -> None:
    """Somebody turns the loudspeaker off, or what was taken for an echo was none."""
    answer = babble(6, 1)
    heard = np.concatenate([np.zeros(1600, np.float32), 0.1 * answer])
    heard[3 * RATE :] = 1e-4
    left = through(Echo(), answer, heard)
    assert level_db(left[3 * RATE : 4 * RATE]) < level_db(heard[3 * RATE : 4 * RATE]) + 0.1


def test_a_voice_of_the_same_pitch_is_no_echo() -> None:
    def hum(pitch_hz: float) -> Samples:
        times = np.arange(3 * RATE) / RATE
        parts = [np.sin(2 * np.pi * pitch_hz * n * times + n) / n for n in range(1, 20)]
        return np.asarray(0.1 * np.sum(parts, axis=0), np.float32)

    echo, said = Echo(), hum(120.2)
    assert np.array_equal(through(echo, hum(120), said), said)
    assert not echo.is_found


def test_nothing_changes_without_an_echo() -> None:
    answer, said = babble(3, 1), babble(3, 2)
    echo = Echo()
    assert np.array_equal(through(echo, answer, said), said)
    assert not echo.is_found


def test_after_a_stop_nothing_plays() -> None:
    echo = Echo()
    echo.play(bytes(32000), 16000, 0)
    echo.stop(1000)
    assert echo.is_near(2000)
    assert not echo.is_near(1000 + round(0.7 * RATE) + 1)


def test_sound_goes_out_while_an_echo_is_taken_out() -> None:
    """In two threads: what plays changes under the search for it."""
    echo, frame, done = Echo(), bytes(640), threading.Event()
    echo.play(bytes(32000 * 20), RATE, 0)

    def play() -> None:
        position = 0
        while not done.is_set():
            position += 320
            echo.play(frame, RATE, position)
            if position % 32000 == 0:
                echo.stop(position)

    player = threading.Thread(target=play)
    player.start()
    try:
        for number in range(100):
            echo.clean(np.ones(1600, np.float32), 1600 * number)
    finally:
        done.set()
        player.join()
