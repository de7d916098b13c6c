"""Runs Whisper with CTranslate2: many languages, behind a voice activity detector only.

Whisper hears 30 s at once. Shorter windows cost less, but need real silence behind the speech, and 10 s at least: with
less, short clips come out twice or not at all. Some still do: what repeats itself is heard once more in a longer
window, and counts only if it repeats itself there, too. A little silence before the speech makes the first words surer.
What is said again within a window is mostly left out: the sound is cut where that was, and heard from there.

Source: A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022 (prompt tokens, features).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import ctranslate2
import numpy as np
from tokenizers import Tokenizer

from openwaves.audio.mel import HOP, log_mel
from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.stt.engines.alignment import Loudness
from openwaves.stt.engines.base import SAMPLE_RATE, checked_length_s
from openwaves.stt.engines.level import leveled
from openwaves.stt.engines.scripts import foreign_tokens
from openwaves.stt.engines.unheard import says_again, unheard
from openwaves.stt.languages import SERVED
from openwaves.stt.transcript import UNSPACED, Keyword, Transcript, Word
from openwaves.types import Samples

LEAST_WINDOW_S, MOST_WINDOW_S = 10.0, 30.0
AGAIN_S = 3.0
"""So much longer is the window in which something is heard once more."""
LEAD_S, SLACK_S = 0.2, 2.0
"""Silence before the speech, and at least so much behind it, as far as the window goes."""
LONGEST_S = 28.0
TOKENS_PER_S, INDIAN_TOKENS_PER_S = 12, 28
"""More than that is no speech but a network that repeats itself."""
REPEATED_S = 0.5
"""As many tokens as so much speech has at most, if they are those before them once more, are seldom what was said."""
INDIAN = frozenset({"hi", "ta", "mr", "bn", "te", "kn", "ml", "gu", "pa"})
FRAME_S = 2 * HOP / SAMPLE_RATE
LATE_S = 0.08
"""How much later words begin than the network first looks at them: the median against known times."""
FILE_BEAM = 5
MOST_CUTS = 8
"""How often a sound is cut where something was left out: twenty seconds in which everything is said twice."""
WORD_MARK = "Ġ"
SCRIPTS = frozenset({"hi", "ta"})
"""Languages that are held to their script: else the network slips into others. It repeats itself so often in them that
hearing it again would cost half of the speed, and hardly helps."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the parts of one call have in common.

    Attributes:
        prompt: Tokens before the first word.
        with_times: Align the words with the sound.
    """

    language: str
    prompt: list[int]
    beam_size: int
    with_times: bool
    cancel: CancelToken


class Whisper:
    """A Whisper network. Thread-safe: callers share the weights, each call takes one core."""

    longest_s = LONGEST_S

    def __init__(self, name: str, model: ctranslate2.models.Whisper, tokenizer: Tokenizer, languages: frozenset[str]):
        self.name = name
        self.languages = languages
        self._model, self._tokenizer = model, tokenizer
        pieces = tokenizer.get_vocab()
        self._ids = {piece: token for piece, token in pieces.items() if piece.startswith("<|")}
        self._text_end = self._ids["<|endoftext|>"]
        self._pieces = {token: piece for piece, token in pieces.items()}
        self._foreign: dict[str, list[int]] = {code: foreign_tokens(code, pieces) for code in languages & SCRIPTS}

    @classmethod
    def load(
        cls,
        folder: Path,
        name: str = "whisper-base",
        threads: int = 1,
        languages: Collection[str] = tuple(SERVED),
    ) -> Self:
        """Load a folder that CTranslate2's converter made.

        Args:
            folder: Holds ``model.bin``, ``config.json``, ``vocabulary.*`` and ``tokenizer.json``.
            name: What it is called.
            threads: Calls that may run at once, a core each.
            languages: What it is trusted with; those that it does not know are left out.

        Raises:
            EngineError: It cannot be loaded.
        """
        try:
            model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=threads
            )
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            raise EngineError(f"cannot load the recogniser {name}: {error}") from error
        known = frozenset(code for code in languages if tokenizer.token_to_id(f"<|{code}|>") is not None)
        return cls(name, model, tokenizer, known)

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
        """See ``Recogniser``; a draft changes nothing, keywords are given as what was said before."""
        checked_length_s(samples, self.longest_s)
        if not len(samples):
            return Transcript((), language)
        asked = _Asked(
            language,
            prompt=[*self._hints(keywords), *self._prompt(language)],
            beam_size=FILE_BEAM if is_final and with_times else 1,
            with_times=with_times or is_final,
            cancel=cancel or CancelToken(),
        )
        heard = self._hear(samples, asked, prefix)
        if is_final and language not in SCRIPTS:
            whole = self._completed(heard, samples, asked, n_sent=heard.words_of(len(prefix)))
            if says_again(heard.words, whole.words, language):
                return whole
        return heard

    def _completed(
        self, heard: Transcript, samples: Samples, asked: _Asked, n_sent: int = 0, most: int = MOST_CUTS
    ) -> Transcript:
        """The same with what was left out: the sound is cut there, and what is behind the cut is heard by itself."""
        missing = unheard(heard.words, Loudness(samples), len(samples) / SAMPLE_RATE, n_sent)
        if missing is None or not most:
            return heard
        at = round(missing.at_s * SAMPLE_RATE)
        first = replace(heard, words=heard.words[: missing.n_words], tokens=heard.prefix_of(missing.n_words))
        if not missing.n_words:
            first = self._completed(self._hear(samples[:at], asked), samples[:at], asked, most=most - 1)
        rest = self._completed(self._hear(samples[at:], asked), samples[at:], asked, most=most - 1)
        words = (*first.words, *(word.later(missing.at_s) for word in rest.words))
        return Transcript(words, heard.language, (*first.tokens, *rest.tokens))

    def _hear(self, samples: Samples, asked: _Asked, prefix: Sequence[int] = ()) -> Transcript:
        """What the network says."""
        language, length_s = asked.language, len(samples) / SAMPLE_RATE
        prompt = [*asked.prompt, *prefix]
        rate = INDIAN_TOKENS_PER_S if language in INDIAN else TOKENS_PER_S
        options = {
            "beam_size": asked.beam_size,
            "max_length": min(448, len(prompt) + int(length_s * rate) + 8),
            "suppress_tokens": [-1, *self._foreign.get(language, [])],
        }

        def heard(window_s: float) -> tuple[Any, list[int], float]:
            asked.cancel.raise_if_cancelled()
            encoded = self._encoded(samples, window_s)
            asked.cancel.raise_if_cancelled()
            result = self._model.generate(encoded, [prompt], return_scores=True, suppress_blank=True, **options)[0]
            asked.cancel.raise_if_cancelled()
            new = [given for given in result.sequences_ids[0] if given < self._text_end]
            if prefix and new[: len(prefix)] == list(prefix):
                new = new[len(prefix) :]
            return encoded, new, float(np.exp(result.scores[0]))

        window_s, n_repeated = self._window_s(length_s), round(REPEATED_S * rate)
        encoded, new, confidence = heard(window_s)
        if language not in SCRIPTS and window_s < MOST_WINDOW_S and repeats(prefix, new, n_repeated):
            again = heard(min(MOST_WINDOW_S, window_s + AGAIN_S))
            if not repeats(prefix, again[1], n_repeated):
                encoded, new, confidence = again
        tokens = (*prefix, *new)
        starts = self._starts(encoded, language, tokens, length_s) if asked.with_times else None
        words = self._words(tokens, language, starts, length_s, confidence)
        if asked.with_times:
            loudness = Loudness(samples)
            spans = [loudness.within(word.start_s, word.end_s) for word in words]
            words = tuple(
                replace(word, start_s=start, end_s=end) for word, (start, end) in zip(words, spans, strict=True)
            )
        return Transcript(words, language, tokens)

    def identify(self, samples: Samples, among: Collection[str], cancel: CancelToken | None = None) -> str:
        """See ``LanguageIdentifier``."""
        samples = samples[: round(LONGEST_S * SAMPLE_RATE)]
        encoded = self._encoded(samples, self._window_s(len(samples) / SAMPLE_RATE))
        (found,) = self._model.detect_language(encoded)
        if cancel is not None:
            cancel.raise_if_cancelled()
        return next((code[2:-2] for code, _ in found if code[2:-2] in among), min(among))

    @staticmethod
    def _window_s(length_s: float) -> float:
        return min(MOST_WINDOW_S, max(LEAST_WINDOW_S, LEAD_S + length_s + SLACK_S))

    def _encoded(self, samples: Samples, window_s: float) -> Any:
        length = -(-round(window_s * SAMPLE_RATE) // (2 * HOP)) * 2 * HOP
        before = round(LEAD_S * SAMPLE_RATE)
        features = log_mel(np.pad(leveled(samples), (before, length - before - len(samples))), self._model.n_mels)
        return self._model.encode(ctranslate2.StorageView.from_array(features[None]), to_cpu=False)

    def _prompt(self, language: str) -> list[int]:
        names = ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>")
        return [self._ids[name] for name in names]

    def _hints(self, keywords: Sequence[Keyword]) -> list[int]:
        """Likely terms, as the text before the speech."""
        terms = [word.text for word in keywords if word.boost > 0]
        if not terms:
            return []
        ids: list[int] = self._tokenizer.encode(" " + ", ".join(terms), add_special_tokens=False).ids
        return [self._ids["<|startofprev|>"], *ids[:200]]

    def _starts(self, encoded: Any, language: str, tokens: Sequence[int], length_s: float) -> list[float] | None:
        """When each token begins, and after the last one its end, in seconds."""
        if not tokens:
            return None
        n_frames = max(2, int((LEAD_S + length_s) * SAMPLE_RATE / HOP))  # of the features, two for each of the encoder
        (found,) = self._model.align(encoded, self._prompt(language)[:3], [list(tokens)], n_frames)
        edges: list[float | None] = [None] * (len(tokens) + 1)
        for place, frame in found.alignments:
            if place <= len(tokens) and edges[place] is None:
                edges[place] = min(length_s, max(0.0, frame * FRAME_S - LEAD_S) + LATE_S)
        last = 0.0
        for place, edge in enumerate(edges):
            last = max(last, length_s if edge is None and place == len(tokens) else edge or last)
            edges[place] = last
        return [edge or 0.0 for edge in edges]

    def _words(
        self, tokens: Sequence[int], language: str, edges: Sequence[float] | None, length_s: float, confidence: float
    ) -> tuple[Word, ...]:
        if edges is None:
            edges = [length_s * n / max(1, len(tokens)) for n in range(len(tokens) + 1)]
        words: list[Word] = []
        first = 0
        for _, end in pairwise([0, *self._cuts(tokens, language)]):
            text = self._tokenizer.decode(list(tokens[first:end])).strip()
            if text or end == len(tokens):
                if text:
                    words.append(Word(text, edges[first], max(edges[first], edges[end]), confidence, end - first))
                first = end
        return tuple(words)

    def _cuts(self, tokens: Sequence[int], language: str) -> list[int]:
        """Where words end: before a token with a space, or, in scripts without, wherever whole characters end."""
        if language not in UNSPACED:
            begins = [n for n, token in enumerate(tokens) if n and self._pieces[token].startswith(WORD_MARK)]
            return [*begins, len(tokens)] if tokens else []
        cuts, first = [], 0
        for end in range(1, len(tokens) + 1):
            if "�" not in self._tokenizer.decode(list(tokens[first:end])):
                cuts.append(end)
                first = end
        return cuts if not tokens or (cuts and cuts[-1] == len(tokens)) else [*cuts, len(tokens)]


def repeats(prefix: Sequence[int], new: Sequence[int], n: int) -> bool:
    """Whether the last ``n`` of the new tokens are those before them once more, at whatever distance."""
    tail, tokens = list(new[-n:]), [*prefix, *new]
    return len(new) >= n and any(tokens[end - n : end] == tail for end in range(len(tokens) - 1, n - 1, -1))
