"""The measurements.

Each takes the voices to measure (none: those of the table in the documents) and how many sentences at most, tells
``tick`` before each sentence, and adds its figures and misses to what was found.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.quality import plain
from bench.quality.figures import Found, Heard, mean, rate
from bench.quality.folding import errors, letters
from bench.quality.judges import devanagari, overall_quality, whisper
from bench.quality.original import NoNoise, Original, distance_db, phonemes_of, without_ends
from bench.quality.studio import Studio, heard
from bench.words import distance
from openwaves.assembly import fetch_models
from openwaves.cancellation import CancelToken
from openwaves.models.progress import SilentProgress
from openwaves.settings import load_settings
from openwaves.tts.engines import Engine
from openwaves.tts.engines.kokoro import KokoroEngine
from openwaves.tts.text.analyze import pieces
from openwaves.types import Samples, Segment, SpeechJob

TEXTS = Path(__file__).with_name("texts")
ENGLISH_VOICES = ("sophia", "magnus", "olivia", "daniel", "meher")
NUMBER_VOICES = ("sophia", "magnus", "olivia")
NETWORK_VOICES = ("magnus", "olivia")
NETWORKS = ("published graph", "prepared", "another seed", "without noise", "fallback without noise")
NATIVE_VOICES = {
    "hi": "sunidhi", "mr": "rupali", "gu": "niharika", "pa": "jasleen", "bn": "rajib", "or": "sasmita",
    "te": "padmaja", "kn": "deepashri", "ml": "parvathy", "ta": "malar",
    "es": "daniella", "fr": "manon", "it": "silvia", "pt": "leticia",
}  # fmt: skip
"""A voice whose first language it is; ``INDIAN_VOICE`` is measured beside it in the Indian languages."""
INDIAN_VOICE = "meher"
WER, CER, MATCH, OVERALL = "WER, %", "CER, %", "recognised, %", "DNSMOS overall"
DISTANCE = "log-mel distance, dB"

Tick = Callable[[str], None]


def english(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """Words of ordinary sentences that Whisper tiny.en gets wrong."""
    sentences = english_sentences()[:n]
    for voice_id in voices or ENGLISH_VOICES:
        sounds = (studio.speak(voice_id, sentence) for sentence in sentences)
        add_words(found, "English", voice_id, [(text, [text]) for text in sentences], sounds, tick)


def numbers(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """The same for sentences full of numbers, beside plain Kokoro with the same weights, voices and recogniser."""
    rows = number_sentences()[:n]
    chosen = voices or NUMBER_VOICES
    add_reading(found, "numbers", studio, rows)
    for voice_id in chosen:
        sounds = (studio.speak(voice_id, text) for text, _ in rows)
        add_words(found, "numbers", f"{voice_id}, ours", rows, sounds, tick)
    for voice_id in chosen:
        if studio.voice(voice_id).engine == "kokoro":
            for front in plain.FRONTS:
                jobs = [(front, voice_id, text) for text, _ in rows]
                subject = f"{voice_id}, plain Kokoro with {front}"
                spoken = plain.speak(studio, jobs, partial(tick, f"numbers: {subject}"))
                add_words(found, "numbers", subject, rows, spoken, tick)


def indian(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """Sentences that Whisper base picks out of all sentences of the language, written in Devanagari.

    Whisper writes these languages badly, so it is only asked which text fits the sound best.
    """
    for language, sentences in by_language("indian.tsv"):
        texts = [devanagari(sentence, language) for sentence in sentences]
        for voice_id in voices or (INDIAN_VOICE, NATIVE_VOICES[language]):
            counts = []
            for right, sentence in enumerate(sentences[:n]):
                tick(f"Indian languages: {language}, {voice_id}")
                choice = whisper("base").likeliest(heard(studio.speak(voice_id, sentence, language)), texts)
                counts.append((float(choice == right), 1))
                subject = f"{language}, {voice_id}"
                found.heard.append(Heard("Indian", subject, sentence, sentences[choice], int(choice != right)))
            found.add(rate("Indian", f"{language}, {voice_id}", MATCH, counts))


def europe(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """Letters that Whisper base gets wrong."""
    for language, sentences in by_language("europe.tsv"):
        for voice_id in voices or (NATIVE_VOICES[language],):
            subject = f"{language}, {voice_id}"
            counts = []
            for sentence in sentences[:n]:
                tick(f"letters: {subject}")
                wrote = whisper("base").write(heard(studio.speak(voice_id, sentence, language)), language)
                wrong = distance(letters(sentence), letters(wrote))
                counts.append((float(wrong), len(letters(sentence))))
                found.heard.append(Heard("letters", subject, sentence, wrote, wrong))
            found.add(rate("letters", subject, CER, counts))


def dnsmos(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """DNSMOS of ordinary English sentences, ours and plain Kokoro's, and of Hindi ones."""
    sentences = english_sentences()[: min(n, 30)]
    hindi = dict(by_language("indian.tsv"))["hi"]
    chosen = voices or ENGLISH_VOICES
    for voice_id in chosen:
        sounds = (studio.speak(voice_id, sentence) for sentence in sentences)
        add_quality(found, "DNSMOS", f"{voice_id}, en ({studio.voice(voice_id).engine})", sounds, tick)
        if "hi" in studio.voice(voice_id).languages:
            sounds = (studio.speak(voice_id, sentence, "hi") for sentence in hindi)
            add_quality(found, "DNSMOS", f"{voice_id}, hi ({studio.voice(voice_id).engine})", sounds, tick)
    if not voices:
        jobs: list[tuple[plain.Front, str, str]] = [("espeak-ng", "magnus", sentence) for sentence in sentences]
        add_quality(found, "DNSMOS", "magnus, en (plain Kokoro)", plain.speak(studio, jobs), tick)


