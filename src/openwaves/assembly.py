"""Puts the parts together as the settings ask: model files, engines, voices, scheduler, synthesizer."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from openwaves.cancellation import CancelToken
from openwaves.models.progress import LineProgress, Progress, SilentProgress
from openwaves.models.store import KOKORO_NETWORK, KOKORO_PREPARED, KOKORO_VOICES, STARTING_BUNDLES, ModelStore
from openwaves.observing import loads
from openwaves.remote import Crew
from openwaves.scheduler import Scheduler, Work, available_cores
from openwaves.settings import Settings
from openwaves.speakers.prepare import prepare_encoders
from openwaves.stt.hearing import Hearing, ModelHearing, ToneHearing
from openwaves.stt.languages import SERVED
from openwaves.stt.remote import RemoteHearing
from openwaves.stt.room import Room
from openwaves.tts.cloning.cloner import Cloner
from openwaves.tts.engines import Engine, Traits
from openwaves.tts.engines.hibari import HibariEngine
from openwaves.tts.engines.kokoro import FastKokoroEngine, KokoroEngine, PreparedNetwork, prepare
from openwaves.tts.engines.kokoro.engine import Backend, choose_backend
from openwaves.tts.engines.on_demand import OnDemandEngine, OnDemandStreamingEngine
from openwaves.tts.engines.simulated import SimulatedEngine
from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.remote import Begun, RemoteSpeaker, Shelf
from openwaves.tts.speaker import FAST_ENGINES, LocalSpeaker, Speaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import CLONE_ENGINE, ClonedStyle, SpeechJob

log = logging.getLogger(__name__)

CLONE_DUE_S = 5.0
DEFAULT_MODEL = "lightning_v3.1"
FAST_MODELS = {
    "standard": ("lightning_v3.1",),
    "pro": ("lightning_v3.1_pro",),
    "all": ("lightning_v3.1", "lightning_v3.1_pro"),
}

SECRETS = ("api_key", "admin_key", "llm_key", "database_url", "blob_url")

Report = Callable[[str], None]

WARM_UP = (("sophia", "en", "The voices are warm."), ("magnus", "en", "All is well."), ("meher", "hi", "नमस्ते।"))
"""Voice, language and text: each engine and each way to read text once."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks of speech, here or elsewhere.

    Attributes:
        speaker: Speaks.
        hearing: Recognises speech; loaded when it is first asked.
        cpu_time: Processor time of what does the work so far, in seconds.
        close: Ends what runs elsewhere.
    """

    speaker: Speaker
    hearing: Hearing
    cpu_time: Callable[[], float] = time.process_time
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker in another process has. See ``SpeakersDesk`` and ``ListenersDesk``."""

    speaker: LocalSpeaker
    hearing: Hearing
    begun: Begun = field(default_factory=Begun)
    shelf: Shelf = field(default_factory=Shelf)


@dataclass(frozen=True, slots=True)
class Assembly:
    """Loaded voices, ready to speak.

    Attributes:
        synthesizer: The path from request to sound.
        scheduler: Its workers.
        networks: What they work with.
        cloner: Makes styles of recordings.
        room: What live recognition shares.
    """

    synthesizer: Synthesizer
    scheduler: Scheduler
    networks: Networks
    cloner: Cloner
    room: Room

    @property
    def engines(self) -> Mapping[str, Traits]:
        """By name."""
        return self.networks.speaker.engines

    @property
    def hearing(self) -> Hearing:
        """Recognises speech."""
        return self.networks.hearing

    async def learn_voice(self, recording: bytes) -> ClonedStyle:
        """The style of the person who speaks in a recording, made while nobody needs the cores for sound.

        A server that was started without model files fetches them first.

        Raises:
            OpenWavesError: See ``Cloner.clone``.
        """
        await asyncio.to_thread(self.cloner.fetch, LineProgress())
        work = Work(lambda _cancel: self.cloner.clone(recording), "clone", 1.0)
        return await self.scheduler.run(work, due_s=CLONE_DUE_S, live=False)

    def close(self) -> None:
        """Stop running work and end the threads."""
        self.room.close()
        self.scheduler.close()
        self.networks.close()


