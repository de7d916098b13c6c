"""``openwaves talk`` with two files."""

import wave
from pathlib import Path

import numpy as np

from openwaves.stt.engines.tone import whistle
from tests import forking
from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.talking import pcm, silence


def test_a_recording_is_answered_in_another(tmp_path: Path) -> None:
    said = np.concatenate([silence(0.3), whistle("book the table please"), silence(0.2)])
    with wave.open(str(tmp_path / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(pcm(said))
    with upstream(Behaviour()) as url:
        command = ["talk", "said.wav", "talk.wav", "--engine", "tone", "--times", "--llm-url", url]
        ran = forking.run_text(*command, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["you: book the table please", f"assistant: {ANSWER}"]
    assert "first sound" in ran.stderr
    with wave.open(str(tmp_path / "talk.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 16000)
        sides = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    left, right = (np.flatnonzero(np.abs(side) > 300) / 16000 for side in sides.T)
    assert abs(left[0] - 0.3) < 0.02
    assert left[-1] < right[0] < left[-1] + 2
    assert right[-1] - right[0] > 1.0


def test_one_file_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "said.wav").write_bytes(b"RIFF")
    ran = forking.run_text("talk", "said.wav", folder=tmp_path)
    assert ran.returncode == 2
    assert "two WAV files, or none" in ran.stderr
