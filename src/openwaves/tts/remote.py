"""Speaks segments at another place: a job travels, its sound comes back.

A job carries all that its sound depends on, the entries of dictionaries and the style of a clone included, and the
noise is seeded by its number: whoever speaks it makes the same samples. So a job whose worker was lost is spoken again,
and its parts that were heard before are made and left out.
"""

import math
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from openwaves.cancellation import CancelToken
from openwaves.remote import Place
from openwaves.scheduler import Work
from openwaves.tts.engines import Described
from openwaves.tts.speaker import LocalSpeaker, engine_of, work_of
from openwaves.types import Dictionary, Speech, SpeechJob, Voice

REMEMBERED = 64  # jobs that a worker may go on with; each holds the state of a decoder

GoOn = Callable[[CancelToken], Speech]


class Begun:
    """Jobs of which a worker has spoken some parts, the latest ones. Thread-safe."""

    def __init__(self) -> None:
        self._next: OrderedDict[tuple[str, int], GoOn] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, piece: str, part: int, go_on: GoOn) -> None:
        """Remember how a part is made."""
        with self._lock:
            self._next[piece, part] = go_on
            while len(self._next) > REMEMBERED:
                self._next.popitem(last=False)

    def take(self, piece: str, part: int) -> GoOn | None:
        """How the part is made, once: what is stopped meanwhile cannot go on."""
        with self._lock:
            return self._next.pop((piece, part), None)


class Shelf:
    """Dictionaries that came with jobs, the latest ones: equal ones are one, and are prepared once. Thread-safe."""

    def __init__(self) -> None:
        self._known: OrderedDict[Dictionary, Dictionary] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, job: SpeechJob) -> SpeechJob:
        """The job with the dictionaries that came first."""
        if not job.dictionaries:
            return job
        with self._lock:
            same = tuple(self._known.setdefault(dictionary, dictionary) for dictionary in job.dictionaries)
            for dictionary in same:
                self._known.move_to_end(dictionary)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return replace(job, dictionaries=same)


class SpeakersDesk(Protocol):
    """What a worker needs to speak."""

    @property
    def shelf(self) -> Shelf: ...

    @property
    def speaker(self) -> LocalSpeaker: ...

    @property
    def begun(self) -> Begun: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """What comes back.

    Attributes:
        speech: The sound, without ``go_on``.
        has_more: There are further parts.
    """

    speech: Speech
    has_more: bool


@dataclass(frozen=True, slots=True)
class SpeakCall:
    """A job, or the next part of one. See ``Call``.

    Attributes:
        job: What to say.
        limit_s: As in ``Call``.
        near: Name of the job, if it is spoken in parts.
        part: How many parts are there already; all of it at once where the job has no name.
    """

    job: SpeechJob
    limit_s: float
    near: str = ""
    part: int = 0

    def do(self, desk: SpeakersDesk, cancel: CancelToken) -> Spoken:
        """See ``Call``."""
        if not self.near:
            return Spoken(desk.speaker.speak(desk.shelf.known(self.job), cancel), has_more=False)
        go_on = desk.begun.take(self.near, self.part)
        speech = go_on(cancel) if go_on else self._made_again(desk, cancel)
        if speech.go_on is not None:
            desk.begun.keep(self.near, self.part + 1, speech.go_on)
        return Spoken(replace(speech, go_on=None), speech.go_on is not None)

    def _made_again(self, desk: SpeakersDesk, cancel: CancelToken) -> Speech:
        speech = desk.speaker.begin(desk.shelf.known(self.job), cancel)
        for _ in range(self.part):
            assert speech.go_on is not None  # noqa: S101 - parts are the same wherever they are made
            speech = speech.go_on(cancel)
        return speech


@dataclass(frozen=True, slots=True)
class DescribeCall:
    """What engines a worker has. See ``Call``."""

    near: str = ""
    limit_s: float = math.inf

    def do(self, desk: SpeakersDesk, _cancel: CancelToken) -> dict[str, Described]:
        """See ``Call``."""
        return {name: Described.of(engine) for name, engine in desk.speaker.engines.items()}


@dataclass(frozen=True, slots=True)
class RemoteSpeaker:
    """Speaks at another place. See ``Speaker``.

    Attributes:
        engines: What the workers there have.
        place: Where.
        limit_s: Longest time for a call.
        in_parts: A call makes one part, the next one is made by the same worker while that lives; else all of a job.
    """

    engines: Mapping[str, Described]
    place: Place
    limit_s: float
    in_parts: bool = True

    @classmethod
    def at(cls, place: Place, limit_s: float, *, in_parts: bool = True) -> "RemoteSpeaker":
        """One for a place whose workers are there."""
        engines = place.run(DescribeCall(), CancelToken()).result
        return cls(engines, place, limit_s, in_parts)

    def engine(self, voice: Voice) -> Described:
        """See ``Speaker``."""
        return engine_of(self.engines, voice)

    def speak(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """See ``Speaker``."""
        return self.place.run(SpeakCall(job, self.limit_s), cancel).result.speech

    def begin(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        """See ``Speaker``."""
        return self._piece(job).begin(cancel)

    def work(self, job: SpeechJob) -> Work[Speech]:
        """See ``Speaker``."""
        piece = self._piece(job)
        return work_of(job, piece.begin, piece.is_usual)

    def _piece(self, job: SpeechJob) -> "_Piece":
        return _Piece(self.place, SpeakCall(job, self.limit_s, uuid.uuid4().hex if self.in_parts else ""))


@dataclass(slots=True)
class _Piece:
    """One job on its way."""

    place: Place
    call: SpeakCall
    usual: bool = field(default=True, init=False)

    def begin(self, cancel: CancelToken) -> Speech:
        return self._next(self.call, cancel)

    def is_usual(self) -> bool:
        """See ``Work``."""
        return self.usual

    def _next(self, call: SpeakCall, cancel: CancelToken) -> Speech:
        done = self.place.run(call, cancel)
        self.usual = self.usual and done.is_usual
        speech, has_more = done.result.speech, done.result.has_more
        return replace(speech, go_on=partial(self._next, replace(call, part=call.part + 1))) if has_more else speech
