"""The words of a session on their way to the client: what stays, what is sent, what is shown meanwhile."""

from dataclasses import replace

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening.cuts import parted
from openwaves.stt.listening.values import Action, SendFinal, SendInterim, State
from openwaves.stt.transcript import Transcript, Word


class Telling:
    """One step: the state as it changes, and the actions so far."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.actions: list[Action] = []

    def _set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def _set_segment(self, **changes: object) -> None:
        assert self.state.segment is not None  # noqa: S101 - callers know
        self._set(segment=replace(self.state.segment, **changes))  # type: ignore[arg-type]

    def _take(self, transcript: Transcript, n_words: int, *, send: bool, more: bool = False) -> None:
        """The first words of a transcript of the segment stay."""
        state, segment = self.state, self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        start_s = segment.start / SAMPLE_RATE
        new = tuple(word.later(start_s) for word in transcript.words[segment.n_sent : n_words])
        n_sent = max(n_words, segment.n_sent)
        self._set_segment(n_sent=n_sent, prefix=transcript.prefix_of(n_sent), guess=transcript)
        self._set(language=transcript.language)
        if send:
            self._send(new, more=more)
        else:
            self._set(pending=(*state.pending, *new))

    def _send(self, words: tuple[Word, ...], *, more: bool = False) -> None:
        """Send what is pending and these words, in finals of about ``max_words``; nothing, if there are none."""
        words = (*self.state.pending, *words)
        if not words:
            return
        self._set(pending=(), shown=(), unsent=0)
        pieces = parted(words, self.state.rules.max_words)
        for n, piece in enumerate(pieces, 1):
            ordered = []
            for word in piece:
                start_s = max(word.start_s, self.state.sent_s)
                ordered.append(replace(word, start_s=start_s, end_s=max(word.end_s, start_s)))
                self._set(sent_s=start_s)
            goes_on = more or n < len(pieces)
            self.actions.append(SendFinal(tuple(ordered), self.state.language, more=goes_on))

    def _open_words(self) -> tuple[Word, ...]:
        """What is not final yet, as far as it is known."""
        state, segment = self.state, self.state.segment
        if segment is None or segment.guess is None:
            return state.pending
        start_s = segment.start / SAMPLE_RATE
        return (*state.pending, *(word.later(start_s) for word in segment.guess.words[segment.n_sent :]))

    def _show(self, words: tuple[Word, ...], *, again: bool = False) -> None:
        if not again and [word.text for word in words] == [word.text for word in self.state.shown]:
            return
        self._set(shown=words, unsent=0)
        self.actions.append(SendInterim(words, self.state.language))
