"""Recognises speech at another place: samples travel, words come back."""

import math
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from openwaves.cancellation import CancelToken
from openwaves.errors import LanguageNotServedError
from openwaves.remote import Place
from openwaves.stt.activity import Activity, EndOfTurn
from openwaves.stt.engines.base import LanguageIdentifier, Recogniser
from openwaves.stt.hearing import Hearing
from openwaves.stt.speakers import Encoder
from openwaves.stt.transcript import Keyword, Transcript
from openwaves.types import Samples


class ListenersDesk(Protocol):
    """What a worker needs to hear."""

    @property
    def hearing(self) -> Hearing: ...


class Known(NamedTuple):
    """What is known of a recogniser without its network; see ``Recogniser``."""

    name: str
    languages: frozenset[str]
    longest_s: float


@dataclass(frozen=True, slots=True)
class LoadCall:
    """Load who hears a language, or who tells languages apart (``""``); may fetch files. See ``Call``."""

    language: str
    near: str = ""
    limit_s: float = math.inf

    def do(self, desk: ListenersDesk, _cancel: CancelToken) -> Known | None:
        """See ``Call``; None for who tells languages apart."""
        if not self.language:
            desk.hearing.identifier()
            return None
        recogniser = desk.hearing.recogniser(self.language)
        return Known(recogniser.name, frozenset(recogniser.languages), recogniser.longest_s)


@dataclass(frozen=True, slots=True)
class HearCall:
    """A stretch of speech. See ``Call``.

    Attributes:
        samples: As in ``Recogniser.transcribe``.
        language: The same.
        options: The others of its arguments, but ``cancel``.
        limit_s: As in ``Call``.
        near: The same.
    """

    samples: Samples
    language: str
    options: Mapping[str, Any]
    limit_s: float
    near: str = ""

    def do(self, desk: ListenersDesk, cancel: CancelToken) -> Transcript:
        """See ``Call``."""
        recogniser = desk.hearing.recogniser(self.language)
        return recogniser.transcribe(self.samples, self.language, **self.options, cancel=cancel)


@dataclass(frozen=True, slots=True)
class IdentifyCall:
    """Which language is it? See ``Call`` and ``LanguageIdentifier.identify``."""

    samples: Samples
    among: tuple[str, ...]
    limit_s: float
    near: str = ""

    def do(self, desk: ListenersDesk, cancel: CancelToken) -> str:
        """See ``Call``."""
        return desk.hearing.identifier().identify(self.samples, self.among, cancel)


class RemoteRecogniser:
    """A recogniser at another place. See ``Recogniser``."""

    def __init__(self, place: Place, known: Known, limit_s: float) -> None:
        self.name, self.languages, self.longest_s = known
        self._place, self._limit_s = place, limit_s

    def transcribe(
        self,
        samples: Samples,
        language: str,
        *,
        prefix: Sequence[int] = (),
        draft: Sequence[int] = (),
        keywords: Sequence[Keyword] = (),
        is_final: bool = True,
        with_times: bool = True,
        cancel: CancelToken | None = None,
    ) -> Transcript:
        """See ``Recogniser``."""
        options = {
            "prefix": tuple(prefix),
            "draft": tuple(draft),
            "keywords": tuple(keywords),
            "is_final": is_final,
            "with_times": with_times,
        }
        return self._place.run(HearCall(samples, language, options, self._limit_s), cancel or CancelToken()).result


class RemoteIdentifier:
    """Tells languages apart at another place. See ``LanguageIdentifier``."""

    def __init__(self, place: Place, limit_s: float) -> None:
        self._place, self._limit_s = place, limit_s

    def identify(self, samples: Samples, among: Collection[str], cancel: CancelToken | None = None) -> str:
        """See ``LanguageIdentifier``."""
        return self._place.run(IdentifyCall(samples, tuple(among), self._limit_s), cancel or CancelToken()).result


class RemoteHearing:
    """Recognises at another place; detectors, which are small and keep a state for each stream, stay here.

    See ``Hearing``.
    """

    def __init__(self, place: Place, here: Hearing, limit_s: float) -> None:
        """Load nothing yet.

        Args:
            place: Where it is recognised.
            here: Has the detectors.
            limit_s: Longest time for a call.
        """
        self._place, self._here, self._limit_s = place, here, limit_s
        self._known: dict[str, RemoteRecogniser] = {}
        self._tells = False
        self._lock = threading.Lock()

    @property
    def languages(self) -> frozenset[str]:
        """See ``Hearing``."""
        return self._here.languages

    def recogniser(self, language: str) -> Recogniser:
        """See ``Hearing``."""
        if language not in self.languages:
            raise LanguageNotServedError(language, ", ".join(sorted(self.languages)))
        if (known := self._known.get(language)) is not None:
            return known
        with self._lock:
            if language not in self._known:
                found = self._place.run(LoadCall(language), CancelToken()).result
                assert found is not None  # noqa: S101 - a language was named
                self._known[language] = RemoteRecogniser(self._place, found, self._limit_s)
            return self._known[language]

    def identifier(self) -> LanguageIdentifier:
        """See ``Hearing``."""
        with self._lock:
            if not self._tells:
                self._place.run(LoadCall(""), CancelToken())
                self._tells = True
        return RemoteIdentifier(self._place, self._limit_s)

    def activity(self) -> Activity:
        """See ``Hearing``."""
        return self._here.activity()

    def end_of_turn(self) -> EndOfTurn:
        """See ``Hearing``."""
        return self._here.end_of_turn()

    def speaker_encoder(self) -> Encoder:
        """See ``Hearing``."""
        return self._here.speaker_encoder()
