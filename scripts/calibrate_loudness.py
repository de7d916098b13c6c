"""Measure the loudness of every voice and write the gains that even them out into the catalogue.

    python scripts/calibrate_loudness.py

Each voice speaks a few sentences of its first language; its gain is the distance from the target of
``openwaves.audio.loudness``. Only the ``gain_db`` lines of the catalogue change.
"""

import argparse
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm

from openwaves.assembly import load_speaker
from openwaves.audio.loudness import TARGET_LUFS
from openwaves.cancellation import CancelToken
from openwaves.models.progress import rich_progress
from openwaves.settings import load_settings
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.previews import PREVIEW_TEXTS
from openwaves.types import SpeechJob, Voice

CATALOGUE = Path(__file__).parents[1] / "src" / "openwaves" / "tts" / "voices" / "data" / "voices.toml"


def main() -> None:
    """Measure, then rewrite the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voices", nargs="*", help="ids of the voices to measure; default: all")
    chosen = parser.parse_args().voices
    with rich_progress() as progress:
        speaker = load_speaker(load_settings(), 1, progress, print)
    text = CATALOGUE.read_text(encoding="utf-8")
    for voice in Catalogue.load().voices:
        if chosen and voice.id not in chosen:
            continue
        gain_db = round(TARGET_LUFS - loudness(speaker, voice), 1)
        print(f"{voice.id}: {gain_db:+.1f} dB", flush=True)
        text = with_gain(text, voice.id, gain_db)
        CATALOGUE.write_text(text, encoding="utf-8")


def loudness(speaker: LocalSpeaker, voice: Voice) -> float:
    """Integrated loudness without gain, LUFS."""
    language = voice.languages[0]
    parts = []
    for segment in split(PREVIEW_TEXTS[language]):
        job = SpeechJob(segment, replace(voice, gain_db=0.0), 1.0, language, None, math_notation=False, seed=0)
        parts.append(speaker.speak(job, CancelToken()).samples)
    return float(pyloudnorm.Meter(24000).integrated_loudness(np.concatenate(parts).astype(np.float64)))


def with_gain(text: str, voice_id: str, gain_db: float) -> str:
    """The catalogue with one voice's gain replaced."""
    head, rest = text.split(f'id = "{voice_id}"\n', 1)
    block, blank, tail = rest.partition("\n\n")
    block = re.sub(r"\ngain_db = .*", "", block).rstrip("\n") + f"\ngain_db = {gain_db}"
    return f'{head}id = "{voice_id}"\n{block}{blank or chr(10)}{tail}'


if __name__ == "__main__":
    main()
