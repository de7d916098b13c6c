"""What every engine offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken
from openwaves.types import Audio, PhonemeTiming, Samples, Style


@dataclass(frozen=True, slots=True)
class Outline:
    """An utterance of which everything is known but its sound.

    Attributes:
        n_samples: Its length.
        sample_rate: Hz.
        timings: Of every phoneme.
        heard: Whether something is heard in each frame of ``hop`` samples.
        hop: Samples of a frame.
        more: Makes the next samples, as many as it is asked for or somewhat more; none after the last. However much is
            asked for at once, all together are the same. For one caller at a time; once stopped it cannot go on.
    """

    n_samples: int
    sample_rate: int
    timings: tuple[PhonemeTiming, ...]
    heard: NDArray[np.bool_]
    hop: int
    more: Callable[[int, CancelToken], Samples]


class Traits(Protocol):
    """What is known of an engine without its network.

    Attributes:
        name: What catalogue rows call it.
        sample_rate: Rate of the samples that it makes, Hz.
        symbols: Every character that ``synthesize`` accepts.
        max_phonemes: Longest utterance, in characters of its phoneme string; callers make slow ones shorter, since
            memory and time grow with the sound.
        segment_chars: Most characters of a request's first, second, … segment, so that sound begins soon and each
            segment is made while those before it play.
    """

    @property
    def name(self) -> str: ...

    @property
    def sample_rate(self) -> int: ...

    @property
    def symbols(self) -> frozenset[str]: ...

    @property
    def max_phonemes(self) -> int: ...

    @property
    def segment_chars(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class Described:
    """``Traits`` that travel: of an engine in another process."""

    name: str
    sample_rate: int
    symbols: frozenset[str]
    max_phonemes: int
    segment_chars: tuple[int, ...]

    @classmethod
    def of(cls, traits: Traits) -> Self:
        """Those of an engine."""
        return cls(traits.name, traits.sample_rate, traits.symbols, traits.max_phonemes, traits.segment_chars)


class Engine(Traits, Protocol):
    """Turns phonemes into samples.

    ``synthesize`` is safe to call from several threads at once and uses at most two cores per call.
    """

    def synthesize(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Audio:
        """Speak ``phonemes``.

        Args:
            phonemes: Non-empty string over ``symbols``, at most ``max_phonemes`` long.
            style: How to sound.
            speed: Pace, 0.4 to 2.5; does not change the pitch.
            seed: Seed of the noise: the same arguments give the same samples.
            cancel: Stops the work within a few milliseconds.

        Returns:
            Samples as the network gives them, lead-in and tail included, with the start and end of every phoneme.

        Raises:
            UnknownPhonemeError: A character is not in ``symbols``.
            EngineError: The utterance is empty or too long, or the network failed.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        ...


@runtime_checkable
class StreamingEngine(Engine, Protocol):
    """Makes sound in pieces, each as soon as it is asked for. Its ``synthesize`` gives the same samples."""

    def begin(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Outline:
        """All that comes before the sound; see ``synthesize`` for arguments and errors."""
        ...
