"""The fast decoder of Kokoro beside the full one: the gate that it has to pass before it may be the default."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from bench.quality.artefacts import between_harmonics_db, click_db, offset
from bench.quality.figures import Found, mean
from bench.quality.parts import Tick, add_quality, add_words, english_sentences, europe, indian
from bench.quality.studio import Studio, heard
from openwaves.assembly import fetch_models
from openwaves.models.progress import SilentProgress
from openwaves.models.store import ModelStore
from openwaves.settings import load_settings
from openwaves.speakers.encoders import Encoders, Vector
from openwaves.speakers.prepare import prepare_encoders
from openwaves.tts.engines.kokoro import FastKokoroEngine
from openwaves.tts.speaker import LocalSpeaker
from openwaves.types import Samples

PART = "decoder"
OTHERS = "decoder, other languages"
VOICES = ("magnus", "olivia", "daniel", "meher", "brooke", "jordan", "robert", "zorin", "sunidhi", "silvia")
MOST_SENTENCES = 30
LIKENESS = "CAM++ cosine to the full decoder"
NEAREST = "CAM++ cosine to the nearest other voice"
LEVEL = "level beside the full decoder, dB"
ARTEFACTS = {
    "mean of the samples, of full scale": offset,
    "sharpest bend beside those around it, dB": click_db,
    "harmonics over what lies between them, dB": between_harmonics_db,
}


def decoders(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """Words, DNSMOS, likeness and level of voices as both decoders speak them; of all voices, other languages, too.

    The encoder of speakers hears one half of the sentences from the full decoder and the other half from the one that
    is measured; so the full decoder's row says what can be reached.
    """
    fast = FastKokoroEngine.load(fetch_models(load_settings(), SilentProgress()), 1)
    other = Studio(LocalSpeaker({**studio.speaker.engines, "kokoro": fast}, studio.speaker.styles))
    sentences = english_sentences()[: min(n, MOST_SENTENCES)]
    sounds: dict[str, dict[str, list[Samples]]] = {"full": {}, "fast": {}}
    for voice in voices or VOICES:
        for name, speaker in (("full", studio), ("fast", other)):
            spoken = [speaker.speak(voice, sentence) for sentence in sentences]
            sounds[name][voice] = spoken
            subject = f"{voice}, {name}"
            add_words(found, PART, subject, [(text, [text]) for text in sentences], spoken, tick)
            add_quality(found, PART, subject, spoken, tick)
    _likeness(sounds, found)
    for voice, spoken in sounds["fast"].items():
        pairs = list(zip(spoken, sounds["full"][voice], strict=True))
        found.add(mean(PART, f"{voice}, fast", LEVEL, [_db(one) - _db(two) for one, two in pairs]))
    for name, spoken_by in sounds.items():
        for voice, spoken in spoken_by.items():
            for what, measure in ARTEFACTS.items():
                found.add(mean(PART, f"{voice}, {name}", what, [measure(heard(samples)) for samples in spoken]))
    if not voices:
        for name, speaker in (("full", studio), ("fast", other)):
            _other_languages(speaker, name, n, tick, found)


def _other_languages(studio: Studio, name: str, n: int, tick: Tick, found: Found) -> None:
    """What Whisper makes of every other language, as the parts ``europe`` and ``indian`` measure it."""
    apart = Found()
    for measure in (europe, indian):
        measure(studio, (), n, tick, apart)
    found.heard += [replace(heard, part=OTHERS, subject=f"{heard.subject}, {name}") for heard in apart.heard]
    for figure in apart.figures:
        found.add(replace(figure, part=OTHERS, subject=f"{figure.subject}, {name}"))


def _likeness(sounds: Mapping[str, Mapping[str, list[Samples]]], found: Found) -> None:
    encoders = Encoders.load(prepare_encoders(ModelStore(load_settings().model_dir.absolute())))
    true = {voice: _embedding(encoders, spoken[::2]) for voice, spoken in sounds["full"].items()}
    for name, spoken_by in sounds.items():
        for voice, spoken in spoken_by.items():
            own = _embedding(encoders, spoken[1::2])
            found.add(mean(PART, f"{voice}, {name}", LIKENESS, [float(own @ true[voice])]))
            others = [float(own @ vector) for other, vector in true.items() if other != voice]
            found.add(mean(PART, f"{voice}, {name}", NEAREST, [max(others, default=0.0)]))


def _embedding(encoders: Encoders, spoken: Sequence[Samples]) -> Vector:
    return encoders.embed(np.concatenate([heard(samples) for samples in spoken]))[0]


def _db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(samples**2)))