def fetch_models(settings: Settings, progress: Progress, cancel: CancelToken | None = None) -> PreparedNetwork:
    """Fetch the model files that are missing or damaged, and prepare the networks for this machine.

    Raises:
        ModelFileError: A file cannot be fetched, or the folder is not writable.
        CancelledWorkError: ``cancel`` was cancelled; nothing half-made stays.
    """
    cancel = cancel or CancelToken()
    store = ModelStore(settings.model_dir)
    store.pull(progress, cancel, STARTING_BUNDLES)
    prepare_encoders(store, progress.say, cancel)
    return prepare(store.root / KOKORO_NETWORK, store.root / KOKORO_PREPARED, progress.say, cancel)


def assemble(
    settings: Settings, progress: Progress, report: Report = log.info, cancel: CancelToken | None = None
) -> Assembly:
    """Fetch what is missing, load every engine and warm it up.

    Args:
        settings: The options.
        progress: Shows downloads.
        report: Told what is being done, a line each.
        cancel: Ends the work; a network that is being loaded is loaded first.

    Raises:
        ModelFileError: A model file cannot be fetched.
        EngineError: A network cannot be loaded.
        CancelledWorkError: ``cancel`` was cancelled.
    """
    cancel = cancel or CancelToken()
    workers = settings.workers or available_cores()
    load = in_processes if settings.worker_processes else in_threads
    networks = load(settings, workers, progress, report, cancel)
    return put_together(settings, networks, Scheduler(workers, settings.max_pending, cpu_time=networks.cpu_time))


def put_together(settings: Settings, networks: Networks, scheduler: Scheduler) -> Assembly:
    """The parts around networks that are loaded."""
    fast_models = FAST_MODELS[settings.fast_models]
    speaker = networks.speaker
    synthesizer = Synthesizer(Catalogue.load(), speaker, scheduler, settings.max_text_chars, fast_models)
    fast = FAST_ENGINES[CLONE_ENGINE]
    fast_engine = fast if fast in speaker.engines else None
    cloner = Cloner(settings.model_dir.absolute(), _styles(settings), speaker.speak, fast_engine)
    return Assembly(synthesizer, scheduler, networks, cloner, Room(networks.hearing, scheduler))


def in_threads(
    settings: Settings, workers: int, progress: Progress, report: Report = log.info, cancel: CancelToken | None = None
) -> Networks:
    """The networks in this process, warmed up; see ``assemble``."""
    cancel = cancel or CancelToken()
    speaker = load_speaker(settings, workers, progress, report, cancel)
    report("warming up")
    catalogue = Catalogue.load()
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(partial(_warm_up, speaker, catalogue, _is_fast_first(settings), cancel), WARM_UP):
            pass
    cancel.raise_if_cancelled()
    return Networks(speaker, load_hearing(settings, workers))


def in_processes(
    settings: Settings, workers: int, progress: Progress, report: Report = log.info, cancel: CancelToken | None = None
) -> Networks:
    """The networks in worker processes of this one, warmed up; see ``assemble``."""
    cancel = cancel or CancelToken()
    if settings.engine == "auto":
        report("checking the model files")
        fetch_models(settings, progress, cancel)
    report("loading the networks in worker processes")
    crew = Crew(partial(make_desk, without_secrets(settings), workers), settings.worker_processes, workers)
    try:
        crew.wait_ready(cancel)
        speaker = RemoteSpeaker.at(crew, settings.worker_limit_s)
    except BaseException:
        crew.close(0.0)
        raise
    hearing = RemoteHearing(crew, load_hearing(settings, workers), settings.worker_limit_s)
    return Networks(speaker, hearing, crew.cpu_time, crew.close)


def make_desk(settings: Settings, workers: int) -> Desk:
    """All that a worker needs, in its process."""
    networks = in_threads(settings, workers, SilentProgress(), log.debug)
    assert isinstance(networks.speaker, LocalSpeaker)  # noqa: S101 - as it was loaded
    return Desk(networks.speaker, networks.hearing)


