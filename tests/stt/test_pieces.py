"""Sound is cut into pieces of speech: what is speech is in a piece, what is not is in none."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.stt.activity import FRAME_SAMPLES, EnergyActivity
from openwaves.stt.pieces import FRAME_S, LAST_S, LEAD_S, LONGEST_S, Cutter, Piece
from openwaves.types import Samples
from tests.stt.sounds import RATE, silence, still_noises


def pieces_of(samples: Samples, step: int = 4000) -> list[Piece]:
    cutter = Cutter(EnergyActivity())
    found: list[Piece] = []
    for begin in range(0, len(samples), step):
        found += cutter.feed(samples[begin : begin + step])
    return [*found, *cutter.finish()]


def beeps(*lengths_s: float) -> Samples:
    """Sound and silence in turn."""
    time_s = np.arange(round(max(lengths_s) * RATE)) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 300 * time_s)).astype(np.float32)
    parts = [
        (tone if number % 2 == 0 else np.zeros_like(tone))[: round(length * RATE)]
        for number, length in enumerate(lengths_s)
    ]
    return np.concatenate(parts)


def test_silence_is_no_piece() -> None:
    assert pieces_of(silence(5)) == []
    assert pieces_of(silence(0)) == []


def test_quiet_noise_is_no_piece() -> None:
    assert pieces_of(still_noises(3)["soft noise"]) == []


def test_a_pause_parts_two_pieces_whose_samples_are_those_of_the_sound() -> None:
    sound = np.concatenate([silence(1), beeps(2, 1.5, 1), silence(1)])
    first, second = pieces_of(sound)
    assert abs(first.start_s - (1 - LEAD_S)) < 2 * FRAME_S
    assert abs(second.start_s - (4.5 - LEAD_S)) < 2 * FRAME_S
    assert abs(first.speech_s - 2) < 3 * FRAME_S
    for piece in (first, second):
        begin = round(piece.start_s * RATE)
        assert np.array_equal(piece.samples, sound[begin : begin + len(piece.samples)])


def test_a_short_pause_parts_nothing_until_a_piece_is_too_long() -> None:
    assert len(pieces_of(beeps(2, 0.5, 2))) == 1
    first, second = pieces_of(beeps(5, 0.8, 5, 0.2, 2, 0.4, 14))
    assert abs(first.length_s - (5 + 0.8 + 5 + 0.2 + 2 + 0.2)) < 0.1
    assert abs(second.start_s - first.length_s) < 2 * FRAME_S


def test_sound_without_a_pause_is_cut_and_nothing_is_lost_or_said_twice() -> None:
    sound = beeps(61)
    found = pieces_of(sound)
    assert all(LONGEST_S - LAST_S <= piece.length_s <= LONGEST_S + FRAME_S for piece in found[:-1])
    whole = np.concatenate([piece.samples for piece in found])
    assert np.array_equal(whole[: len(sound)], sound)
    assert len(whole) - len(sound) < FRAME_SAMPLES


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.05, 8), min_size=1, max_size=9), st.integers(100, 50_000))
def test_all_sound_is_in_pieces_in_order_however_it_comes(lengths_s: list[float], step: int) -> None:
    sound = beeps(*lengths_s)
    found = pieces_of(sound, step)
    covered = np.zeros(len(sound) + FRAME_SAMPLES, bool)
    end = 0
    for piece in found:
        begin = round(piece.start_s * RATE)
        assert begin >= end - round(LEAD_S * RATE) - FRAME_SAMPLES
        end = begin + len(piece.samples)
        assert piece.length_s <= LONGEST_S + FRAME_S
        covered[begin:end] = True
    at = 0
    for number, length in enumerate(lengths_s):
        n = round(length * RATE)
        if number % 2 == 0 and length > 0.3:
            assert covered[at : at + n].all()
        at += n
