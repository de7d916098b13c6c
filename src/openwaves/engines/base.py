"""What every engine offers."""

from typing import Protocol

from openwaves.cancellation import CancelToken
from openwaves.types import Audio, Style


class Engine(Protocol):
    """Turns phonemes into samples.

    ``synthesize`` is safe to call from several threads at once and uses at most two cores per call.

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
            CancelledSynthesisError: ``cancel`` was cancelled.
        """
        ...
