"""How well and how fast files are recognised: our own voices read sentences, and recordings of people.

    python -m bench.recognition voices [--languages en es …] [--sentences 60]
    python -m bench.recognition people --clips ../shared/gold/speakers --references FILE
    python -m bench.recognition nothing [--languages en es …]

``voices``: sentences of ``bench/quality/texts`` spoken by two to eight voices of each language; word errors after
folding numbers and spellings of English, letter errors; how far words begin from the synthesizer's own times.
``people``: clips named ``<id>.flac`` and a file with lines ``<id> <text>``. ``nothing``: a minute each of silence,
noise, hum, music and typing, where every word is an error. Work is processor time for each second of sound.
"""

import argparse
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np
import soxr
from tests.stt.sounds import still_noises

from bench.quality.folding import letters, words
from bench.words import distance
from openwaves.assembly import load_hearing, load_speaker
from openwaves.audio.decode import stream
from openwaves.cancellation import CancelToken
from openwaves.models.progress import LineProgress
from openwaves.settings import load_settings
from openwaves.stt.hearing import Hearing
from openwaves.stt.languages import SERVED
from openwaves.stt.pieces import Cutter
from openwaves.stt.transcript import Word, join
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Samples, SpeechJob, WordTiming

TEXTS = Path(__file__).with_name("quality") / "texts"
RATE = 16000
VOICES = {
    "en": ("sophia", "magnus", "olivia", "daniel", "rhea", "reyansh", "quinn", "jordan"),
    "es": ("daniella", "marcos"),
    "pt": ("juliana", "gustavo"),
    "it": ("silvia", "davide"),
    "fr": ("manon", "louis"),
    "de": ("hanna", "max"),
    "ja": ("aria", "jasper"),
    "zh": ("hazel", "dylan"),
    "hi": ("aanya", "rehan"),
    "ta": ("jeevan", "rajeshwari"),
}


@dataclass
class Score:
    """Errors and work of one set.

    Attributes:
        starts_s: How much later words begin than they should, one for each word that was heard right.
    """

    words: list[int] = field(default_factory=lambda: [0, 0])
    letters: list[int] = field(default_factory=lambda: [0, 0])
    sound_s: float = 0.0
    work_s: float = 0.0
    starts_s: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """A line of a Markdown table."""
        times = "–"
        if self.starts_s:
            late = np.abs(self.starts_s)
            bias = 1000 * np.median(self.starts_s)
            times = f"{1000 * np.median(late):.0f} / {1000 * np.percentile(late, 90):.0f} (bias {bias:+.0f})"
        rates = [f"{100 * wrong / max(1, all_):.1f}" for wrong, all_ in (self.words, self.letters)]
        speed = self.sound_s / max(self.work_s, 1e-9)
        return f"| {name} | {rates[0]} | {rates[1]} | {times} | {self.work_s / self.sound_s:.3f} | {speed:.0f} × |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["voices", "people", "nothing"])
    parser.add_argument("--languages", nargs="+", default=list(SERVED), choices=list(SERVED))
    parser.add_argument("--sentences", type=int, default=60, help="most sentences of a language")
    parser.add_argument("--clips", type=Path, help="folder of clips, or of folders of them")
    parser.add_argument("--references", type=Path, help="file with the text of every clip")
    options = parser.parse_args()
    hearing = load_hearing(load_settings(), 1)
    if options.what == "nothing":
        for language in options.languages:
            print(language, _nothing(hearing, language), flush=True)
        return
    print("| set | word errors % | letter errors % | starts ms: median / p90 | work s/s | speed |")
    print("|---|---|---|---|---|---|")
    if options.what == "people":
        print(_people(hearing, options.clips, options.references).row("people"))
        return
    speaker = load_speaker(load_settings(), 1, LineProgress(), lambda line: None)
    for language in options.languages:
        print(_voices(hearing, speaker, language, options.sentences).row(language), flush=True)


def _voices(hearing: Hearing, speaker: LocalSpeaker, language: str, most: int) -> Score:
    score = Score()
    voices = VOICES[language]
    each = 1 if language == "en" else len(voices)
    voice_ids = cycle(voices)
    for text in sentences(language)[:most]:
        for _ in range(each):
            samples, times = speak(speaker, next(voice_ids), language, text)
            _judge(score, hearing, samples, language, text, times)
    return score


def _people(hearing: Hearing, clips: Path, references: Path) -> Score:
    score = Score()
    said = dict(re.findall(r"^(?:.*''')?(\d+-\d+-\d+) ([a-z' ]+)", references.read_text(), re.M))
    for path in sorted(clips.rglob("*.flac")):
        if path.stem in said:
            with path.open("rb") as file:
                samples = np.concatenate(list(stream(file)))
            _judge(score, hearing, samples, "en", said[path.stem], ())
    return score


def _nothing(hearing: Hearing, language: str) -> dict[str, str]:
    return {name: join(hear(hearing, sound, language), language) for name, sound in still_noises(60).items()}


def _judge(
    score: Score, hearing: Hearing, samples: Samples, language: str, text: str, times: Sequence[WordTiming]
) -> None:
    began = time.process_time()
    found = hear(hearing, samples, language)
    score.work_s += time.process_time() - began
    score.sound_s += len(samples) / RATE
    heard = join(found, language)
    for counts, fold in ((score.words, words), (score.letters, letters)):
        reference = fold(text)
        counts[0] += distance(reference, fold(heard))
        counts[1] += len(reference)
    spoken = [(letters(text[row.start : row.end]), row.start_s) for row in times]
    if len(spoken) == len(found):
        score.starts_s += [
            word.start_s - start_s
            for word, (name, start_s) in zip(found, spoken, strict=True)
            if letters(word.text) == name
        ]


def hear(hearing: Hearing, samples: Samples, language: str) -> list[Word]:
    """The words of a sound, in this thread."""
    cutter = Cutter(hearing.activity())
    recogniser = hearing.recogniser(language)
    found: list[Word] = []
    for piece in (*cutter.feed(samples), *cutter.finish()):
        transcript = recogniser.transcribe(piece.samples, language)
        found += [word.later(piece.start_s) for word in transcript.words]
    return found


def speak(speaker: LocalSpeaker, voice_id: str, language: str, text: str) -> tuple[Samples, list[WordTiming]]:
    """A text at ``RATE`` with a little silence around it, and when its words sound."""
    voice = Catalogue.load().get(voice_id)
    silence = np.zeros(RATE // 5, np.float32)
    parts, times, at_s = [silence], list[WordTiming](), len(silence) / RATE
    for number, segment in enumerate(split(text, (400,))):
        job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=number)
        speech = speaker.speak(job, CancelToken())
        times += [row._replace(start_s=row.start_s + at_s, end_s=row.end_s + at_s) for row in speech.words]
        part = soxr.resample(speech.samples, speech.sample_rate, RATE).astype(np.float32)
        parts += [part, np.zeros(round(segment.pause_s * RATE), np.float32)]
        at_s = sum(map(len, parts)) / RATE
    return np.concatenate([*parts, silence]), times


def sentences(language: str) -> list[str]:
    """What is spoken in a language."""
    if language == "en":
        return (TEXTS / "english.txt").read_text(encoding="utf-8").splitlines()
    return list(_rows(language, (TEXTS / name for name in ("europe.tsv", "indian.tsv", "others.tsv"))))


def _rows(language: str, paths: Iterable[Path]) -> Iterator[str]:
    by_language: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            code, _, text = line.partition("\t")
            by_language[code].append(text)
    yield from by_language[language]


if __name__ == "__main__":
    main()
