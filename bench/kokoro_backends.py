"""Kokoro as it is prepared here beside the published int8 graph in ONNX Runtime, one thread each.

    python -m bench.kokoro_backends [--rounds 5] [--json FILE]

Both speak the same phonemes with the same style; text is read before the clock runs. Round after round one follows
the other, so that a busy moment of the machine touches both. The real-time factor is the CPU time of the process per
second of sound, since each uses one thread; the wall-clock factor stands beside it.
"""

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from openwaves.assembly import fetch_models
from openwaves.bench.machine import machine
from openwaves.bench.texts import SENTENCES
from openwaves.models.progress import LineProgress
from openwaves.models.session import one_thread_session
from openwaves.models.store import KOKORO_NETWORK, KOKORO_VOICES, ModelStore
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import FastKokoroEngine, KokoroEngine
from openwaves.tts.engines.kokoro.engine import BACKENDS, openvino_problem
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.text.analyze import analyze
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import SpeechJob, Style

VOICE = "magnus"
RATE = 24000
N_SENTENCES = 6
BAR = 2.0
PUBLISHED = "published int8 graph, ONNX Runtime"

Speak = Callable[[str, Style, float], float]
"""Speaks phonemes; seconds of sound."""
Measured = dict[str, list[tuple[float, float, float]]]
"""CPU time, wall time and sound of each round, seconds."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="times that everything is measured")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    found = measure(options.rounds)
    print(report(found))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "rounds": found}, indent=1), encoding="utf-8")


def measure(rounds: int) -> Measured:
    """Every network in turn, ``rounds`` times after one that warms up."""
    settings = load_settings()
    voice = Catalogue.load().get(VOICE)
    style = Style(StyleLibrary(settings.model_dir / KOKORO_VOICES).pack(voice.timbre, voice.prosody))
    phonemes = [_phonemes(text) for text in SENTENCES[:N_SENTENCES]]
    networks = _networks()
    found: Measured = defaultdict(list)
    for number in range(rounds + 1):
        for name, speak in networks.items():
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            sound_s = sum(speak(text, style, voice.speed) for text in phonemes)
            if number:
                found[name].append((time.process_time() - cpu_s, time.perf_counter() - wall_s, sound_s))
    return found


def _phonemes(text: str) -> str:
    (segment,) = split(text)
    job = SpeechJob(segment, Catalogue.load().get(VOICE), 1.0, "en", None, math_notation=False, seed=0)
    (utterance,) = analyze(job, KokoroEngine.max_phonemes)
    return utterance.phonemes


def _networks() -> dict[str, Speak]:
    """What is compared, by name, the published graph first."""
    settings = load_settings()
    network = fetch_models(settings, LineProgress())
    session = one_thread_session(str(ModelStore(settings.model_dir).require(KOKORO_NETWORK)))
    (samples,) = (output.name for output in session.get_outputs())

    def published(phonemes: str, style: Style, speed: float) -> float:
        assert style.pack is not None
        tokens = np.array([[0, *(SYMBOLS[phoneme] for phoneme in phonemes), 0]], np.int64)
        row = style.pack[len(phonemes) - 1][None]
        feeds = {"tokens": tokens, "style": row, "speed": np.array([speed], np.float32)}
        return float(session.run([samples], feeds)[0].size / RATE)

    found: dict[str, Speak] = {PUBLISHED: published}
    for backend in BACKENDS:
        if backend == "openvino" and openvino_problem() is not None:
            continue
        engine = KokoroEngine.load(network, backend, 1)

        def prepared(phonemes: str, style: Style, speed: float, engine: KokoroEngine = engine) -> float:
            return engine.synthesize(phonemes, style, speed).duration_s

        found[f"prepared, {backend}"] = prepared
    fast = FastKokoroEngine.load(network, 1)
    found["prepared, fast decoder"] = lambda phonemes, style, speed: fast.synthesize(phonemes, style, speed).duration_s
    return found


def report(found: Measured) -> str:
    """Medians over the rounds as a Markdown table."""
    about = machine()
    base = {kind: statistics.median(factors(found[PUBLISHED], kind)) for kind in (0, 1)}
    lines = [
        f"{about['usable_cores']} cores, {about['cpu']}; {len(found[PUBLISHED])} rounds of {N_SENTENCES} sentences",
        "",
        "| network, one thread | CPU s per s of sound | times as fast | wall clock |",
        "|---|---|---|---|",
    ]
    for name, rounds in found.items():
        cpu, wall = (factors(rounds, kind) for kind in (0, 1))
        lines.append(
            f"| {name} | {statistics.median(cpu):.3f} ({min(cpu):.3f}–{max(cpu):.3f}) "
            f"| {base[0] / statistics.median(cpu):.2f} | {base[1] / statistics.median(wall):.2f} |"
        )
    return "\n".join([*lines, "", f"Hoped for: {BAR:g} times as fast."])


def factors(rounds: list[tuple[float, float, float]], kind: int) -> list[float]:
    """CPU (0) or wall (1) seconds per second of sound, of each round."""
    return [times[kind] / times[2] for times in rounds]


if __name__ == "__main__":
    main()
