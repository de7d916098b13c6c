"""Puts the parts together as the settings ask: model files, engines, voices, scheduler, synthesizer."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openwaves.cancellation import CancelToken
from openwaves.engines import Engine
from openwaves.engines.hibari import HibariEngine
from openwaves.engines.kokoro import KokoroEngine, is_prepared, prepare
from openwaves.engines.tone import ToneEngine
from openwaves.scheduler import Scheduler, available_cores
from openwaves.settings import Settings
from openwaves.synthesis import Speaker, Synthesizer
from openwaves.text.analyze import Analyzer
from openwaves.text.segments import split
from openwaves.types import SpeechJob
from openwaves.voices.catalogue import Catalogue
from openwaves.voices.models import ModelStore
from openwaves.voices.styles import StyleLibrary

log = logging.getLogger(__name__)

Report = Callable[[str], None]

KOKORO_NETWORK = "kokoro/kokoro-v1.0.int8.onnx"
KOKORO_PREPARED = "kokoro/prepared"
KOKORO_VOICES = "kokoro/voices"
WARM_UP = {"hibari": ("sophia", "en"), "kokoro": ("magnus", "en")}
WARM_UP_TEXT = "The voices are warm."


@dataclass(frozen=True, slots=True)
class Assembly:
    """Loaded voices, ready to speak.

    Attributes:
        synthesizer: The path from request to sound.
        scheduler: Its workers.
        engines: By name.
        analyzer: Its text front end, which owns a worker process.
    """

    synthesizer: Synthesizer
    scheduler: Scheduler
    engines: Mapping[str, Engine]
    analyzer: Analyzer

    def close(self) -> None:
        """Stop running work and end threads and processes."""
        self.scheduler.close()
        self.analyzer.close()


def assemble(settings: Settings, report: Report = log.info) -> Assembly:
    """Fetch what is missing, load every engine and warm it up.

    Takes about two seconds when the model files are there, minutes when they must be fetched.

    Args:
        settings: The options.
        report: Told what is being done, a line each.

    Raises:
        ModelFileError: A model file cannot be had.
        EngineError: A network cannot be loaded.
    """
    engines = _load_engines(settings, report)
    catalogue = Catalogue.load()
    analyzer = Analyzer()
    styles = StyleLibrary(settings.model_dir / KOKORO_VOICES)
    speaker = Speaker(engines, styles, analyzer)
    _warm_up(speaker, catalogue, report)
    scheduler = Scheduler(speaker.speak, settings.workers or available_cores(), settings.max_pending)
    synthesizer = Synthesizer(catalogue, speaker, scheduler, settings.max_text_chars)
    return Assembly(synthesizer, scheduler, engines, analyzer)


def fetch_models(settings: Settings, report: Report = log.info) -> None:
    """Fetch missing and damaged model files, and prepare the Kokoro network for this machine.

    Raises:
        ModelFileError: A file cannot be had.
    """
    store = ModelStore(settings.model_dir)
    store.pull(report=report)
    source = store.require(KOKORO_NETWORK)
    target = settings.model_dir / KOKORO_PREPARED
    if not is_prepared(target, source):
        report("preparing the Kokoro network for this machine, once")
        prepare(source, target)


def _load_engines(settings: Settings, report: Report) -> dict[str, Engine]:
    if settings.engine == "tone":
        tone = ToneEngine()
        return {"hibari": tone, "kokoro": tone}
    report("checking the model files")
    fetch_models(settings, report)
    report("loading the networks")
    kokoro = KokoroEngine.load(settings.model_dir / KOKORO_PREPARED, backend=settings.kokoro_backend)
    return {"hibari": HibariEngine.load(), "kokoro": kokoro}


def _warm_up(speaker: Speaker, catalogue: Catalogue, report: Report) -> None:
    """Speak once with each engine, so that no client pays for first-use costs."""
    report("warming up")
    (segment,) = split(WARM_UP_TEXT)
    for voice_id, language in WARM_UP.values():
        voice = catalogue.get(voice_id)
        job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=0)
        speaker.speak(job, CancelToken())
