"""What every recogniser offers."""

from collections.abc import Collection, Sequence
from typing import Protocol, runtime_checkable

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.stt.transcript import Keyword, Transcript
from openwaves.types import Samples

SAMPLE_RATE = 16000
"""Rate of all samples in speech to text, Hz."""


class Recogniser(Protocol):
    """Turns speech into words.

    ``transcribe`` is safe to call from several threads at once and uses one core per call. It must only be given
    what a voice activity detector passed: some recognisers invent words out of silence.

    Attributes:
        name: Such as ``moonshine-base``; the kind of work that the scheduler learns the cost of.
        languages: Codes that it can be told.
        longest_s: Most seconds of samples in one call.
    """

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]: ...

    @property
    def longest_s(self) -> float: ...

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
        """Hear one stretch of speech.

        Args:
            samples: Mono at 16 kHz, shape (n_samples,), float32, at most ``longest_s``; any level.
            language: One of ``languages``.
            prefix: Tokens of an earlier transcript of the same samples, or of the beginning of them, that stay
                (``Transcript.prefix_of``). The transcript begins with exactly these; what follows begins a new word.
            draft: Tokens of an earlier transcript that are probably right, the prefix included. They change nothing but
                the time that it takes: those that fit are taken in one step.
            keywords: Terms that are likelier than usual.
            is_final: The speaker has stopped: a little silence is put behind the samples. False where the last
                word may be cut.
            with_times: Tell when each word was said. Without it, times are spread evenly over the samples, which
                is quicker.
            cancel: Stops the work within a few tens of milliseconds.

        Raises:
            EngineError: The samples are too long, or the network failed.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        ...


def checked_length_s(samples: Samples, longest_s: float) -> float:
    """How long samples are.

    Raises:
        EngineError: They are longer than the recogniser takes.
    """
    length_s = len(samples) / SAMPLE_RATE
    if length_s > longest_s:
        raise EngineError(f"{length_s:.1f} s of sound are more than {longest_s:g} s")
    return length_s


@runtime_checkable
class LanguageIdentifier(Protocol):
    """Tells the language of speech."""

    def identify(self, samples: Samples, among: Collection[str], cancel: CancelToken | None = None) -> str:
        """The likeliest language.

        Args:
            samples: Mono at 16 kHz, shape (n_samples,), float32: the first seconds of speech.
            among: Codes to choose from, at least one.
            cancel: Stops the work.
        """
        ...
