"""Makes training data with the project's own engine.

    python -m training.data FOLDER [--hours H] [--worker N --workers M]

Shard n holds the same utterances whoever makes it and whenever: kill it at any moment and start it again.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from openwaves.assembly import fetch_models
from openwaves.cancellation import CancelToken
from openwaves.models.progress import SilentProgress
from openwaves.models.session import use_one_blas_thread
from openwaves.models.store import KOKORO_VOICES
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import engine, signal
from openwaves.tts.engines.kokoro.encoder import Encoder
from openwaves.tts.text.analyze import analyze
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import Segment, SpeechJob
from openwaves.types import Style as SpokenStyle
from training.shards import Pair, write
from training.styles import Style, Styles
from training.texts import Texts

SHARD = 32  # utterances
MOST_PHONEMES = 280
LOUDEST = 1.45
SPEEDS = (0.7, 1.5)
READERS = ("magnus", "olivia", "meher", "daniel")  # voices of the accents in which English is read
LENGTHS_KEPT = 256  # that OpenVINO keeps compiled; each new one costs it a while


class Teacher:
    """The engine's encoder and decoder, with what lies between them laid open."""

    def __init__(self) -> None:
        engine.RUNTIME_CACHE_CAPACITY = LENGTHS_KEPT
        use_one_blas_thread()
        settings = load_settings()
        network = fetch_models(settings, SilentProgress())
        self._encoder = Encoder.load(network)
        self._decoder = engine._OpenVinoDecoder(network.decoder_openvino, network.folder / "compiled", 1)
        self._catalogue = Catalogue.load()
        self.styles = StyleLibrary(settings.model_dir.absolute() / KOKORO_VOICES)

    def phonemes(self, text: str, language: str, reader: str) -> str:
        """How a text is read; of a long one the first utterance."""
        segment = Segment(text, 0, len(text), 0.0)
        job = SpeechJob(segment, self._catalogue.get(reader), 1.0, language, None, math_notation=False, seed=0)
        return analyze(job, MOST_PHONEMES)[0].phonemes

    def speak(self, phonemes: str, pack: Style, speed: float, pitch: float, seed: int) -> Pair:
        """What the decoder is given, and says."""
        encoded = self._encoder.encode(phonemes, SpokenStyle(pack, pitch), speed, CancelToken())
        har = signal.spectrum(signal.source(encoded.f0.ravel(), np.random.default_rng(seed)))
        feeds = {"asr": encoded.asr, "f0": encoded.f0, "n": encoded.energy, "style": encoded.style, "har": har}
        sound = signal.inverse(self._decoder.run(feeds, CancelToken()))
        return Pair.of(encoded.asr[0].T, encoded.f0.ravel(), encoded.energy.ravel(), encoded.style.ravel(), sound)


def shard(teacher: Teacher, texts: Texts, styles: Styles, number: int) -> list[Pair]:
    """The utterances of one shard, decided by its number alone."""
    random = np.random.default_rng([18, number])
    pairs: list[Pair] = []
    while len(pairs) < SHARD:
        text, language = texts.draw(random)
        reader = str(random.choice(READERS)) if language == "en" else READERS[0]
        drawn = styles.draw(random)
        speed = float(np.exp(random.uniform(*np.log(SPEEDS)))) if random.random() < 0.6 else 1.0
        seed = int(random.integers(1 << 31))
        try:
            pair = teacher.speak(teacher.phonemes(text, language, reader), drawn.pack, speed, drawn.pitch, seed)
        except Exception as error:  # noqa: BLE001 - a text that no reader takes
            print(f"left out: {language} {text[:40]}: {error!r:.90}", flush=True)
            continue
        if np.abs(pair.sound).max() < LOUDEST * 32767 / 1.5:
            pairs.append(pair)
    return pairs


def main() -> None:
    """Make shards until there are enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=20, help="of sound, all told")
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="that share the shards out")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    teacher, texts = Teacher(), Texts()
    styles = Styles(teacher.styles)
    number, made_s = options.worker, 0.0
    begin = time.process_time()
    while made_s * options.workers < options.hours * 3600:
        path = options.folder / f"shard{number:05d}.npz"
        number += options.workers
        if path.exists():
            made_s += path.stat().st_size / 65_000
            continue
        pairs = shard(teacher, texts, styles, number - options.workers)
        write(path, pairs)
        now_s = sum(pair.n_frames for pair in pairs) / 40
        made_s += now_s
        rate = now_s / (time.process_time() - begin)
        begin = time.process_time()
        print(
            f"{path.name}: {now_s:.0f} s, {made_s / 3600:.2f} h all told; {rate:.1f} s a second of processor",
            flush=True,
        )


if __name__ == "__main__":
    main()
