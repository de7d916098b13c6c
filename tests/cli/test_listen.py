"""``openwaves listen`` on a pipe."""

import subprocess

import numpy as np

from openwaves.stt.engines.tone import whistle
from tests import forking
from tests.listening import pcm, silence


def listen(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return forking.run("listen", "-", "--engine", "tone", *options, data=data)


def test_sound_on_stdin_is_written_down_turn_by_turn() -> None:
    sound = np.concatenate([whistle("the weather is good"), silence(1), whistle("thank you"), silence(0.2)])
    ran = listen(pcm(sound))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.decode().splitlines() == ["the weather is good", "thank you"]


def test_numbers_are_written_in_digits_if_wanted() -> None:
    ran = listen(pcm(whistle("twenty five dollars")), "--numerals")
    assert ran.stdout.decode().strip() == "$25"


def test_sound_that_cannot_be_decoded_is_told() -> None:
    ran = listen(b"\xff" * 100_000, "--encoding", "ogg_opus")
    assert ran.returncode == 1
    assert b"Ogg" in ran.stderr
