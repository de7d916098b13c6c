"""Puts the parts together as the settings ask: model files, engines, voices, scheduler, synthesizer."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from openwaves.cancellation import CancelToken
from openwaves.engines import Engine
from openwaves.engines.hibari import HibariEngine
from openwaves.engines.kokoro import KokoroEngine, PreparedNetwork, prepare
from openwaves.engines.kokoro.engine import Backend, choose_backend
from openwaves.engines.tone import ToneEngine
from openwaves.scheduler import Scheduler, available_cores
from openwaves.settings import Settings
from openwaves.synthesis import Speaker, Synthesizer
from openwaves.text.segments import split
from openwaves.types import SpeechJob
from openwaves.voices.catalogue import Catalogue
from openwaves.voices.cloning.cloner import Cloner
from openwaves.voices.cloning.prepare import prepare_encoders
from openwaves.voices.models import KOKORO_NETWORK, KOKORO_PREPARED, KOKORO_VOICES, ModelStore
from openwaves.voices.progress import Progress
from openwaves.voices.styles import StyleLibrary

log = logging.getLogger(__name__)

Report = Callable[[str], None]

WARM_UP = (("sophia", "en", "The voices are warm."), ("magnus", "en", "All is well."), ("meher", "hi", "नमस्ते।"))
"""Voice, language and text: each engine and each way to read text once."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """Loaded voices, ready to speak.

    Attributes:
        synthesizer: The path from request to sound.
        scheduler: Its workers.
        engines: By name.
        cloner: Makes styles of recordings.
    """

    synthesizer: Synthesizer
    scheduler: Scheduler
    engines: Mapping[str, Engine]
    cloner: Cloner

    def close(self) -> None:
        """Stop running work and end the threads."""
        self.scheduler.close()


def fetch_models(settings: Settings, progress: Progress) -> PreparedNetwork:
    """Fetch the model files that are missing or damaged, and prepare the networks for this machine.

    Raises:
        ModelFileError: A file cannot be fetched, or the folder is not writable.
    """
    store = ModelStore(settings.model_dir)
    store.pull(progress)
    prepare_encoders(store, progress.say)
    return prepare(store.root / KOKORO_NETWORK, store.root / KOKORO_PREPARED, progress.say)


def assemble(settings: Settings, progress: Progress, report: Report = log.info) -> Assembly:
    """Fetch what is missing, load every engine and warm it up.

    Args:
        settings: The options.
        progress: Shows downloads.
        report: Told what is being done, a line each.

    Raises:
        ModelFileError: A model file cannot be fetched.
        EngineError: A network cannot be loaded.
    """
    workers = settings.workers or available_cores()
    speaker = load_speaker(settings, workers, progress, report)
    catalogue = Catalogue.load()
    report("warming up")
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(partial(_warm_up, speaker, catalogue), WARM_UP):
            pass
    scheduler = Scheduler(speaker.speak, workers, settings.max_pending)
    synthesizer = Synthesizer(catalogue, speaker, scheduler, settings.max_text_chars)
    styles = speaker.styles or _styles(settings)
    cloner = Cloner(settings.model_dir.absolute(), styles, speaker.speak)
    return Assembly(synthesizer, scheduler, speaker.engines, cloner)


def load_speaker(settings: Settings, workers: int, progress: Progress, report: Report) -> Speaker:
    """Fetch what is missing and load every engine, without warming it up; see ``assemble``."""
    if settings.engine == "tone":
        return Speaker(dict.fromkeys(("hibari", "kokoro"), ToneEngine()), None)
    report("checking the model files")
    network = fetch_models(settings, progress)
    backend: Backend = choose_backend() if settings.kokoro_backend == "auto" else settings.kokoro_backend
    report(f"loading the networks (Kokoro on {backend})")
    with ThreadPoolExecutor(workers) as pool:
        hibari = pool.submit(HibariEngine.load)
        kokoro = pool.submit(KokoroEngine.load, network, backend, workers)
        engines: dict[str, Engine] = {"hibari": hibari.result(), "kokoro": kokoro.result()}
    return Speaker(engines, _styles(settings))


def _styles(settings: Settings) -> StyleLibrary:
    return StyleLibrary(settings.model_dir.absolute() / KOKORO_VOICES)


def _warm_up(speaker: Speaker, catalogue: Catalogue, row: tuple[str, str, str]) -> None:
    voice_id, language, text = row
    (segment,) = split(text)
    job = SpeechJob(segment, catalogue.get(voice_id), 1.0, language, None, math_notation=False, seed=0)
    speaker.speak(job, CancelToken())
