"""Judges checkpoints in the exam: DNSMOS, words understood, likeness, level, distance; the teacher beside them.

python -m training.judge FOLDER CHECKPOINT... [--json FILE]
"""

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from bench.quality.folding import errors
from bench.quality.judges import overall_quality, whisper
from bench.quality.studio import heard
from numpy.typing import NDArray

from openwaves.audio.trim import trim
from openwaves.models.store import ModelStore
from openwaves.settings import load_settings
from openwaves.speakers.encoders import Encoders
from openwaves.speakers.prepare import prepare_encoders
from openwaves.types import Audio
from training.export import load_weights
from training.losses import log_mel_db
from training.model import RATE, Student
from training.shards import Pair, read
from training.train import speak

Sound = NDArray[np.float32]


@dataclass
class Voice:
    """What was found of one voice, spoken by one decoder."""

    group: str
    quality: list[float] = field(default_factory=list)
    wrong: int = 0
    words: int = 0
    sounds: list[Sound] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)


Found = dict[str, Voice]


def listen(sounds: list[Sound], pairs: list[Pair], rows: list[list[str]]) -> Found:
    """Let the judges hear everything that one decoder said."""
    found: Found = {}
    for sound, pair, (voice, group, text, phonemes) in zip(sounds, pairs, rows, strict=True):
        one = found.setdefault(voice, Voice(group))
        samples = heard(trim(Audio(sound, RATE), phonemes).samples)
        wrong, words = errors([text], whisper("tiny").write(samples, "en"))
        teacher = pair.samples(0, pair.n_frames)
        one.quality.append(overall_quality(samples))
        one.wrong, one.words = one.wrong + wrong, one.words + words
        one.sounds.append(samples)
        one.distances.append(log_mel_db(sound, teacher))
        one.levels.append(float(10 * np.log10(np.mean(sound**2) / np.mean(teacher**2))))
    return found


def likeness(found: Found, teacher: Found) -> dict[str, tuple[float, float, str]]:
    """CAM++ cosine of each voice to the teacher's, to the nearest other voice of the teacher, and whose that is."""
    encoders = Encoders.load(prepare_encoders(ModelStore(load_settings().model_dir.absolute())))
    own = {name: encoders.embed(np.concatenate(voice.sounds[1::2]))[0] for name, voice in found.items()}
    true = {name: encoders.embed(np.concatenate(voice.sounds[::2]))[0] for name, voice in teacher.items()}
    rows = {}
    for name, vector in own.items():
        others = max((float(vector @ true[other]), other) for other in true if other != name)
        rows[name] = (float(vector @ true[name]), *others)
    return rows


def table(found: Found, teacher: Found) -> list[dict[str, object]]:
    """A row for each voice, one for each group and one for all."""
    alike = likeness(found, teacher)
    groups: dict[str, list[str]] = defaultdict(list)
    for name, voice in found.items():
        groups[name].append(name)
        groups[f"all {voice.group}"].append(name)
        groups["all"].append(name)
    rows: list[dict[str, object]] = []
    for label, names in sorted(groups.items(), key=lambda group: len(group[1])):
        own = [found[name] for name in names]
        row: dict[str, object] = {
            "voice": label,
            "quality": mean(value for voice in own for value in voice.quality),
            "wer": 100 * sum(voice.wrong for voice in own) / sum(voice.words for voice in own),
            "likeness": mean(alike[name][0] for name in names),
            "nearest": mean(alike[name][1] for name in names),
            "own": sum(alike[name][0] > alike[name][1] for name in names),
            "voices": len(names),
            "log_mel_db": mean(value for voice in own for value in voice.distances),
            "level_db": mean(value for voice in own for value in voice.levels),
        }
        rows.append({key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()})
    return rows


def show(name: str, rows: list[dict[str, object]]) -> None:
    """Print a table in Markdown."""
    print(f"\n{name}\n\n| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |", flush=True)


def main() -> None:
    """Judge, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of the exam")
    parser.add_argument("checkpoints", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    pairs = read(options.folder / "exam.npz")
    rows = [line.split("\t") for line in (options.folder / "exam.tsv").read_text(encoding="utf-8").splitlines()]
    teacher = listen([pair.samples(0, pair.n_frames) for pair in pairs], pairs, rows)
    tables = {"teacher": table(teacher, teacher)}
    show("teacher", tables["teacher"])
    for path in options.checkpoints:
        model = Student()
        model.load_state_dict(load_weights(path))
        found = listen([speak(model, pair, 7) for pair in pairs], pairs, rows)
        tables[path.stem] = table(found, teacher)
        show(path.stem, tables[path.stem])
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
