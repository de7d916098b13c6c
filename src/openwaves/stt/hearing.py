"""What listening needs, loaded when it is first asked for."""

import threading
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from openwaves.errors import LanguageNotServedError, ModelFileError
from openwaves.models.hub import HUB_RECOGNISERS, HubRecogniser
from openwaves.models.progress import Progress, SilentProgress
from openwaves.models.store import HEARING, SILERO, SMART_TURN, SPEECH, ModelStore
from openwaves.observing import loads
from openwaves.speakers.encoders import SpeakerEncoder
from openwaves.speakers.prepare import prepare_encoders
from openwaves.stt.activity import (
    Activity,
    EndOfTurn,
    EnergyActivity,
    PauseEndOfTurn,
    SileroActivity,
    SmartTurn,
    load_network,
)
from openwaves.stt.engines.base import LanguageIdentifier, Recogniser
from openwaves.stt.engines.moonshine import Moonshine, prepare
from openwaves.stt.engines.on_demand import on_demand
from openwaves.stt.engines.tone import ToneRecogniser
from openwaves.stt.languages import CODES, SERVED, UNHEARD
from openwaves.stt.speakers import Encoder
from openwaves.types import Samples

MOONSHINE_BASE, MOONSHINE_TINY, WHISPER_BASE = "moonshine-base", "moonshine-tiny", "whisper-base"
SMART_TURN_BUNDLE = "smart-turn"
_BUNDLES = {MOONSHINE_BASE: HEARING, MOONSHINE_TINY: "moonshine-tiny", WHISPER_BASE: "whisper-base"}

Part = TypeVar("Part")


class Hearing(Protocol):
    """Recognisers and detectors, shared by all. Thread-safe.

    Every method may fetch and load files at its first call: seconds, or minutes on a slow line. Call it in a thread.
    """

    @property
    def languages(self) -> frozenset[str]:
        """Codes that can be heard; known at once."""
        ...

    def recogniser(self, language: str) -> Recogniser:
        """Who hears the language.

        Raises:
            LanguageNotServedError: Nobody.
            ModelFileError: A file cannot be fetched.
            EngineError: A network cannot be loaded.
        """
        ...

    def identifier(self) -> LanguageIdentifier:
        """Who tells languages apart."""
        ...

    def activity(self) -> Activity:
        """A detector for one new stream."""
        ...

    def end_of_turn(self) -> EndOfTurn:
        """Who tells whether a speaker has finished."""
        ...

    def speaker_encoder(self) -> Encoder:
        """Who tells voices apart."""
        ...


