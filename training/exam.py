"""What the teacher says in the exam: sentences and voices that training never had, and some voices that it had.

    python -m training.exam FOLDER --speakers RECORDINGS

RECORDINGS holds a folder for each speaker; five give ten clones, the second five of recordings that were resampled.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from bench.cloning import RATE as RECORDED_RATE
from bench.cloning import read, wav
from bench.quality.parts import english_sentences
from numpy.typing import NDArray

from openwaves.assembly import load_speaker
from openwaves.models.progress import SilentProgress
from openwaves.settings import load_settings
from openwaves.tts.cloning.cloner import Cloner
from training.data import Teacher
from training.shards import Pair, write
from training.styles import KEPT_OUT

VOICES = ("am_michael", "am_adam", "am_onyx", "bm_george", "em_alex", "af_heart", "af_bella", "bf_isabella", "hf_alpha")
N_CLONES = 10
N_SENTENCES = 6
"""Of each voice; the first half and the second are compared as recordings of a speaker would be."""
SMALLER = 1.12
"""Factor of pitch and resonances in a resampled recording."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to say. ``group`` is ``seen``, ``unseen`` or ``clone``."""

    voice: str
    group: str
    text: str
    pack: NDArray[np.float32]
    pitch: float


def tasks(teacher: Teacher, clones: dict[str, tuple[NDArray[np.float32], float]]) -> Iterator[Task]:
    """Every voice with sentences of its own."""
    one = {name: {name: 1.0} for name in (*VOICES, *KEPT_OUT)}
    voices = {name: (teacher.styles.pack(mix, mix), 1.0) for name, mix in one.items()}
    voices |= {name: (teacher.styles.of_clone(vector), pitch) for name, (vector, pitch) in clones.items()}
    sentences = english_sentences()
    for number, (voice, (pack, pitch)) in enumerate(voices.items()):
        group = "seen" if voice in VOICES else "unseen" if voice in KEPT_OUT else "clone"
        for place in range(N_SENTENCES):
            text = sentences[(number * 7 + place) % len(sentences)]
            yield Task(voice, group, text, pack, pitch)


def cloned(recordings: Path) -> dict[str, tuple[NDArray[np.float32], float]]:
    """Vector and pitch of each clone, by the project's cloner."""
    settings = load_settings()
    speaker = load_speaker(settings, 1, SilentProgress(), lambda line: None)
    assert speaker.styles is not None
    cloner = Cloner(settings.model_dir.absolute(), speaker.styles, speaker.speak)
    found: dict[str, tuple[NDArray[np.float32], float]] = {}
    for smaller in (False, True):
        for name, (recording, *_) in read(recordings).items():
            if len(found) < N_CLONES:
                rate = RECORDED_RATE / (SMALLER if smaller else 1.0)
                samples = np.asarray(soxr.resample(recording, RECORDED_RATE, rate), np.float32)
                style = cloner.clone(wav(samples))
                found[f"clone {name}{' smaller' if smaller else ''}"] = (style.vector, style.pitch)
                print(f"cloned {len(found)}", flush=True)
    return found


def main() -> None:
    """Let the teacher say everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speakers", type=Path, required=True, help="folder of a folder for each speaker")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    clones = cloned(options.speakers)
    teacher = Teacher()
    pairs: list[Pair] = []
    rows: list[str] = []
    for number, task in enumerate(tasks(teacher, clones)):
        phonemes = teacher.phonemes(task.text, "en", "magnus")
        pairs.append(teacher.speak(phonemes, task.pack, 1.0, task.pitch, number))
        rows.append("\t".join((task.voice, task.group, task.text, phonemes)))
    write(options.folder / "exam.npz", pairs)
    (options.folder / "exam.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
