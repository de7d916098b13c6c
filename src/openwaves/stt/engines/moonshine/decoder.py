"""The decoder of Moonshine: chooses the likeliest token, one after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from openwaves.stt.engines.bias import Bias

START, END = 1, 2
TIMING_HEADS = {8: ((4, 2), (5, 1), (5, 4), (7, 6))}
"""Layer and head of those that follow the sound best, by number of layers; all heads of other networks."""

SURE_OF_NOTHING = -0.25
"""Log probability above which finished speech has no word. Noise, music and coughs: > -0.1; lone words: < -0.45."""

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to choose.

    Attributes:
        prefix: Tokens that stay.
        draft: Tokens that are probably right, the prefix included; those that are not are replaced.
        bias: Makes keywords likelier.
        n_most: Most tokens.
        with_attention: Hand out the attention.
        doubts_nothing: No word at all is an answer only where it is nearly certain.
    """

    prefix: tuple[int, ...]
    draft: tuple[int, ...]
    bias: Bias | None
    n_most: int
    with_attention: bool
    doubts_nothing: bool


class Begun(NamedTuple):
    """A keyword that was begun because it is one.

    Attributes:
        n_tokens: Tokens before it.
        token: What would have been chosen instead.
        score: Its log probability.
    """

    n_tokens: int
    token: int
    score: float


@dataclass(slots=True)
class Chosen:
    """What was chosen so far.

    Attributes:
        tokens: The tokens, without start and end.
        scores: Log probability of each token; 0 for those of the prefix.
        attention: Pieces of shape (n_heads, n_rows, n_frames): one row for each token, and one for the end.
        begun: A keyword that is not whole yet.
    """

    tokens: list[int]
    scores: list[float]
    attention: list[NDArray[np.float32]] = field(default_factory=list)
    begun: Begun | None = None

    def cut(self, n_tokens: int) -> None:
        """Forget the tokens behind the first ones."""
        del self.tokens[n_tokens:], self.scores[n_tokens:]
        n_rows = sum(piece.shape[1] for piece in self.attention)
        if n_rows > n_tokens + 1:
            self.attention = [np.concatenate(self.attention, axis=1)[:, : n_tokens + 1]]