def network(studio: Studio, voices: Sequence[str], n: int, tick: Tick, found: Found) -> None:
    """The prepared Kokoro network beside the published graph, from the same phonemes."""
    original = Original()
    sentences = english_sentences()[: min(n, 30)]
    rows = [(sentence, [sentence]) for sentence in sentences]
    fallback = KokoroEngine.load(fetch_models(load_settings(), SilentProgress()), "onnxruntime", 1)
    for voice_id in voices or NETWORK_VOICES:
        voice = studio.voice(voice_id)
        style = studio.speaker.style(voice)
        engine = studio.speaker.engine(voice)
        phonemes = [phonemes_of(studio, voice_id, sentence) for sentence in sentences]
        subjects = [f"{voice_id}, {name}" for name in NETWORKS]
        sounds: list[list[Samples]] = [[] for _ in subjects]
        for text in phonemes:
            tick(f"network: {voice_id}")
            sounds[0].append(original.speak(text, style, voice.speed))
            runs: list[tuple[int, Engine, Any]] = [(1, engine, 0), (2, engine, 1), (3, engine, NoNoise())]
            for place, speaker, seed in [*runs, (4, fallback, NoNoise())]:
                audio = speaker.synthesize(text, style, voice.speed, seed=seed, cancel=CancelToken())
                sounds[place].append(audio.samples)
        for place, other in ((1, 0), (2, 1), (3, 0), (4, 0)):
            distances = [distance_db(*pair) for pair in zip(sounds[place], sounds[other], strict=True)]
            subject = f"{subjects[place]} against {subjects[other].partition(', ')[2]}"
            found.add(mean("network: distance", subject, DISTANCE, distances))
        for place in (0, 1):
            cut = [without_ends(samples, text) for samples, text in zip(sounds[place], phonemes, strict=True)]
            add_words(found, "network", subjects[place], rows, cut, tick)
            add_quality(found, "network", subjects[place], cut, tick)


def english_sentences() -> list[str]:
    """Ordinary sentences."""
    return (TEXTS / "english.txt").read_text(encoding="utf-8").splitlines()


def number_sentences() -> list[tuple[str, list[str]]]:
    """Sentences as they are written, and the ways to say them."""
    rows = (line.split("\t") for line in (TEXTS / "numbers.tsv").read_text(encoding="utf-8").splitlines())
    return [(text, said.split(" | ")) for text, said in rows]


def by_language(name: str) -> list[tuple[str, list[str]]]:
    """Codes and sentences of a file of ``texts/``."""
    lines = (line.split("\t") for line in (TEXTS / name).read_text(encoding="utf-8").splitlines())
    return [(language, [text for _, text in rows]) for language, rows in groupby(lines, key=lambda line: line[0])]


def add_words(
    found: Found,
    part: str,
    subject: str,
    rows: Sequence[tuple[str, Sequence[str]]],
    sounds: Iterable[Samples],
    tick: Tick,
) -> None:
    """Let Whisper tiny.en write what it hears, and add its word error rate.

    Args:
        found: Where the figure and the misses go.
        part: As in ``Figure``.
        subject: The same.
        rows: Texts as they are written, and the ways to say each.
        sounds: Them spoken, at 24 kHz.
        tick: Told before each.
    """
    counts = []
    for (text, said), samples in zip(rows, sounds, strict=True):
        tick(f"{part}: {subject}")
        wrote = whisper("tiny").write(heard(samples), "en")
        wrong, total = errors(said, wrote)
        counts.append((float(wrong), total))
        found.heard.append(Heard(part, subject, text, wrote, wrong))
    found.add(rate(part, subject, WER, counts))


def add_reading(found: Found, part: str, studio: Studio, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Compare the words that our normalizer gives with what should be said: errors before any sound.

    An abbreviation that was left as it is counts as wrong here.
    """
    counts = []
    for text, said in rows:
        job = SpeechJob(
            Segment(text, 0, len(text), 0.0), studio.voice("magnus"), 1.0, "en", None, math_notation=False, seed=0
        )
        read = " ".join(piece.text for piece in pieces(job))
        wrong, total = errors(said, read, alike={})
        counts.append((float(wrong), total))
        found.heard.append(Heard(part, "our reading, as text", text, read, wrong))
    found.add(rate(part, "our reading, as text", WER, counts))


def add_quality(found: Found, part: str, subject: str, sounds: Iterable[Samples], tick: Tick) -> None:
    """Add the mean DNSMOS of sounds at 24 kHz; the rest is as in ``add_words``."""
    values = []
    for samples in sounds:
        tick(f"{part}: {subject}")
        values.append(overall_quality(heard(samples)))
    found.add(mean(part, subject, OVERALL, values))


PARTS: dict[str, Callable[[Studio, Sequence[str], int, Tick, Found], None]] = {
    "english": english,
    "numbers": numbers,
    "indian": indian,
    "europe": europe,
    "dnsmos": dnsmos,
    "network": network,
}