class ModelHearing:
    """Hears with the networks of the model folder."""

    def __init__(
        self,
        store: ModelStore,
        english: str = MOONSHINE_BASE,
        others: str = WHISPER_BASE,
        at_once: int = 1,
        progress: Callable[[], Progress] = SilentProgress,
        idle_s: float | None = None,
    ) -> None:
        """Load nothing yet.

        Args:
            store: The model folder.
            english: Name of a known recogniser, or a folder of Moonshine or of Whisper as CTranslate2 converts it.
            others: The same for all other languages; empty for none. Any other Whisper than the one that comes by
                itself is trusted with every language of the wire that it knows.
            at_once: Calls that may run at once.
            progress: Shows a download.
            idle_s: Seconds without work after which a recogniser's memory is given back; None for never.
        """
        self._store = store
        self._english, self._others = english, others
        self._at_once = at_once
        self._progress = progress
        self._idle_s = idle_s
        self._parts: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self.languages = frozenset({"en"}) | self._heard_by(others)

    def recogniser(self, language: str) -> Recogniser:
        """See ``Hearing``."""
        if language not in self.languages:
            raise LanguageNotServedError(language, ", ".join(sorted(self.languages)))
        found = self._named(self._english if language == "en" else self._others)
        if language not in found.languages:
            raise LanguageNotServedError(language, ", ".join(sorted(found.languages)))
        return found

    def identifier(self) -> LanguageIdentifier:
        """See ``Hearing``."""
        recogniser = self._named(self._others)
        if not isinstance(recogniser, LanguageIdentifier):
            raise ModelFileError(f"{self._others} cannot tell languages apart: name one language")
        return recogniser

    def activity(self) -> Activity:
        """See ``Hearing``."""
        return SileroActivity(self._once("activity", lambda: load_network(self._file(SILERO, HEARING))))

    def end_of_turn(self) -> EndOfTurn:
        """See ``Hearing``."""
        return self._once("turn", lambda: SmartTurn.load(self._file(SMART_TURN, SMART_TURN_BUNDLE)))

    def speaker_encoder(self) -> Encoder:
        """See ``Hearing``."""

        def load() -> Encoder:
            self._store.pull(self._progress(), bundles=(SPEECH,))
            return SpeakerEncoder.load(prepare_encoders(self._store))

        return self._once("speakers", load)

    def _named(self, name: str) -> Recogniser:
        def load() -> Recogniser:
            return self._load(name)

        return self._once(name, load if self._idle_s is None else partial(on_demand, load, self._idle_s))

    def _heard_by(self, name: str) -> frozenset[str]:
        """What a recogniser is trusted with, as far as that can be told before it is loaded."""
        if name in ("", WHISPER_BASE):
            return frozenset(SERVED) if name else frozenset()
        if name not in HUB_RECOGNISERS:
            tokenizer = Path(name) / "tokenizer.json"
            is_whisper = (Path(name) / "model.bin").is_file() and tokenizer.is_file()
            tokens = tokenizer.read_bytes() if is_whisper else b""
            return frozenset(code for code in CODES if f'"<|{code}|>"'.encode() in tokens)
        return frozenset(CODES) - UNHEARD - (frozenset() if "v3" in name else {"yue"})

    def _load(self, name: str) -> Recogniser:
        folder = Path(name)
        if name in _BUNDLES:
            self._store.pull(self._progress(), bundles=(_BUNDLES[name], HEARING))
            kind, _, size = name.partition("-")
            folder = self._store.root / kind / size
        elif name in HUB_RECOGNISERS:
            folder = HubRecogniser(name, self._store.root).pull(self._progress())
        elif not folder.is_dir():
            known = ", ".join((*_BUNDLES, *HUB_RECOGNISERS))
            raise ModelFileError(f"{name!r} is neither a folder nor one of {known}")
        if (folder / "model.bin").is_file():
            from openwaves.stt.engines.whisper import Whisper  # noqa: PLC0415 - CTranslate2 takes 0.3 s and 30 MB

            return Whisper.load(folder, name, self._at_once, {"en"} | self._heard_by(name))
        return Moonshine.load(prepare(folder), name)

    def _file(self, path: str, bundle: str) -> Path:
        self._store.pull(self._progress(), bundles=(bundle,))
        return self._store.require(path)

    def _once(self, name: str, load: Callable[[], Part]) -> Part:
        """Load a part at its first use; who comes meanwhile waits."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._parts:
                with loads.timed(name):
                    self._parts[name] = load()
            part: Part = self._parts[name]
            return part


class ToneHearing:
    """Hears whistled words, at once."""

    def __init__(self, languages: Collection[str]) -> None:
        self.languages = frozenset(languages)
        self._recogniser = ToneRecogniser(languages)

    def recogniser(self, language: str) -> Recogniser:
        """See ``Hearing``."""
        return self._recogniser

    def identifier(self) -> LanguageIdentifier:
        """See ``Hearing``."""
        return self._recogniser

    def activity(self) -> Activity:
        """See ``Hearing``."""
        return EnergyActivity()

    def end_of_turn(self) -> EndOfTurn:
        """See ``Hearing``."""
        return PauseEndOfTurn()

    def speaker_encoder(self) -> Encoder:
        """See ``Hearing``."""
        return ToneVoices()


class ToneVoices:
    """Takes sounds of different loudness for different speakers: beside the tone recogniser."""

    def embed(self, samples: Samples) -> NDArray[np.float32]:
        """See ``Encoder``."""
        is_loud = float(np.abs(samples).max()) > 0.25
        return np.array([is_loud, not is_loud], np.float32)
