"""The small measurement that CI compares with its bands: about a minute of work on one core."""

from bench.quality.figures import Found, mean, rate
from bench.quality.folding import letters
from bench.quality.judges import devanagari, whisper
from bench.quality.original import Original, distance_db, phonemes_of
from bench.quality.parts import (
    CER,
    DISTANCE,
    MATCH,
    NATIVE_VOICES,
    Tick,
    add_quality,
    add_reading,
    add_words,
    by_language,
    english_sentences,
    number_sentences,
)
from bench.quality.studio import Studio, heard
from bench.words import distance
from openwaves.cancellation import CancelToken

KOKORO_VOICES = ("magnus", "olivia", "daniel", "meher")
PART = "small"


def small(studio: Studio, tick: Tick, found: Found) -> None:
    """Add a figure for each row of the table ``small`` of ``bands.toml``."""
    every = english_sentences()
    rows = [(text, [text]) for text in every[::5]]
    add_words(found, PART, "English, sophia", rows, [studio.speak("sophia", text) for text, _ in rows], tick)
    pairs = [(voice, text) for number, voice in enumerate(KOKORO_VOICES, 1) for text in every[number::10]]
    sounds = (studio.speak(voice, text) for voice, text in pairs)
    add_words(found, PART, "English, Kokoro voices", [(text, [text]) for _, text in pairs], sounds, tick)
    numbers = number_sentences()[::8]
    add_reading(found, PART, studio, number_sentences())
    for voice in ("sophia", "magnus"):
        sounds = (studio.speak(voice, text) for text, _ in numbers)
        add_words(found, PART, f"numbers, {voice}", numbers, sounds, tick)
    add_quality(found, PART, "hibari", [studio.speak("sophia", text) for text in every[:20:5]], tick)
    add_quality(found, PART, "Kokoro", [studio.speak("magnus", text) for text in every[1:41:10]], tick)
    _languages(studio, tick, found)
    _network(studio, tick, found, every[1:21:10])


def _languages(studio: Studio, tick: Tick, found: Found) -> None:
    """Hindi sentences that are recognised among six, and Spanish letters."""
    tick(f"{PART}: languages")
    hindi = dict(by_language("indian.tsv"))["hi"]
    texts = [devanagari(text, "hi") for text in hindi]
    choices = [whisper("base").likeliest(heard(studio.speak("meher", text, "hi")), texts) for text in hindi[:3]]
    found.add(rate(PART, "hi, meher", MATCH, [(float(choice == n), 1) for n, choice in enumerate(choices)]))
    counts = []
    for text in dict(by_language("europe.tsv"))["es"][:3]:
        wrote = whisper("base").write(heard(studio.speak(NATIVE_VOICES["es"], text, "es")), "es")
        counts.append((float(distance(letters(text), letters(wrote))), len(letters(text))))
    found.add(rate(PART, f"es, {NATIVE_VOICES['es']}", CER, counts))


def _network(studio: Studio, tick: Tick, found: Found, sentences: list[str]) -> None:
    """The prepared network against the published graph."""
    tick(f"{PART}: network")
    voice = studio.voice("magnus")
    style, engine, original = studio.speaker.style(voice), studio.speaker.engine(voice), Original()
    distances = []
    for text in sentences:
        phonemes = phonemes_of(studio, voice.id, text)
        audio = engine.synthesize(phonemes, style, voice.speed, seed=0, cancel=CancelToken())
        distances.append(distance_db(audio.samples, original.speak(phonemes, style, voice.speed)))
    found.add(mean(PART, "network against the published graph", DISTANCE, distances))