def without_secrets(settings: Settings) -> Settings:
    """The options without keys and addresses, which workers do not need."""
    return settings.model_copy(update=dict.fromkeys(SECRETS))


def load_hearing(settings: Settings, at_once: int) -> Hearing:
    """What recognises speech; loads nothing before it is asked."""
    if settings.engine != "auto":
        return ToneHearing(SERVED)
    others = "" if settings.stt_others == "none" else settings.stt_others
    store, idle_s = ModelStore(settings.model_dir), settings.idle_unload_s
    return ModelHearing(store, settings.stt_english, others, at_once, LineProgress, idle_s)


def load_speaker(
    settings: Settings, workers: int, progress: Progress, report: Report, cancel: CancelToken | None = None
) -> LocalSpeaker:
    """Fetch what is missing and load every engine, without warming it up; see ``assemble``."""
    cancel = cancel or CancelToken()
    if settings.engine != "auto":
        tones = ToneEngine() if settings.engine == "tone" else SimulatedEngine(settings.simulated_factor)
        return LocalSpeaker(dict.fromkeys(("hibari", "kokoro"), tones), None)
    report("checking the model files")
    network = fetch_models(settings, progress, cancel)
    backend: Backend = choose_backend() if settings.kokoro_backend == "auto" else settings.kokoro_backend
    cancel.raise_if_cancelled()
    report(f"loading the networks (Kokoro on {backend})")
    loaders: dict[str, Callable[[], Engine]] = {
        "hibari": HibariEngine.load,
        "kokoro": partial(KokoroEngine.load, network, backend, workers),
    }
    if settings.decoder == "fast":
        loaders[FAST_ENGINES["kokoro"]] = partial(FastKokoroEngine.load, network, workers)
    loaders = dict(_as_needed(loaders, settings))
    with ThreadPoolExecutor(len(loaders)) as pool:
        engines = dict(zip(loaders, pool.map(_timed, loaders, loaders.values()), strict=True))
    cancel.raise_if_cancelled()
    return LocalSpeaker(engines, _styles(settings))


def _timed(name: str, load: Callable[[], Engine]) -> Engine:
    began = time.monotonic()
    engine = load()
    if not isinstance(engine, OnDemandEngine) or engine.is_loaded:
        loads.add(name, time.monotonic() - began)
    return engine


def _as_needed(
    loaders: Mapping[str, Callable[[], Engine]], settings: Settings
) -> Iterator[tuple[str, Callable[[], Engine]]]:
    """What is loaded now, and what when it is needed: of two decoders the one that fewer requests hear."""
    rare = "kokoro" if _is_fast_first(settings) else FAST_ENGINES["kokoro"]
    idle_s = settings.idle_unload_s or math.inf
    for name, load in loaders.items():
        kind = FastKokoroEngine if name == FAST_ENGINES["kokoro"] else KokoroEngine
        wrapped = OnDemandStreamingEngine if kind is FastKokoroEngine else OnDemandEngine
        if name == rare:
            yield name, partial(wrapped, load, idle_s, kind)
        else:
            yield name, load if idle_s == math.inf else partial(wrapped, load, idle_s)


def _is_fast_first(settings: Settings) -> bool:
    """Whether requests that name no model hear the fast decoder."""
    return settings.decoder == "fast" and DEFAULT_MODEL in FAST_MODELS[settings.fast_models]


def _styles(settings: Settings) -> StyleLibrary:
    return StyleLibrary(settings.model_dir.absolute() / KOKORO_VOICES)


def _warm_up(
    speaker: LocalSpeaker, catalogue: Catalogue, is_fast: bool, cancel: CancelToken, row: tuple[str, str, str]
) -> None:
    cancel.raise_if_cancelled()
    voice_id, language, text = row
    (segment,) = split(text)
    voice = catalogue.get(voice_id)
    fast = FAST_ENGINES.get(voice.engine, "")
    if is_fast and fast in speaker.engines:
        voice = replace(voice, engine=fast)
    job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=0)
    speaker.speak(job, CancelToken())
