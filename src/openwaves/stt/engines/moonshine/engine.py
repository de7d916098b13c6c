"""Runs Moonshine: an encoder over the whole sound, then the decoder."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.models.session import one_thread_session
from openwaves.stt.engines.alignment import Loudness, token_starts
from openwaves.stt.engines.base import SAMPLE_RATE, checked_length_s
from openwaves.stt.engines.bias import Bias
from openwaves.stt.engines.level import leveled
from openwaves.stt.engines.moonshine.decoder import Chosen, Decoder, Wanted
from openwaves.stt.engines.moonshine.prepare import PreparedMoonshine
from openwaves.stt.transcript import Keyword, Transcript, Word
from openwaves.types import Samples

FRAME_S = 384 / SAMPLE_RATE
"""Seconds of sound in one frame of the encoder."""
TOKENS_PER_S = 6.5
"""More than that is no speech but a network that repeats itself."""
TAIL_S = 0.3
"""Zeros behind finished speech; without them the last word is lost more often."""
SHORTEST_S = 0.5
LATE_S = 0.03
"""How much later words begin than the network first looks at them: the median against known times."""
WORD_MARK = "▁"


class Moonshine:
    """A Moonshine network. Thread-safe: callers share the weights, each call takes one core."""

    longest_s = 40.0

    def __init__(
        self, name: str, encoder: onnxruntime.InferenceSession, decoder: Decoder, tokenizer: Tokenizer
    ) -> None:
        self.name = name
        self.languages = frozenset({"en"})
        self._encoder, self._decoder, self._tokenizer = encoder, decoder, tokenizer
        self._starts_word = _starts_word(tokenizer)

    @classmethod
    def load(cls, prepared: PreparedMoonshine, name: str = "moonshine-base") -> Self:
        """Load the graphs.

        Raises:
            EngineError: They cannot be loaded.
        """
        try:
            tokenizer = Tokenizer.from_file(str(prepared.tokenizer))
            encoder, init, step = (
                one_thread_session(str(path), keeps_shapes=False)
                for path in (prepared.encoder, prepared.init, prepared.step)
            )
        except Exception as error:
            raise EngineError(f"cannot load the recogniser {name}: {error}") from error
        return cls(name, encoder, Decoder(init, step, _starts_word(tokenizer)), tokenizer)

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
        length_s = checked_length_s(samples, self.longest_s)
        if not len(samples):
            return Transcript((), language)
        wanted = Wanted(
            prefix=tuple(prefix),
            draft=tuple(draft),
            bias=Bias(keywords, self._encoded) if keywords else None,
            n_most=max(int(length_s * TOKENS_PER_S) + 2, len(prefix) + 3),
            with_attention=with_times,
            doubts_nothing=is_final,
        )
        run = onnxruntime.RunOptions()
        with (cancel or CancelToken()).interrupting(lambda: setattr(run, "terminate", True)):
            tail = round(TAIL_S * SAMPLE_RATE) if is_final else 0
            n_padded = max(len(samples) + tail, round(SHORTEST_S * SAMPLE_RATE))
            padded = np.pad(leveled(samples), (0, n_padded - len(samples)))
            sound = self._encoder.run(None, {"input_values": padded[None]}, run)[0]
            chosen = self._decoder.choose(sound, wanted, run)
        loudness = Loudness(samples) if with_times else None
        return Transcript(self._words(chosen, length_s, loudness), language, tuple(chosen.tokens))

    def _encoded(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _words(self, chosen: Chosen, length_s: float, loudness: Loudness | None) -> tuple[Word, ...]:
        pieces = self._pieces(chosen.tokens)
        edges = _edges(chosen, length_s)
        words = []
        for (first, end), text in pieces:
            start_s, end_s = (min(max(edge, 0.0), length_s) for edge in (edges[first], edges[end]))
            if loudness is not None:
                start_s, end_s = loudness.within(start_s, end_s)
            confidence = float(np.exp(np.mean(chosen.scores[first:end])))
            words.append(Word(text, start_s, max(start_s, end_s), confidence, end - first))
        return tuple(words)

    def _pieces(self, tokens: Sequence[int]) -> list[tuple[tuple[int, int], str]]:
        """Which tokens make a word, and the word; tokens without text belong to the word before them."""
        begins = [n for n, token in enumerate(tokens) if n == 0 or self._starts_word[token]]
        pieces: list[tuple[tuple[int, int], str]] = []
        waiting = 0  # first token that belongs to no word yet
        for first, end in pairwise([*begins, len(tokens)]):
            text = self._tokenizer.decode(list(tokens[first:end]), skip_special_tokens=True).strip()
            if text:
                pieces.append(((waiting if not pieces else first, end), text))
            elif pieces:
                (begin, _), before = pieces[-1]
                pieces[-1] = ((begin, end), before)
        return pieces


def _edges(chosen: Chosen, length_s: float) -> list[float]:
    """When each token begins, and after the last one its end, in seconds."""
    n_tokens = len(chosen.tokens)
    starts = token_starts(np.concatenate(chosen.attention, axis=1)) if chosen.attention else None
    if starts is None:
        return [length_s * n / max(1, n_tokens) for n in range(n_tokens + 1)]
    return [float(frame) * FRAME_S + LATE_S for frame in starts]


def _starts_word(tokenizer: Tokenizer) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which tokens begin a word, shape (n_tokens_known,)."""
    found = np.zeros(tokenizer.get_vocab_size(), np.bool_)
    for piece, token in tokenizer.get_vocab().items():
        found[token] = piece.startswith(WORD_MARK)
    return found
