"""Puts the parts together as the settings ask: model files, engines, voices, scheduler, synthesizer."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openwaves.cancellation import CancelToken
from openwaves.engines import Engine
from openwaves.engines.hibari import HibariEngine
from openwaves.engines.tone import ToneEngine
from openwaves.scheduler import Scheduler, available_cores
from openwaves.settings import Settings
from openwaves.synthesis import Speaker, Synthesizer
from openwaves.text.segments import split
from openwaves.types import SpeechJob
from openwaves.voices.catalogue import Catalogue

log = logging.getLogger(__name__)

Report = Callable[[str], None]

WARM_UP_VOICE = "sophia"
WARM_UP_TEXT = "The voices are warm."


@dataclass(frozen=True, slots=True)
class Assembly:
    """Loaded voices, ready to speak.

    Attributes:
        synthesizer: The path from request to sound.
        scheduler: Its workers.
        engines: By name.
    """

    synthesizer: Synthesizer
    scheduler: Scheduler
    engines: Mapping[str, Engine]

    def close(self) -> None:
        """Stop running work and end the threads."""
        self.scheduler.close()


def assemble(settings: Settings, report: Report = log.info) -> Assembly:
    """Load every engine and warm it up.

    Args:
        settings: The options.
        report: Told what is being done, a line each.

    Raises:
        EngineError: A network cannot be loaded.
    """
    report("loading the networks")
    engines: dict[str, Engine] = {"hibari": ToneEngine() if settings.engine == "tone" else HibariEngine.load()}
    catalogue = Catalogue.load()
    speaker = Speaker(engines)
    report("warming up")
    (segment,) = split(WARM_UP_TEXT)
    job = SpeechJob(segment, catalogue.get(WARM_UP_VOICE), 1.0, "en", None, math_notation=False, seed=0)
    speaker.speak(job, CancelToken())
    scheduler = Scheduler(speaker.speak, settings.workers or available_cores(), settings.max_pending)
    return Assembly(Synthesizer(catalogue, speaker, scheduler, settings.max_text_chars), scheduler, engines)