class Decoder:
    """Two graphs of one decoder (see ``prepare``). Thread-safe."""

    def __init__(
        self, init: onnxruntime.InferenceSession, step: onnxruntime.InferenceSession, starts_word: NDArray[np.bool_]
    ) -> None:
        """Take the graphs.

        Args:
            init: Takes any number of tokens.
            step: Takes one more.
            starts_word: Which tokens begin a word, shape (n_tokens_known,).
        """
        self._init, self._step = init, step
        self._may_follow = starts_word.copy()
        self._may_follow[END] = True
        names = [output.name for output in init.get_outputs()]
        self._cache = [name for name in names if name.startswith("present.")]
        self._growing = [name for name in self._cache if ".decoder." in name]
        n_layers = sum(name.startswith("attention.") for name in names)
        self._heads = TIMING_HEADS.get(n_layers)
        layers = sorted({layer for layer, _ in self._heads}) if self._heads else range(n_layers)
        self._layers = {layer: f"attention.{layer}" for layer in layers}
        self._step_inputs = {value.name for value in step.get_inputs()}

    def choose(self, sound: NDArray[np.float32], wanted: Wanted, run: onnxruntime.RunOptions) -> Chosen:
        """Choose tokens until the end, or ``n_most``.

        Args:
            sound: What the encoder made, shape (1, n_frames, width).
            wanted: How.
            run: Can stop the work.
        """
        attention = list(self._layers.values()) if wanted.with_attention else []
        chosen = Chosen(list(wanted.prefix), [0.0] * len(wanted.prefix))
        asked = self._asked(wanted)
        feed = {"input_ids": _ids([START, *asked]), "encoder_hidden_states": sound}
        given = _run(self._init, ["logits", *self._cache, *attention], feed, run)
        token, score = self._next(given["logits"][0, len(chosen.tokens)], chosen, wanted)
        while token != END and len(chosen.tokens) < len(asked) and token == asked[len(chosen.tokens)]:
            _keep(chosen, token, score)
            token, score = self._next(given["logits"][0, len(chosen.tokens)], chosen, wanted)
        cache = {name: given[name] for name in self._cache}
        self._attend(chosen, given)
        while token != END and len(chosen.tokens) < wanted.n_most:
            cache.update({name: cache[name][:, :, : len(chosen.tokens) + 1] for name in self._growing})
            _keep(chosen, token, score)
            feed = {"past_key_values." + name.removeprefix("present."): value for name, value in cache.items()}
            feed |= {"input_ids": _ids([token]), "encoder_hidden_states": sound}
            feed = {name: value for name, value in feed.items() if name in self._step_inputs}
            given = _run(self._step, ["logits", *self._growing, *attention], feed, run)
            cache.update({name: given[name] for name in self._growing})
            self._attend(chosen, given)
            token, score = self._next(given["logits"][0, -1], chosen, wanted)
        return chosen

    @staticmethod
    def _asked(wanted: Wanted) -> list[int]:
        """The prefix, and as much of the draft as fits behind it."""
        n_prefix = len(wanted.prefix)
        fits = wanted.draft[:n_prefix] == wanted.prefix
        return [*wanted.prefix, *(wanted.draft[n_prefix : wanted.n_most] if fits else ())]

    def _next(self, logits: NDArray[np.float32], chosen: Chosen, wanted: Wanted) -> tuple[int, float]:
        """The likeliest next token and its log probability. A keyword that does not go on is taken back."""
        if wanted.prefix and len(chosen.tokens) == len(wanted.prefix):  # a word that stays does not grow
            logits = np.where(self._may_follow, logits, np.float32(-np.inf))
        if wanted.doubts_nothing and not chosen.tokens:
            token, score = _best(logits)
            if token == END and score < SURE_OF_NOTHING:
                logits[END] = -np.inf
        if wanted.bias is None:
            return _best(logits)
        plain, (token, score) = _best(logits), _best(wanted.bias.add(logits, chosen.tokens))
        begun = chosen.begun
        if begun is None:
            if token != plain[0] and wanted.bias.begins(token):
                chosen.begun = Begun(len(chosen.tokens), *plain)
            return token, score
        progress = wanted.bias.progress([*chosen.tokens[begun.n_tokens :], token])
        if progress != "begun":
            chosen.begun = None
        if progress != "none":
            return token, score
        chosen.cut(begun.n_tokens)
        return begun.token, begun.score

    def _attend(self, chosen: Chosen, given: Arrays) -> None:
        """Keep the attention of the rows that led to the chosen tokens, and to the next one."""
        layers = {layer: given[name][0] for layer, name in self._layers.items() if name in given}
        if layers:
            heads = [layers[layer][head] for layer, head in self._heads] if self._heads else None
            chosen.attention.append(np.stack(heads) if heads else np.concatenate(list(layers.values())))
            chosen.cut(len(chosen.tokens))


def _best(logits: NDArray[np.float32]) -> tuple[int, float]:
    """The likeliest token and its log probability."""
    token = int(logits.argmax())
    return token, -float(np.log(np.exp(logits - logits[token]).sum()))


def _keep(chosen: Chosen, token: int, score: float) -> None:
    chosen.tokens.append(token)
    chosen.scores.append(score)


def _ids(tokens: Sequence[int]) -> NDArray[np.int64]:
    return np.array([tokens], np.int64)


def _run(
    session: onnxruntime.InferenceSession, outputs: list[str], feed: dict[str, Any], run: onnxruntime.RunOptions
) -> dict[str, NDArray[Any]]:
    return dict(zip(outputs, session.run(outputs, feed, run), strict=True))
